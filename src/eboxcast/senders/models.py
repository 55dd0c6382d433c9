"""Who may send what: institutions, their applications and message types; and the people, teams and contacts."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Institution(models.Model):
    """An organisation that sends, by its CBE number."""

    cbe = models.TextField(primary_key=True)
    names = models.JSONField()

    class Meta:
        db_table = "institution"


class Application(models.Model):
    """A sending system of an institution, such as ``rjv-onva:workerholidayrights:cova2``."""

    name = models.TextField(primary_key=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="applications")
    titles = models.JSONField()

    class Meta:
        db_table = "application"


class WithoutEbox(models.TextChoices):
    """What a message type does with recipients who have no active eBox."""

    PUBLISH = "publish"
    REFUSE = "refuse"


class MessageType(models.Model):
    """A configured kind of message."""

    code = models.TextField(primary_key=True)
    titles = models.JSONField()
    ebox_type = models.TextField()
    applications = models.ManyToManyField(Application, related_name="message_types")
    validity_number = models.IntegerField()
    validity_unit = models.TextField()
    languages = ArrayField(models.TextField())
    document_bytes = models.BigIntegerField()
    media_types = ArrayField(models.TextField())
    without_ebox = models.TextField(choices=WithoutEbox.choices)
    acceptance_at = models.DateTimeField(null=True)
    """When it was configured there; a type works nowhere else than where it is configured."""
    production_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message_type"
        constraints = (
            models.CheckConstraint(condition=models.Q(validity_number__gt=0), name="message_type_validity_positive"),
            models.CheckConstraint(
                condition=models.Q(validity_unit__in=("day", "month", "year")), name="message_type_validity_unit"
            ),
            models.CheckConstraint(
                condition=models.Q(production_at__isnull=True) | models.Q(acceptance_at__isnull=False),
                name="message_type_acceptance_first",
            ),
        )


OPEN = ("requested", "validated", "accepted", "in-acceptance")


class TypeRequest(models.Model):
    """What an institution asks for when it wants a new message type, and where that stands. Known by its number."""

    state = models.TextField()
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    institution = models.TextField()
    institution_names = models.JSONField()
    application = models.TextField()
    application_titles = models.JSONField()
    code = models.TextField()
    titles = models.JSONField()
    description = models.TextField()
    legal_basis = models.TextField()
    ebox_type = models.TextField()
    languages = ArrayField(models.TextField())
    validity_number = models.IntegerField()
    validity_unit = models.TextField()
    media_types = ArrayField(models.TextField())
    document_bytes = models.BigIntegerField()
    without_ebox = models.TextField(choices=WithoutEbox.choices)
    expected_recipients = models.BigIntegerField()
    """Of one broadcast."""
    broadcasts_a_year = models.IntegerField()
    wanted_dates = ArrayField(models.DateField())
    business_contact = models.JSONField()
    technical_contact = models.JSONField()
    requester = models.JSONField()

    class Meta:
        db_table = "type_request"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=(*OPEN, "in-production", "refused", "withdrawn")),
                name="type_request_state_known",
            ),
            models.UniqueConstraint(fields=("code",), condition=models.Q(state__in=OPEN), name="type_request_one_open"),
        )


class TypeRequestStep(models.Model):
    """What happened to a request: who did what when, and why. Only ever added."""

    request = models.ForeignKey(TypeRequest, on_delete=models.PROTECT, related_name="steps")
    step = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    side = models.TextField()
    """The institution's, the validator's or the operator's."""
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "type_request_step"


_INSTITUTION_ROLES = ["confirmer", "requester"]
_OPERATOR_ROLES = ["auditor", "contact-centre", "integration", "launch"]
_VALIDATOR_ROLES = ["validator"]


class Mails(models.TextChoices):
    """How somebody wants the mails of the procedure."""

    EACH = "each"
    """As things happen."""
    DAILY = "daily"
    """Once a day, with all that can wait."""


class Person(models.Model):
    """Somebody who may act, or a service account; deactivated rather than removed, as the audit names them for ever."""

    name = models.TextField(primary_key=True)
    full_name = models.TextField()
    email = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    language = models.TextField()
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="people")
    roles = ArrayField(models.TextField())
    service = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    mails = models.TextField(choices=Mails.choices, default=Mails.EACH, db_default=Mails.EACH)

    class Meta:
        db_table = "person"
        constraints = (
            models.CheckConstraint(condition=models.Q(mails__in=("each", "daily")), name="person_mails"),
            models.CheckConstraint(condition=models.Q(name__regex=r"^[a-z][a-z0-9._-]{1,39}$"), name="person_name"),
            models.CheckConstraint(condition=models.Q(language__in=("fr", "nl", "de", "en")), name="person_language"),
            models.CheckConstraint(condition=models.Q(roles__len__gt=0), name="person_has_a_role"),
            models.CheckConstraint(
                condition=models.Q(institution__isnull=False, roles__contained_by=_INSTITUTION_ROLES)
                | models.Q(institution__isnull=True, roles__contained_by=_OPERATOR_ROLES)
                | models.Q(institution__isnull=True, roles__contained_by=_VALIDATOR_ROLES),
                name="person_roles_of_one_house",
            ),
            models.CheckConstraint(
                condition=models.Q(service=False)
                | models.Q(institution__isnull=False)
                | models.Q(roles__contained_by=["launch"]),
                name="person_service_only_launches",
            ),
        )


class Token(models.Model):
    """A personal token: only its digest is kept. Revoked rather than removed."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    digest = models.BinaryField(unique=True)
    label = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "token"
        constraints = (
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("made_at")), name="token_ends_later"),
        )


class Team(models.Model):
    """A team of the operator that takes part in a broadcast, such as the database team."""

    code = models.TextField(primary_key=True)
    names = models.JSONField()
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "team"


class StandingContact(models.Model):
    """Whom a team or an institution names as its contact, unless a broadcast names another."""

    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="contacts")
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="contacts")
    name = models.TextField()
    email = models.TextField(blank=True)
    phone = models.TextField(blank=True)

    class Meta:
        db_table = "standing_contact"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(team__isnull=False, institution__isnull=True)
                | models.Q(team__isnull=True, institution__isnull=False),
                name="standing_contact_of_one",
            ),
            models.UniqueConstraint(
                fields=("team", "institution", "name"), name="standing_contact_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~models.Q(email="", phone=""), name="standing_contact_can_be_reached"),
        )
