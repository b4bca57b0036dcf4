"""A technician's statement of a month, to be read and printed."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from billing.errors import StatementUnknown
from billing.models import CommissionLine
from billing.selectors.commissions import statement_get, statement_line_list
from billing.taxes import per_cent
from communities.access import Caller
from console.office.pages import office_page, signed_in
from console.office.words import CAUSES, COMMISSIONS
from core.money import Money


@require_safe
@signed_in
def statement(request: HttpRequest, caller: Caller, statement_id: UUID) -> HttpResponse:
    """For the technician, the manager of the region, and administrators; for others there is none."""
    try:
        found = statement_get(caller, statement_id)
    except StatementUnknown:
        raise Http404 from None
    lines = statement_line_list(caller, statement_id).order_by("happened_at", "pk")
    context = {"statement": found, "rows": [_row(line) for line in lines]}
    return office_page(request, caller, "office/statement.html", context)


def _row(line: CommissionLine) -> dict[str, object]:
    """A line in words: of what is kept the share, or the amount that the rule gives."""
    rule = line.rule
    if rule.rate_bp is not None:
        terms = f"{per_cent(rule.rate_bp)} %"
    else:
        terms = str(Money(rule.amount_minor or 0, line.statement.currency))
    return {
        "line": line,
        "kind": COMMISSIONS[line.kind],
        "cause": CAUSES[line.cause[0]],
        "terms": terms,
        "is_shared": line.parts != line.of_parts,
    }
