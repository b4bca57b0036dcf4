"""A month's commissions as a table for spreadsheets (RFC 4180)."""

import csv
import io
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from api.tables import text_cell
from billing.models import CommissionLine

COLUMNS = (
    "technician", "name", "kind", "cause", "happened_at", "invoice", "position", "description", "rate_bp",
    "rule_amount_minor", "base_minor", "parts", "of_parts", "amount_minor", "currency",
)  # fmt: skip


def commission_table(lines: Iterable[CommissionLine], zone: ZoneInfo) -> bytes:
    """CSV in UTF-8, marked as such for Excel; times are of `zone`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_row(line, zone) for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _row(line: CommissionLine, zone: ZoneInfo) -> tuple[object, ...]:
    technician, billed = line.statement.technician, line.invoice_line
    return (
        text_cell(technician.code),
        text_cell(technician.name),
        line.kind,
        line.cause[0],
        line.happened_at.astimezone(zone).isoformat(timespec="seconds"),
        text_cell(billed.invoice.number) if billed else "",
        billed.position if billed else "",
        text_cell(billed.description) if billed else "",
        line.rule.rate_bp,
        line.rule.amount_minor,
        line.base_minor,
        line.parts,
        line.of_parts,
        line.amount_minor,
        line.statement.currency,
    )
