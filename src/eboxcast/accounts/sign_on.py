"""Signing in with the organisation's own identity provider: whose account it is that a provider vouches for.

No account is made by it. Somebody was invited first, and either linked the two by their invitation, or is known by an
email address that the provider has verified. From then on the provider's own subject counts, and not the address,
which may one day be somebody else's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from eboxcast.accounts.errors import SignOnRefused
from eboxcast.accounts.invitations import take_invitation
from eboxcast.accounts.models import Account, Link
from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock

Claims = Mapping[str, Any]

EMAIL = "email"
_LONGEST = 255
"""What a subject is at most (OpenID Connect Core, 2)."""


def account_for(claims: Claims, *, issuer: str) -> Account:
    """Return the account of whom a provider vouches for. Raises SignOnRefused, always in the same words."""
    subject = _subject(claims)
    with sanitized_db_errors(), transaction.atomic():
        linked = Link.objects.select_related("account__person").filter(issuer=issuer, subject=subject).first()
        account = linked.account if linked else _known_by_address(claims, issuer)
        if not account.person.active or account.person.service:
            raise SignOnRefused
        if linked is None:
            _link(account, issuer=issuer, subject=subject, how="email")
    return account


def link_invited(text: str, claims: Claims, *, issuer: str) -> Account:
    """Use up an invitation by linking whom a provider vouches for, in the place of a password; sessions end.

    A link of before is replaced. Raises InvitationNotFound, SignOnRefused.
    """
    subject = _subject(claims)
    with sanitized_db_errors(), transaction.atomic():
        account = take_invitation(text)
        if Link.objects.filter(issuer=issuer, subject=subject).exclude(account=account).exists():
            raise SignOnRefused
        Link.objects.filter(account=account, issuer=issuer).delete()
        _link(account, issuer=issuer, subject=subject, how="invitation")
    return account


def links_of(account: Account) -> list[Link]:
    """Return which providers vouch for somebody."""
    with sanitized_db_errors():
        return list(account.links.order_by("linked_at"))


def _known_by_address(claims: Claims, issuer: str) -> Account:
    """Return the one account with an address that the provider verified, and that is not another subject's already."""
    address = claims.get(EMAIL)
    if claims.get("email_verified") is not True or not isinstance(address, str) or not address.strip():
        raise SignOnRefused
    found = list(
        Account.objects.select_related("person").filter(
            person__email__iexact=address.strip(), person__active=True, person__service=False
        )[:2]
    )
    if len(found) != 1 or found[0].links.filter(issuer=issuer).exists():
        raise SignOnRefused
    return found[0]


def _link(account: Account, *, issuer: str, subject: str, how: str) -> None:
    name = account.get_username()
    Link.objects.create(account=account, issuer=issuer, subject=subject, linked_at=clock.now())
    record("account.linked", by=name, data={"person": name, "how": how})


def _subject(claims: Claims) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST or "\x00" in subject:
        raise SignOnRefused
    return subject
