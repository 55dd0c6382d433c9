"""What goes wrong around a package; what is wrong in one is a fault (``faults.py``), not an error."""

from __future__ import annotations

from eboxcast.lib.errors import WrongUse
from eboxcast.lib.wording import N_


class SampleTooLarge(WrongUse):
    """There are not that many synthetic numbers."""

    code = "sample.too-large"
    sentence = N_("There are no {asked} synthetic recipients: {most} is the most.")
    remedy = N_("Ask for fewer recipients.")


class SampleInTheWay(WrongUse):
    """Something is already where the sample would go; it may be somebody's own package."""

    code = "sample.in-the-way"
    sentence = N_("{directory} already exists, and a sample never overwrites anything.")
    remedy = N_("Choose another directory, or remove that one first.")
