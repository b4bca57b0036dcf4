"""Stripe's itemised reports: "balance change from activity" and "payout reconciliation", as CSV.

Columns: https://docs.stripe.com/reports/report-types/balance#schema-balance-change-from-activity-itemized-3 and
https://docs.stripe.com/reports/report-types/payout-reconciliation#schema-payout-reconciliation-itemized-5. They are
the same in both; which of them a file has, is chosen when the report is made. Categories:
https://docs.stripe.com/reports/reporting-categories.

Amounts are in major units with the decimals that Stripe gives the currency: two for TWD, whose payments are whole and
whose fees are not. `currency` is what Stripe settles in; a payment that was converted has another one in our books.
"""

import dataclasses
from collections.abc import Mapping

from billing.gateways.settlement import cells
from billing.gateways.settlement.rows import Reading, RowKind, SettlementRow
from core.money import DECIMALS
from core.tabular import BadRow, Columns, Table, TakesRejects

REQUIRED = (
    "balance_transaction_id",
    "created_utc",
    "currency",
    "gross",
    "fee",
    "net",
    "reporting_category",
    "source_id",
    "payment_intent_id",
)
CHECKOUT = "payment_metadata[reference]"
"""Our checkout: billing/gateways/stripe.py gives it to the intent."""
PAYOUT, PAID_OUT = "automatic_payout_id", "automatic_payout_effective_at_utc"
OPTIONAL = (CHECKOUT, PAYOUT, PAID_OUT)
TIME = "%Y-%m-%d %H:%M:%S"

KINDS = {
    "charge": RowKind.PAYMENT,
    "refund": RowKind.REFUND,
    "refund_failure": RowKind.REFUND_RETURNED,
    "dispute": RowKind.DISPUTE,
    "dispute_reversal": RowKind.DISPUTE_REVERSED,
    "fee": RowKind.FEE,
    "payout": RowKind.PAYOUT,
    "payout_reversal": RowKind.PAYOUT,
}
"""Of a category. All others are none of ours: transfers, reserves, top-ups."""
OF_PAYERS = set(KINDS.values()) - {RowKind.FEE, RowKind.PAYOUT}


def rows_of(content: bytes, rejects: TakesRejects) -> Reading:
    """One row for each balance transaction. Raises core.tabular.Unreadable."""
    with Table(content, Columns(REQUIRED, OPTIONAL), rejects) as table:
        found = table.keyed("line_id", _row)
    return Reading([dataclasses.replace(row, number=number) for number, row in found.items()])


def _row(said: Mapping[str, str]) -> SettlementRow:
    currency = said["currency"].upper()
    if currency not in DECIMALS:
        expected = ", ".join(sorted(DECIMALS))
        raise BadRow("unknown currency", field="currency", value=said["currency"], expected=expected)
    gross, fee, net = (cells.amount(said[name], name) for name in ("gross", "fee", "net"))
    cells.added_up(net, gross - fee, "net")
    kind = KINDS.get(cells.needed(said["reporting_category"], "reporting_category"), RowKind.OTHER)
    payment_ref = cells.reference(said["payment_intent_id"], "payment_intent_id")
    source_ref = cells.reference(said["source_id"], "source_id")
    paid_out = said.get(PAID_OUT, "")
    return SettlementRow(
        kind=kind,
        line_id=cells.needed(said["balance_transaction_id"], "balance_transaction_id"),
        # Of a payment the source is the charge; our books know it by its intent.
        provider_ref=payment_ref if kind == RowKind.PAYMENT else source_ref,
        payment_ref=payment_ref,
        checkout_ref=cells.reference(said.get(CHECKOUT, ""), CHECKOUT),
        gross=cells.money(gross, currency, "gross") if kind in OF_PAYERS else cells.rounded(gross, currency),
        fee=cells.rounded(fee, currency),
        happened_at=cells.moment(said["created_utc"], "created_utc", TIME),
        settled_on=cells.moment(paid_out, PAID_OUT, TIME).date() if paid_out else None,
        payout_ref=cells.reference(said.get(PAYOUT, ""), PAYOUT),
    )
