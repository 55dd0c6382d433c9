"""The identity provider with which people sign in to the pages, as the settings name it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class SignOnOptions:
    """The identity provider of the organisation, as the settings name it."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    name: str
    """What people call it: the words of the button."""
    second_factor: bool
    """Whether it asks for a second factor itself, so that we do not."""
    scope: str = "openid profile email"
    acr_values: str = ""

    def client_secret(self) -> str:
        """Return what proves to the provider that it is us."""
        return self.secret
