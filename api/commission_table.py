"""A month's commissions as a table for spreadsheets (RFC 4180)."""

import csv
import io
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from billing.models import CommissionLine

COLUMNS = (
    "technician", "name", "kind", "cause", "happened_at", "invoice", "position", "description", "rate_bp",
    "rule_amount_minor", "base_minor", "parts", "of_parts", "amount_minor", "currency",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        _text(technician.code),
        _text(technician.name),
        line.kind,
        line.cause[0],
        line.happened_at.astimezone(zone).isoformat(timespec="seconds"),
        _text(billed.invoice.number) if billed else "",
        billed.position if billed else "",
        _text(billed.description) if billed else "",
        line.rule.rate_bp,
        line.rule.amount_minor,
        line.base_minor,
        line.parts,
        line.of_parts,
        line.amount_minor,
        line.statement.currency,
    )


def _text(value: str) -> str:
    """A text that a spreadsheet would run as a formula is only shown."""
    return f"'{value}" if value.startswith(FORMULA) else value
