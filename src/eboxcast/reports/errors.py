"""Why something of a report cannot be given."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow
from eboxcast.lib.translation import N_


class OutcomesDeleted(NotAllowedNow):
    """What names people was deleted when its time had come."""

    code = "report.outcomes-deleted"
    sentence = N_("The paper list and the rejected rows of run {run} were deleted at {moment}.")
    remedy = N_("Personal data are kept for a limited time. The counts stay: eboxcast report {run}")


class AudienceDeleted(NotAllowedNow):
    """There is nothing left to verify the certificate with."""

    code = "report.audience-deleted"
    sentence = N_("Run {run} cannot be verified any more: audience and salt were deleted at {moment}.")
    remedy = N_("Personal data are kept for a limited time. Counts and digests stay: eboxcast report {run}")


class NeverVisible(NotAllowedNow):
    """There is no paper list before the moment of becoming visible."""

    code = "report.never-visible"
    sentence = N_("Run {run} has no paper list: it is made when the run becomes visible, and that has not happened.")
    remedy = N_("Look at it with: eboxcast status {run}")
