"""All that we say about the one invoice of a test, read at once and past the services."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from django.db import connection

from tests.billing.provider import Line

Balances = dict[tuple[str, str], int]
"""By account and currency; what is zero is left out."""

READ = """
SELECT 'entry', posting.id::text, account, '', '', amount_minor, currency
FROM billing_entry JOIN billing_posting AS posting ON posting.id = posting_id
UNION ALL
SELECT 'payment', checkout.provider_ref, payment.provider_ref, payment.provider_ref, payment.state, amount_minor,
       currency
FROM billing_payment AS payment JOIN billing_checkout AS checkout ON checkout.id = checkout_id
UNION ALL
SELECT 'refund', checkout.provider_ref, payment.provider_ref, refund.provider_ref, refund.state, refund.amount_minor,
       refund.currency
FROM billing_refund AS refund JOIN billing_payment AS payment ON payment.id = payment_id
JOIN billing_checkout AS checkout ON checkout.id = checkout_id
WHERE refund.provider_ref <> ''
UNION ALL
SELECT 'dispute', checkout.provider_ref, payment.provider_ref, dispute.provider_ref, dispute.state,
       dispute.amount_minor, dispute.currency
FROM billing_dispute AS dispute JOIN billing_payment AS payment ON payment.id = payment_id
JOIN billing_checkout AS checkout ON checkout.id = checkout_id
UNION ALL SELECT 'invoice', id::text, coalesce(paid_at::text, ''), '', state, total_minor, currency FROM billing_invoice
UNION ALL SELECT 'credited net', id::text, '', '', '', net_minor, currency FROM billing_creditnote
UNION ALL SELECT 'credited tax', id::text, '', '', '', tax_minor, currency FROM billing_creditnote
UNION ALL SELECT 'link', id::text, '', '', state, amount_minor, currency FROM billing_paymentlink
UNION ALL SELECT 'checkout', id::text, '', '', state, 0, '' FROM billing_checkout
UNION ALL SELECT 'refund wanted', id::text, '', '', state, amount_minor, currency FROM billing_refund
"""


class OurBooks:
    """What we have written down, and sums of it."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[str, Line]]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(READ)
            for what, of, *rest in cursor:
                self._rows[what].append((of, (what, *rest)))
        [(_, invoice)] = self._rows["invoice"]
        self.paid_at, self.state = invoice[1], invoice[3]

    def sum_of(self, what: str) -> int:
        return sum(line[4] for _, line in self._rows[what])

    def open_links(self) -> list[int]:
        """What they ask for."""
        return [line[4] for _, line in self._rows["link"] if line[3] == "open"]

    def states(self) -> Iterable[tuple[str, str, str]]:
        """What, which, and its state."""
        for what in ("link", "checkout", "refund wanted"):
            for of, line in self._rows[what]:
                yield what, of, line[3]

    def balances(self) -> Balances:
        """The books. Each posting sums to nothing."""
        sums: Counter[tuple[str, str]] = Counter()
        postings: Counter[str] = Counter()
        for posting, (_, account, _, _, amount, currency) in self._rows["entry"]:
            sums[account, currency] += amount
            postings[posting] += amount
        assert set(postings.values()) == {0}
        return without_zeros(sums)

    def lines(self) -> dict[str, frozenset[Line]]:
        """What we have of the provider's books, by page. A refund that did not reach the provider is not in them."""
        pages: dict[str, set[Line]] = defaultdict(set)
        for what in ("payment", "refund", "dispute"):
            for page, line in self._rows[what]:
                pages[page].add(line)
        return {page: frozenset(lines) for page, lines in pages.items()}


MEANS = {
    ("payment", "succeeded"): {"provider": 1, "receivable": -1},
    ("refund", "succeeded"): {"provider": -1, "receivable": 1},
    ("dispute", "open"): {"provider": -1, "disputed": 1},
    ("dispute", "lost"): {"provider": -1, "receivable": 1},
}


def provider_balances(lines: Iterable[Line]) -> Counter[tuple[str, str]]:
    """What a provider's books mean for ours."""
    sums: Counter[tuple[str, str]] = Counter()
    for what, _, _, state, amount, currency in lines:
        for account, sign in MEANS.get((what, state), {}).items():
            sums[account, currency] += sign * amount
    return sums


def without_zeros(sums: Mapping[tuple[str, str], int]) -> Balances:
    return {key: amount for key, amount in sums.items() if amount}
