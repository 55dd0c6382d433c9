"""What `eboxcast person` answers, as tables: people, and the tokens of one of them."""

from __future__ import annotations

from eboxcast.lib.formatting import aligned, short_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.people import PersonList, PersonShown, TokenList, TokenShown

_PEOPLE = (
    N_("Name"),
    N_("Full name"),
    N_("Institution"),
    N_("Roles"),
    N_("Language"),
    N_("Email"),
    N_("Phone"),
    N_("State"),
)
_TOKENS = (N_("Token"), N_("Label"), N_("Made"), N_("Made by"), N_("Expires"), N_("State"))
_ACTIVE = N_("active")
_INACTIVE = N_("not active")
_IN_FORCE = N_("valid")
_REVOKED = N_("revoked")
_EXPIRED = N_("expired")
_PROGRAM = N_("{state}, service account")
_NOBODY = N_("No people.")
_NO_TOKENS = N_("No tokens.")


def people_lines(answer: PersonList, language: str) -> list[str]:
    """Return a line for each person, below headings."""
    return _table(_PEOPLE, [_person(one, language) for one in answer.people], _NOBODY, language)


def token_lines(answer: TokenList, language: str) -> list[str]:
    """Return a line for each token, below headings."""
    return _table(_TOKENS, [_token(one, language) for one in answer.tokens], _NO_TOKENS, language)


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]], empty: str, language: str) -> list[str]:
    if not rows:
        return [translate(empty, language)]
    return aligned([tuple(translate(heading, language) for heading in headings), *rows])


def _person(one: PersonShown, language: str) -> tuple[str, ...]:
    state = translate(_ACTIVE if one.active else _INACTIVE, language)
    return (
        one.name,
        mask_and_strip(one.full_name),
        one.institution or "–",
        ", ".join(one.roles),
        one.language,
        one.email or "–",
        one.phone or "–",
        translate(_PROGRAM, language, {"state": state}) if one.service else state,
    )


def _token(one: TokenShown, language: str) -> tuple[str, ...]:
    state = _IN_FORCE if one.in_force else _REVOKED if one.revoked_at else _EXPIRED
    return (
        str(one.number),
        mask_and_strip(one.label) or "–",
        short_moment(one.made_at),
        one.made_by,
        short_moment(one.expires_at),
        translate(state, language),
    )
