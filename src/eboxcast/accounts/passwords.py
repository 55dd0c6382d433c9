"""What a password must be, by Django's validators, said in our own sentences."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from eboxcast.accounts.errors import PasswordUnfit
from eboxcast.lib.errors import Reason
from eboxcast.lib.translation import N_
from eboxcast.senders.models import Person

MOST_CHARACTERS = 200
"""More would only make the server work."""

_TOO_LONG = Reason(sentence=N_("The password must have at most {most} characters."), data={"most": MOST_CHARACTERS})
_SENTENCES: Mapping[str, str] = {
    "password_too_short": N_("The password must have at least {min_length} characters."),
    "password_too_common": N_("This password is used too often. Choose another one."),
    "password_entirely_numeric": N_("The password must not consist of digits only."),
    "password_too_similar": N_("The password is too similar to your name or email address."),
}


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
    return []
