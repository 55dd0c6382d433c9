"""The tables of the audit. Plain ids, no foreign keys: the ledger neither blocks nor follows a delete.

Each is cut into segments, one for each year (segments.py), but the tree and its heads. Rights and triggers forbid
changing or removing a row.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """One fact: who did what, when, to which broadcast or run."""

    segment = models.SmallIntegerField()
    at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())
    """By the clock of the database; ``at`` is by ours."""
    by = models.TextField()
    action = models.TextField()
    environment = models.TextField(blank=True)
    run = models.UUIDField(null=True)
    broadcast = models.UUIDField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entry"
        indexes = (
            models.Index(fields=("run", "id"), name="audit_entry_by_run"),
            models.Index(fields=("broadcast", "id"), name="audit_entry_by_broadcast"),
        )


class Seal(models.Model):
    """The place of an entry in the one order, and the digest that ties it to all before it (docs/reference/audit.md).

    Its segment is never less than that of the seal before: an entry of the old year that is sealed in the new one has
    its seal there, so that dropping the old year takes a beginning of the chain away and leaves no hole.
    """

    number = models.BigIntegerField(primary_key=True)
    segment = models.SmallIntegerField()
    entry = models.BigIntegerField()
    entry_segment = models.SmallIntegerField()
    sealed_at = models.DateTimeField()
    content = models.BinaryField()
    """SHA-256 of the entry."""
    previous = models.BinaryField()
    """The digest of the seal before."""
    digest = models.BinaryField()
    """SHA-256 of all of the above."""

    class Meta:
        db_table = "audit_seal"


class Anchor(models.Model):
    """A head that was handed out: whoever has it can prove later that nothing before it was touched."""

    segment = models.SmallIntegerField()
    made_at = models.DateTimeField()
    number = models.BigIntegerField()
    digest = models.BinaryField()
    kind = models.TextField()
    """``certificate``, ``mail`` or ``command``; ``dropped`` when it is all that is left of a segment."""
    given_to = models.TextField(blank=True)
    """Whom or what it was given to: the run of a certificate, an address, a person."""
    dropped = models.SmallIntegerField(null=True)
    """The segment that ended with this head and is gone."""

    class Meta:
        db_table = "audit_anchor"


class PseudonymKey(models.Model):
    """The secret under which a year's entries name people; it goes with the year."""

    segment = models.SmallIntegerField(primary_key=True)
    key = models.BinaryField()

    class Meta:
        db_table = "audit_key"


class Node(models.Model):
    """The hash of a full subtree of the tree over all seals (``tree.py``). It stays when its years go."""

    pk = models.CompositePrimaryKey("level", "place")
    level = models.SmallIntegerField()
    place = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_node"


class TreeHead(models.Model):
    """A root of that tree, signed: who keeps one sees when entries before it are others later."""

    size = models.BigIntegerField()
    """How many seals the tree had."""
    root = models.BinaryField()
    made_at = models.DateTimeField()
    fingerprint = models.TextField()
    """Of the certificate of the key that signed it."""
    signed = models.TextField()

    class Meta:
        db_table = "audit_tree_head"
        constraints = (models.UniqueConstraint(fields=("size", "fingerprint"), name="audit_tree_head_once"),)


class SigningKey(models.Model):
    """A key of the installation. The newest that is neither expired nor revoked signs (``signing.py``)."""

    number = models.AutoField(primary_key=True)
    fingerprint = models.TextField(unique=True)
    """SHA-256 of the certificate."""
    certificate = models.BinaryField()
    issuers = ArrayField(models.BinaryField(), default=list, db_default=[])
    """The certificates above it, up to the highest; none where the key is its own issuer."""
    private_key = models.BinaryField()
    """PKCS #8, encrypted: who has the database only cannot sign. Empty where the key is in a token."""
    token = models.TextField(blank=True, db_default="")
    """Where it is then: a PKCS #11 URI (RFC 7512)."""
    name = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "signing_key"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True) | ~models.Q(reason=""),
                name="signing_key_revoked_for_a_reason",
            ),
        )
