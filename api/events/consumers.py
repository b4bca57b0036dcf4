"""What settings.OUTBOX_CONSUMERS names: for each topic of the outbox, the event it is told as.

A consumer hears of its subject alone, so there is one for each topic.
"""

from functools import partial

from api.events import catalogue
from api.events.catalogue import Topic
from api.events.telling import event_tell

work_order_completed = partial(
    event_tell, topic=Topic.WORK_ORDER_COMPLETED, kind=catalogue.WORK_ORDER_COMPLETED
)
work_order_cancelled = partial(
    event_tell, topic=Topic.WORK_ORDER_CANCELLED, kind=catalogue.WORK_ORDER_CANCELLED
)
visit_en_route = partial(event_tell, topic=Topic.VISIT_EN_ROUTE, kind=catalogue.visit_stepped("en_route_at"))
visit_arrived = partial(event_tell, topic=Topic.VISIT_ARRIVED, kind=catalogue.visit_stepped("arrived_at"))
visit_started = partial(event_tell, topic=Topic.VISIT_STARTED, kind=catalogue.visit_stepped("started_at"))
visit_completed = partial(
    event_tell, topic=Topic.VISIT_COMPLETED, kind=catalogue.visit_stepped("finished_at")
)
visit_not_completed = partial(
    event_tell, topic=Topic.VISIT_NOT_COMPLETED, kind=catalogue.visit_stepped("finished_at")
)
invoice_issued = partial(event_tell, topic=Topic.INVOICE_ISSUED, kind=catalogue.INVOICE_ISSUED)
invoice_paid = partial(event_tell, topic=Topic.INVOICE_PAID, kind=catalogue.INVOICE_PAID)
invoice_paid_again = partial(event_tell, topic=Topic.INVOICE_PAID, kind=catalogue.INVOICE_TURNED)
invoice_reopened = partial(event_tell, topic=Topic.INVOICE_REOPENED, kind=catalogue.INVOICE_TURNED)
payment_succeeded = partial(event_tell, topic=Topic.PAYMENT_SUCCEEDED, kind=catalogue.PAYMENT)
payment_declined = partial(event_tell, topic=Topic.PAYMENT_DECLINED, kind=catalogue.PAYMENT)
payment_refunded = partial(event_tell, topic=Topic.PAYMENT_REFUNDED, kind=catalogue.REFUND)
payment_disputed = partial(event_tell, topic=Topic.PAYMENT_DISPUTED, kind=catalogue.DISPUTE)
survey_answered = partial(event_tell, topic=Topic.SURVEY_ANSWERED, kind=catalogue.ANSWER)
