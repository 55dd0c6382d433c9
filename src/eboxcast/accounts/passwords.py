"""Changing a password, and what one must be: by Django's validators, said in our own sentences."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from eboxcast.accounts.errors import NoAccount, PasswordUnfit, PasswordWrong
from eboxcast.accounts.guessing import PASSWORDS
from eboxcast.accounts.models import Account
from eboxcast.accounts.sent_forms import taken_once
from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import Reason
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.senders.models import Person

MOST_CHARACTERS = 200
"""More would only make the server work."""

_TOO_LONG = Reason(sentence=N_("The password must have at most {most} characters."), data={"most": MOST_CHARACTERS})
_TRIED_FIRST = Reason(
    sentence=N_("The password is little more than a word that anyone would try first here. Choose another one."),
    data={},
)
_OURS = ("eboxcast", "ebox", "broadcast", "password", "motdepasse", "wachtwoord", "passwort")
_SHORTEST_WORD = 4
_FEWEST_LETTERS = 6
_SENTENCES: Mapping[str, str] = {
    "password_too_short": N_("The password must have at least {min_length} characters."),
    "password_too_common": N_("This password is used too often. Choose another one."),
    "password_entirely_numeric": N_("The password must not consist of digits only."),
    "password_too_similar": N_("The password is too similar to your name or email address."),
}


def change_password(current: str, new: str, *, address: str, actor: Actor, form: UUID) -> Account:
    """Set somebody's own password; all their sessions end.

    Raises NotYourRole, PasswordWrong, PasswordUnfit, TooManyTries, FormSentBefore.
    """
    account = own_account(actor)
    with sanitized_db_errors():
        confirm_password(account, current, address=address)
        refuse_unfit_password(new, account.person)
        with taken_once(form, account=account):
            account.set_password(new)
            account.save(update_fields=["password"])
            account.sessions.all().delete()
            record("account.password_set", by=actor.name, data={"person": actor.name})
    return account


def own_account(actor: Actor) -> Account:
    """Return the account of whoever acts, for them to keep. Raises NotYourRole, NoAccount."""
    authorize(actor, "account.keep")
    with sanitized_db_errors():
        account = Account.objects.select_related("person").filter(person_id=actor.name).first()
    if account is None:
        raise NoAccount
    return account


def confirm_password(account: Account, password: str, *, address: str) -> None:
    """Refuse whoever sits before a session that is not theirs. Raises PasswordWrong, TooManyTries."""
    name = account.get_username()
    tried = PASSWORDS.count(name, address)
    if not account.check_password(password):
        raise PasswordWrong
    PASSWORDS.forget(tried, name)


def refuse_unfit_password(password: str, person: Person) -> None:
    """Raise PasswordUnfit for what is easily guessed."""
    faults = [_TOO_LONG] if len(password) > MOST_CHARACTERS else _faults(password, person)
    if faults:
        raise PasswordUnfit(faults=faults)


def _faults(password: str, person: Person) -> list[Reason]:
    try:
        validate_password(password, person)  # type: ignore[arg-type]  # it reads the attributes that settings names
    except ValidationError as error:
        return [Reason(sentence=_SENTENCES[str(one.code)], data=one.params or {}) for one in error.error_list]
    return [_TRIED_FIRST] if _is_mostly_tried_first(password, person) else []


def _is_mostly_tried_first(password: str, person: Person) -> bool:
    """Return whether few letters remain without the names of the service and the institution (ASVS 5.0, 6.2.11)."""
    left = password.casefold()
    names = person.institution.names.values() if person.institution else ()
    for word in sorted({*_OURS, *" ".join(names).casefold().split()}, key=len, reverse=True):
        if len(word) >= _SHORTEST_WORD:
            left = left.replace(word, "")
    return sum(letter.isalpha() for letter in left) < _FEWEST_LETTERS and left != password.casefold()
