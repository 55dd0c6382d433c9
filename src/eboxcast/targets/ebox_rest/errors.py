"""What we refuse ourselves, before anything is sent."""

from __future__ import annotations

from eboxcast.lib.translation import N_
from eboxcast.targets.remote import RunRefused


class NotInTheContract(RunRefused):
    """The provider's contract has no way to carry this broadcast."""

    code = "provider.not-in-the-contract"
    sentence = N_("The provider cannot take this broadcast: {what}. Nothing was sent.")
    remedy = N_("Correct the package and start a new run; docs/reference/targets.md says what the provider takes.")
