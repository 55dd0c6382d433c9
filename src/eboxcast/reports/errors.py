"""Why something of a report cannot be given."""

from __future__ import annotations

from types import MappingProxyType

from eboxcast.lib.errors import NotAllowedNow
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class OutcomesDeleted(NotAllowedNow):
    """What names people was deleted when its time had come."""

    code = "report.outcomes-deleted"
    sentence = N_("The paper list and the rejected rows of run {run} were deleted on {moment}.")
    remedy = N_("Personal data is kept for a limited time only. To see the counts: {report}")
    actions = MappingProxyType({"report": NextAction(action="report.see", parameters={"run": "{run}"})})


class AudienceDeleted(NotAllowedNow):
    """There is nothing left to verify the certificate with."""

    code = "report.audience-deleted"
    sentence = N_("Run {run} can no longer be verified: the audience and the salt were deleted on {moment}.")
    remedy = N_("Personal data is kept for a limited time only. To see the counts and digests: {report}")
    actions = MappingProxyType({"report": NextAction(action="report.see", parameters={"run": "{run}"})})


class NeverVisible(NotAllowedNow):
    """There is no paper list before the moment of becoming visible."""

    code = "report.never-visible"
    sentence = N_("Run {run} has no paper list yet: the list is made when the run becomes visible.")
    remedy = N_("To see its status: {see}")
    actions = MappingProxyType({"see": NextAction(action="run.see", parameters={"run": "{run}"})})
