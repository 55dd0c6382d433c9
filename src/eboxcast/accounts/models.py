"""Accounts of people, their sessions, their invitations, forms they sent, and tries to sign in that failed."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from eboxcast.senders.models import Person


class Account(AbstractBaseUser):
    """The password of a person. What they may do stands with the person, and is asked there at each request."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    opened_at = models.DateTimeField()
    factor_told_at = models.DateTimeField(null=True)
    """When they were first told, at a sign-in, that they need a second factor."""

    last_login = None
    """Not kept: the audit has each sign-in."""
    objects = BaseUserManager()

    USERNAME_FIELD = "person"

    class Meta:
        db_table = "account"

    def get_username(self) -> str:
        """Return the name of the person."""
        return str(self.person_id)


class Session(AbstractBaseSession):
    """A visit to the pages: who it is, since when, and with what browser. It holds no recipient."""

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="sessions")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    browser = models.TextField(blank=True)

    class Meta:
        db_table = "account_session"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Return what reads and writes them."""
        from eboxcast.accounts.session_store import SessionStore  # it imports this module

        return SessionStore


class Invitation(models.Model):
    """A link by which somebody sets their password, once: only its digest is kept.

    One that goes by mail has no link of its own, which nobody could keep safe until it leaves: each time the mail is
    tried a link is made for it (``of``). Any of them counts, as it is not known which one arrived.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations")
    digest = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    made_by = models.TextField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    of = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="links")

    class Meta:
        db_table = "account_invitation"


class Link(models.Model):
    """An identity provider that vouches for somebody, by the subject that it knows them by."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    issuer = models.TextField()
    subject = models.TextField()
    linked_at = models.DateTimeField()

    class Meta:
        db_table = "account_link"
        constraints = (
            models.UniqueConstraint(fields=("issuer", "subject"), name="link_of_one_account"),
            models.UniqueConstraint(fields=("account", "issuer"), name="link_of_one_subject"),
        )


class App(models.Model):
    """The app that shows somebody one-time codes: what it shares with us, sealed, and the last code that was used."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="app")
    sealed = models.TextField()
    last_step = models.BigIntegerField()
    """The step of time of the last code: none of it, or of before, counts again."""
    made_at = models.DateTimeField()

    class Meta:
        db_table = "account_app"


class Passkey(models.Model):
    """A passkey: only its public half is here."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="passkeys")
    credential = models.BinaryField(unique=True)
    public = models.BinaryField()
    counter = models.BigIntegerField()
    name = models.TextField()
    """What its owner calls it."""
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_passkey"


class RecoveryCode(models.Model):
    """A code to sign in with, once, where the app or the passkey is lost: only its digest is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_recovery_code"
        constraints = (models.UniqueConstraint(fields=("account", "digest"), name="recovery_code_once"),)


class SentForm(models.Model):
    """A form that was taken: the same one is not taken again."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sent_forms")
    form = models.UUIDField()
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "account_sent_form"
        constraints = (models.UniqueConstraint(fields=("account", "form"), name="form_taken_once"),)


class FailedTry(models.Model):
    """A sign-in that failed, or is being looked at: for whom and from where as keyed digests, kept for some minutes."""

    at = models.DateTimeField()
    identity = models.BinaryField()
    address = models.BinaryField()

    class Meta:
        db_table = "account_failed_try"
        indexes = (
            models.Index(fields=("identity", "at"), name="failed_try_by_identity"),
            models.Index(fields=("address", "at"), name="failed_try_by_address"),
        )
