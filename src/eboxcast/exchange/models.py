"""What was taken from the drop folders, and how institutions reach them and sign. No recipient is named here."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, UniqueConstraint


class Result(models.TextChoices):
    """What came of a set, or of a request to cancel one."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    """The files were taken, and what is in them cannot be used."""
    REFUSED = "refused"
    """The set is wrong as such; what is in it was not looked at, and its name may be used again."""
    CANCELLED = "cancelled"


class TakenSet(models.Model):
    """One GO file or TD file, and how it was answered."""

    institution = models.TextField()
    environment = models.TextField()
    reference = models.TextField()
    """What the names of the set have in common: ``BRDC.0456789034.20270208.00001.T``."""
    cancels = models.BooleanField()
    """Whether it is a TD file."""
    broadcast = models.TextField(blank=True)
    answer_date = models.DateField()
    answer_number = models.IntegerField()
    """The place of its receipts among those of that day: with the date it is in their names."""
    taken_at = models.DateTimeField()
    result = models.TextField(choices=Result.choices)
    codes = ArrayField(models.IntegerField(), default=list, db_default=[])
    """What is wrong with it as a set: keys of ``codes.SENTENCES``."""
    run = models.UUIDField(null=True)
    parts = models.JSONField(default=list)
    """Size, time and place on disk of each file taken, until it is removed: nothing else is removed."""
    answered_at = models.DateTimeField(null=True)
    """Null while answers may be missing or files be left: a collector was interrupted, the next one goes on."""

    class Meta:
        db_table = "exchange_set"
        indexes = (models.Index(fields=("institution", "environment", "reference"), name="exchange_set_by_name"),)
        constraints = (
            UniqueConstraint(
                fields=("institution", "environment", "answer_date", "answer_number"), name="exchange_answer_once"
            ),
            UniqueConstraint(
                fields=("institution", "environment", "reference"),
                condition=Q(cancels=False, result__in=("accepted", "rejected")),
                name="exchange_name_used_once",
            ),
        )


class Registered(models.Model):
    """What an institution is known by, until it ends. Known by its number."""

    institution = models.TextField()
    label = models.TextField()
    """What it is for, such as the name of a machine or a program."""
    fingerprint = models.TextField()
    """The thing itself is not needed: who uses it sends it."""
    added_at = models.DateTimeField()
    added_by = models.TextField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(blank=True)

    class Meta:
        abstract = True


def _rules_of(table: str) -> tuple[models.BaseConstraint, ...]:
    """Return the rules of what is registered: it is one institution's at a time, and somebody ended what has ended."""
    ended = Q(ended_at=None, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by=""))
    return (
        UniqueConstraint(fields=("fingerprint",), condition=Q(ended_at=None), name=f"{table}_of_one"),
        models.CheckConstraint(condition=ended, name=f"{table}_ended_by_somebody"),
    )


class SftpKey(Registered):
    """A public key by which an institution reaches its folders; SSH programs show its fingerprint as ``SHA256:…``."""

    kind = models.TextField()
    """Of which kind it is, such as ``ssh-ed25519``."""
    used_at = models.DateTimeField(null=True)
    """When somebody last signed in with it, to the hour."""

    class Meta:
        db_table = "exchange_key"
        constraints = _rules_of(db_table)


class SftpServer(models.Model):
    """A server of the drop folders: what it counted since it was started, for the metrics."""

    name = models.TextField(primary_key=True)
    """Its machine and its port."""
    seen_at = models.DateTimeField()
    connected = models.IntegerField()
    waiting = models.IntegerField()
    """Not signed in yet."""
    counts = models.JSONField()

    class Meta:
        db_table = "exchange_sftp_server"


class Signer(Registered):
    """A certificate with which an institution signs what it delivers; its fingerprint is the SHA-256 of it."""

    name = models.TextField()
    """The name in it."""

    class Meta:
        db_table = "exchange_signer"
        constraints = _rules_of(db_table)
