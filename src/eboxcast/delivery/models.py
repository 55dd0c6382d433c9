"""Runs and what was decided about them. The control database holds no recipient key."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from eboxcast.lib.formatting import short_run
from eboxcast.mailboxes.package_record import PackageRecord


class State(models.TextChoices):
    """Where a run is (design §7)."""

    PREPARING = "preparing"
    PREPARED = "prepared"
    RUNNING = "running"
    PAUSED = "paused"
    PUBLISHED = "published"
    STOPPED = "stopped"
    FAILED = "failed"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"
    RECALLED = "recalled"


class Run(models.Model):
    """One execution of a package in one environment; its release has the same UUID."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    environment = models.TextField()
    state = models.TextField(choices=State.choices)
    institution = models.TextField()
    application = models.TextField()
    ticket = models.TextField()
    sequence = models.IntegerField(null=True)
    message_type = models.TextField()
    language = models.TextField()
    title = models.TextField()
    document_digest = models.BinaryField()
    metadata_digest = models.BinaryField()
    particulars = models.JSONField()
    """A ``PackageRecord``, as the release carries it too: ask ``package``."""
    adds = models.BooleanField(default=False)
    """Whether it publishes a message that others already have (``--add``)."""

    rows_count = models.IntegerField(null=True)
    excluded_count = models.IntegerField(null=True)
    merged_count = models.IntegerField(null=True)
    already_count = models.IntegerField(null=True)
    recipients_count = models.IntegerField(null=True)
    moved_count = models.IntegerField(null=True)
    """Rows whose number was replaced by the person's newer one."""
    audience_digest = models.BinaryField(null=True)
    salt = models.BinaryField(null=True)

    published_count = models.IntegerField(null=True)
    refused_count = models.IntegerField(null=True)
    unknown_count = models.IntegerField(null=True)
    not_attempted_count = models.IntegerField(null=True)
    never_activated_count = models.IntegerField(null=True)
    deactivated_count = models.IntegerField(null=True)
    not_ebox_only_count = models.IntegerField(null=True)
    published_digest = models.BinaryField(null=True)
    refused_digest = models.BinaryField(null=True)

    created_at = models.DateTimeField()
    created_by = models.TextField()
    prepared_at = models.DateTimeField(null=True)
    not_before_at = models.DateTimeField(null=True)
    not_after_at = models.DateTimeField(null=True)
    launched_at = models.DateTimeField(null=True)
    launched_by = models.TextField(blank=True)
    target = models.TextField(blank=True, default="", db_default="")
    """The kind of target it was launched to, wherever its environment publishes since; empty where nobody noted it."""
    without_ebox = models.TextField(blank=True)
    """The message type's policy for recipients without an active eBox, as it was at the launch."""
    visible_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    abandoned_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    superseded_by = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    """Why it was stopped, discarded or recalled, in the words of who did it; or why it failed or paused itself."""

    parallel = models.IntegerField(default=4)
    """How many batches may be under way at once, where the target is remote."""
    rate = models.FloatField(default=0)
    """At most so many recipients per second; 0 is no limit."""
    next_claim_at = models.DateTimeField(null=True)
    """No batch is claimed earlier: because of the rate, or because the provider asked for it."""
    judged_sent_count = models.IntegerField(default=0)
    judged_refused_count = models.IntegerField(default=0)
    """What somebody had seen when he resumed it: later refusals are judged beside these."""

    class Meta:
        db_table = "run"
        indexes = (
            models.Index(fields=("environment", "ticket"), name="run_by_ticket"),
            models.Index(fields=("state",), name="run_by_state"),  # few of a year's runs are under way
        )
        constraints = (
            CheckConstraint(
                condition=Q(rows_count__isnull=True)
                | Q(
                    rows_count=F("excluded_count") + F("merged_count") + F("already_count") + F("recipients_count"),
                ),
                name="run_rows_add_up",
            ),
            CheckConstraint(
                condition=Q(published_count__isnull=True)
                | Q(
                    recipients_count=F("published_count")
                    + F("refused_count")
                    + F("unknown_count")
                    + F("not_attempted_count")
                ),
                name="run_recipients_add_up",
            ),
            CheckConstraint(
                condition=~Q(state="published") | Q(visible_at__isnull=False, published_count__isnull=False),
                name="run_published_has_its_account",
            ),
        )

    @property
    def package(self) -> PackageRecord:
        """Return what is kept about its package."""
        return PackageRecord.from_json(self.particulars)

    @property
    def short(self) -> str:
        """Return the first eight characters of its number: enough to name it in a command."""
        return short_run(self.id)


class RunList(models.Model):
    """The account of one recipient list in a run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="lists")
    number = models.IntegerField()
    file_name = models.TextField()
    digest = models.BinaryField()
    size = models.BigIntegerField()
    encoding = models.TextField()
    separator = models.TextField()
    column = models.TextField(null=True)
    rows_count = models.IntegerField()
    excluded_count = models.IntegerField()
    merged_count = models.IntegerField()
    already_count = models.IntegerField()
    recipients_count = models.IntegerField()
    faults = models.JSONField(default=dict)

    class Meta:
        db_table = "run_list"
        ordering = ("number",)
        constraints = (
            UniqueConstraint(fields=("run", "number"), name="run_list_number_unique"),
            CheckConstraint(
                condition=Q(
                    rows_count=F("excluded_count") + F("merged_count") + F("already_count") + F("recipients_count"),
                ),
                name="run_list_rows_add_up",
            ),
        )


class BatchState(models.TextChoices):
    """Where a batch is."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"


class Batch(models.Model):
    """A range of buckets sent to a remote target. A claim is its attempt number; a result counts only with it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="batches")
    number = models.IntegerField()
    """0 is the first call of a run that links: it publishes the message to one recipient."""
    first_bucket = models.IntegerField()
    last_bucket = models.IntegerField()
    recipients_count = models.IntegerField()
    state = models.TextField(choices=BatchState.choices, default=BatchState.WAITING)
    attempt = models.IntegerField(default=0)
    claimed_by = models.TextField(blank=True)
    lease_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    sent_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)
    unknown_count = models.IntegerField(default=0)

    class Meta:
        db_table = "batch"
        constraints = (
            UniqueConstraint(fields=("run", "number"), name="batch_number_unique"),
            CheckConstraint(
                condition=Q(state="claimed", lease_until__isnull=False) | ~Q(state="claimed"),
                name="batch_claimed_has_its_lease",
            ),
        )


class Action(models.TextChoices):
    """What can be done with a run, and what happens to it by itself: ``runs/states.py`` says when."""

    PREPARE = "prepare"
    LAUNCH = "launch"
    STOP = "stop"
    RESUME = "resume"
    DISCARD = "discard"
    RECALL = "recall"
    PAUSE = "pause"
    CLOSE = "close"
    RESOLVE = "resolve"
    PACE = "pace"
    RETRY = "retry"
    FINISH = "finish"
    FAIL = "fail"
    SUPERSEDE = "supersede"


class Intent(models.Model):
    """What somebody wants of a run; done once its effect in the environment is recorded here (design §5)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="intents")
    action = models.TextField(choices=Action.choices)
    by = models.TextField()
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)

    class Meta:
        db_table = "intent"
        ordering = ("id",)
        indexes = (models.Index(fields=("run",), condition=Q(done_at__isnull=True), name="intent_open_by_run"),)
        constraints = (
            CheckConstraint(
                condition=Q(done_at__isnull=True, result="") | (Q(done_at__isnull=False) & ~Q(result="")),
                name="intent_done_has_result",
            ),
        )


class Worker(models.Model):
    """A process that takes work from the queue, by its last sign of life."""

    host = models.TextField()
    pid = models.IntegerField()
    environment = models.TextField()
    version = models.TextField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "worker"
        constraints = (UniqueConstraint(fields=("host", "pid"), name="worker_process_unique"),)
