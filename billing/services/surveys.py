"""A paid invoice is the moment to ask the customer how it went."""

from uuid import UUID

from django.utils import timezone

from billing.models import Invoice
from communities.models import Contact
from communities.services.surveys import VisitDone, survey_invite


def survey_after_payment(*, subject_id: UUID) -> None:
    """Invite the customer of a paid invoice to rate the visit. Follows `invoice.paid`.

    Nobody is asked without a contact who agreed to it, for a site in no community, or about a membership. Who has an
    e-mail address is preferred.
    """
    invoice = Invoice.objects.select_related("organisation", "visit__site__community").get(pk=subject_id)
    visit = invoice.visit
    contacts = Contact.objects.filter(customer=invoice.customer_id, may_survey=True)
    contact = min(contacts, key=lambda one: (not one.email, one.created_at), default=None)
    if contact is None or visit is None or visit.site.community is None or visit.technician_id is None:
        return
    survey_invite(
        contact=contact,
        visit=VisitDone(
            community=visit.site.community,
            visit_id=visit.id,
            work_order_id=visit.work_order_id,
            technician_id=visit.technician_id,
            service_type_id=visit.service_type_id,
        ),
        now=timezone.now(),
    )
