"""Second factors: an app, passkeys, recovery codes; who has them, who needs one, and what shows at a sign-in.

Who changes how they sign in must have shown who they are a short while ago: a browser that was left open is not enough.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from eboxcast.accounts import passkeys, recovery, totp
from eboxcast.accounts.errors import CodeWrong, HelpsOneself, PasskeyRefused, ProofTooOld, SetUpAgain
from eboxcast.accounts.guessing import FACTORS, Tried
from eboxcast.accounts.models import Account, App, Passkey
from eboxcast.accounts.passwords import own_account
from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock, sealing
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.free_text import MOST_OF_A_NAME, is_fit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.senders.errors import PersonUnknown
from eboxcast.senders.models import Person
from eboxcast.senders.people import authorize_care

PROOF_HOLDS = timedelta(minutes=15)
APP, PASSKEY, RECOVERY = "app", "passkey", "recovery"
_SET_UP_SECONDS = 30 * 60
_BEGUN = "app begun"
_KEPT = "app"


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What somebody can show beside their password."""

    app_since: datetime | None
    passkeys: tuple[Passkey, ...]
    codes_left: int

    @property
    def any(self) -> bool:
        """Return whether there is one; recovery codes are none by themselves."""
        return self.app_since is not None or bool(self.passkeys)


@dataclass(frozen=True, kw_only=True)
class Begun:
    """An app that is being set up: what the browser keeps of it until the first code, and what its owner sees."""

    sealed: str
    text: str
    address: str


def factors_of(account: Account) -> Factors:
    """Return what somebody can show."""
    with sanitized_db_errors():
        app = App.objects.filter(account=account).first()
        return Factors(
            app_since=app.made_at if app else None,
            passkeys=tuple(account.passkeys.order_by("id")),
            codes_left=recovery.codes_left(account),
        )


def is_needed(actor: Actor, *, kind: str) -> bool:
    """Return whether somebody needs a second factor on an installation of this kind: never on a demo or for tests."""
    needed: frozenset[Role] = settings.EBOXCAST_SECOND_FACTOR
    return kind == "real" and actor.has(*needed)


def due_for(account: Account, actor: Actor, *, kind: str) -> datetime | None:
    """Return from when on somebody cannot go on without a second factor; None where they need none, or have one."""
    if not is_needed(actor, kind=kind) or account.factor_told_at is None:
        return None
    return account.factor_told_at + timedelta(days=settings.EBOXCAST_SECOND_FACTOR_DAYS)


def tell(account: Account, actor: Actor, *, kind: str) -> datetime | None:
    """Note that somebody is told that they need a second factor, and return from when on; None where they do not."""
    if is_needed(actor, kind=kind) and account.factor_told_at is None:
        with sanitized_db_errors():
            Account.objects.filter(pk=account.pk, factor_told_at=None).update(factor_told_at=clock.now())
            account.refresh_from_db(fields=["factor_told_at"])
    return due_for(account, actor, kind=kind)


# Setting up


def own_factors(*, actor: Actor) -> Factors:
    """Return what whoever asks can show. Raises NotYourRole, NoAccount."""
    return factors_of(own_account(actor))


def begin_app(*, proved_at: datetime, actor: Actor) -> Begun:
    """Begin to set up an app. Raises NotYourRole, NoAccount, ProofTooOld."""
    own_account(actor)
    refuse_old_proof(proved_at)
    return _begun(totp.new_secret(), actor)


def begun_app(sealed: str, *, actor: Actor) -> Begun:
    """Return an app that is being set up, to be shown again. Raises NotYourRole, NoAccount, SetUpAgain."""
    own_account(actor)
    return _begun(_secret_of(sealed, f"{_BEGUN} {actor.name}", seconds=_SET_UP_SECONDS), actor)


def confirm_app(
    sealed: str,
    code: str,
    *,
    proved_at: datetime,
    address: str,
    actor: Actor,
    once: AbstractContextManager[None] | None = None,
) -> list[str]:
    """Keep an app that shows the right code, in the place of an earlier one; return recovery codes where none were.

    ``once`` is entered in the transaction that keeps it; a try that was wrong counts without.
    Raises NotYourRole, NoAccount, ProofTooOld, SetUpAgain, CodeWrong, TooManyTries.
    """
    account = own_account(actor)
    refuse_old_proof(proved_at)
    secret = _secret_of(sealed, f"{_BEGUN} {actor.name}", seconds=_SET_UP_SECONDS)
    with sanitized_db_errors():
        tried = FACTORS.count(actor.name, address)
        step = totp.fitting_step(secret, code)
        if step is None:
            raise CodeWrong
        FACTORS.forget(tried, actor.name)
        with transaction.atomic(), once or nullcontext():
            kept = sealing.seal(secret.hex(), secret=settings.SECRET_KEY, purpose=f"{_KEPT} {account.pk}")
            App.objects.update_or_create(
                account=account, defaults={"sealed": kept, "last_step": step, "made_at": clock.now()}
            )
            return _added(account, APP)


def remove_app(*, proved_at: datetime, actor: Actor) -> None:
    """Remove one's app. Raises NotYourRole, NoAccount, ProofTooOld."""
    account = own_account(actor)
    refuse_old_proof(proved_at)
    with sanitized_db_errors(), transaction.atomic():
        if App.objects.filter(account=account).delete()[0]:
            _removed(account, APP)


def begin_passkey(*, proved_at: datetime, actor: Actor) -> tuple[passkeys.Asked, passkeys.Challenge]:
    """Return what a browser is asked to make a passkey. Raises NotYourRole, NoAccount, ProofTooOld."""
    account = own_account(actor)
    refuse_old_proof(proved_at)
    with sanitized_db_errors():
        return passkeys.ask_for_new(account)


def add_passkey(
    answer: str, challenge: passkeys.Challenge, *, name: str, proved_at: datetime, actor: Actor
) -> list[str]:
    """Keep a passkey that a browser made; return recovery codes where there were none.

    Raises NotYourRole, NoAccount, ProofTooOld, PasskeyRefused.
    """
    account = own_account(actor)
    refuse_old_proof(proved_at)
    called = name.strip() if is_fit(name.strip(), most=MOST_OF_A_NAME) else ""
    with sanitized_db_errors(), transaction.atomic():
        passkeys.keep_new(account, answer, challenge, name=called)
        return _added(account, PASSKEY)


def remove_passkey(number: int, *, proved_at: datetime, actor: Actor) -> None:
    """Remove one of one's passkeys; one that is not there is removed. Raises NotYourRole, NoAccount, ProofTooOld."""
    account = own_account(actor)
    refuse_old_proof(proved_at)
    with sanitized_db_errors(), transaction.atomic():
        if account.passkeys.filter(pk=number).delete()[0]:
            _removed(account, PASSKEY)


def make_recovery_codes(*, proved_at: datetime, actor: Actor) -> list[str]:
    """Return new recovery codes; those of before hold no more. Raises NotYourRole, NoAccount, ProofTooOld."""
    account = own_account(actor)
    refuse_old_proof(proved_at)
    with sanitized_db_errors(), transaction.atomic():
        if not factors_of(account).any:
            return []
        record("account.recovery_codes_made", by=actor.name, data={"person": actor.name})
        return recovery.make_codes(account)


def reset_factors(name: str, *, actor: Actor) -> Person:
    """Take away what somebody lost, for the integration team: they sign in with their password, and set it up again.

    All their sessions end. Raises NotYourRole, PersonUnknown, HelpsOneself.
    """
    authorize_care(actor, "account.reset_factor")
    if name == actor.name:
        raise HelpsOneself
    with sanitized_db_errors(), transaction.atomic():
        person = Person.objects.filter(name=name).first()
        if person is None:
            raise PersonUnknown(name=mask_and_strip(name))
        account = Account.objects.filter(person=person).first()
        if account is not None:
            App.objects.filter(account=account).delete()
            account.passkeys.all().delete()
            account.recovery_codes.all().delete()
            account.sessions.all().delete()
            record("account.factor_reset", by=actor.name, data={"person": person.name})
    return person


# At a sign-in


def show_code(account: Account, code: str, *, address: str) -> str:
    """Return what was shown: a code of the app, or a recovery code, each only once. Raises CodeWrong, TooManyTries."""
    name = account.get_username()
    with sanitized_db_errors():
        tried = FACTORS.count(name, address)
        with transaction.atomic():
            if _is_of_app(account, code):
                shown = APP
            elif recovery.use_code(account, code):
                shown = RECOVERY
                told = {"person": name, "left": recovery.codes_left(account)}
                record("account.recovery_code_used", by=name, data=told)
            else:
                shown = ""
        if not shown:
            _note_failure(account, tried)
            raise CodeWrong
        FACTORS.forget(tried, name)
    return shown


def ask_for_passkey(account: Account | None = None) -> tuple[passkeys.Asked, passkeys.Challenge]:
    """Return what a browser is asked: a passkey of an account, or whichever somebody has for this site."""
    with sanitized_db_errors():
        return passkeys.ask_for_one(account)


def show_passkey(
    answer: str, challenge: passkeys.Challenge, *, account: Account | None = None, address: str
) -> Account:
    """Return whose passkey was shown; where an account is given, one of it.

    Raises PasskeyRefused, TooManyTries.
    """
    name = account.get_username() if account else ""
    with sanitized_db_errors():
        tried = FACTORS.count(name, address)
        try:
            owner = _owner_of(passkeys.used(answer, challenge), account)
        except PasskeyRefused:
            if account is not None:
                _note_failure(account, tried)
            raise
        FACTORS.forget(tried, owner.get_username())
        return owner


def refuse_old_proof(proved_at: datetime) -> None:
    """Raise ProofTooOld where whoever sits there showed who they are too long ago."""
    if clock.now() - proved_at > PROOF_HOLDS:
        raise ProofTooOld


def _owner_of(passkey: Passkey, meant: Account | None) -> Account:
    owner = passkey.account
    other = meant is not None and owner.pk != meant.pk
    if other or not owner.person.active or owner.person.service:
        raise PasskeyRefused
    return owner


def _is_of_app(account: Account, code: str) -> bool:
    app = App.objects.filter(account=account).first()
    secret = _secret_kept(app) if app else None
    # Without an app too, so that the time does not tell whether there is one.
    step = totp.fitting_step(secret or bytes(20), code)
    if app is None or secret is None or step is None:
        return False
    return App.objects.filter(pk=app.pk, last_step__lt=step).update(last_step=step) == 1


def _secret_kept(app: App) -> bytes | None:
    text = sealing.unseal(app.sealed, secret=settings.SECRET_KEY, purpose=f"{_KEPT} {app.account_id}")
    return bytes.fromhex(text) if text else None


def _secret_of(sealed: str, purpose: str, *, seconds: int) -> bytes:
    text = sealing.unseal(sealed, secret=settings.SECRET_KEY, purpose=purpose, seconds=seconds)
    if text is None:
        raise SetUpAgain
    return bytes.fromhex(text)


def _begun(secret: bytes, actor: Actor) -> Begun:
    sealed = sealing.seal(secret.hex(), secret=settings.SECRET_KEY, purpose=f"{_BEGUN} {actor.name}")
    return Begun(sealed=sealed, text=totp.text_of(secret), address=totp.address_of(secret, actor.name))


def _added(account: Account, factor: str) -> list[str]:
    name = account.get_username()
    record("account.factor_added", by=name, data={"person": name, "factor": factor})
    return [] if recovery.codes_left(account) else recovery.make_codes(account)


def _removed(account: Account, factor: str) -> None:
    name = account.get_username()
    record("account.factor_removed", by=name, data={"person": name, "factor": factor})
    if not factors_of(account).any:
        account.recovery_codes.all().delete()


def _note_failure(account: Account, tried: Tried) -> None:
    if tried.nth == FACTORS.most:
        name = account.get_username()
        with transaction.atomic():
            record("account.locked", by=name, data={"person": name})
