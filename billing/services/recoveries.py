"""What recoveries have to do with money: a contested payment opens one, and one costs nothing."""

from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.models import Dispute
from billing.services.issuing import Line
from dispatch.models import Recovery, Visit
from dispatch.services.recoveries import Complaint, recovery_open


def recovery_after_dispute(*, subject_id: UUID) -> None:
    """Make good the visit whose payment is contested; of a membership's there is none. Follows `payment.disputed`."""
    dispute = Dispute.objects.select_related("payment__invoice").get(pk=subject_id)
    visit_id = dispute.payment.invoice.visit_id
    if visit_id is not None:
        recovery_open(
            complaint=Complaint(
                visit_id=visit_id,
                cause=Recovery.Cause.DISPUTED,
                cause_id=dispute.pk,
                at=dispute.created_at,  # when we heard: the provider may have known for days
            )
        )


def is_free(visit: Visit) -> bool:
    """Whether the visit makes another good, and dispatch has not said that it is to be paid for."""
    return Recovery.objects.filter(request=visit.work_order.request_id, is_charged=False).exists()


def for_nothing(line: Line, visit: Visit) -> Line:
    """The line as one that costs nothing, and says why."""
    with override(visit.organisation.language):
        return replace(line, discount=line.unit_price.minor * line.quantity, discount_by=_("Made good"))
