"""Who may send what: an institution, its applications, the message types configured for them."""

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

    class Meta:
        db_table = "message_type"
        constraints = (
            models.CheckConstraint(condition=models.Q(validity_number__gt=0), name="message_type_validity_positive"),
            models.CheckConstraint(
                condition=models.Q(validity_unit__in=("day", "month", "year")), name="message_type_validity_unit"
            ),
        )
