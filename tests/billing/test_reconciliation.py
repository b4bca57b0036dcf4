"""Providers' settlement files held against our books."""

import argparse
import gzip
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.errors import GatewayUnknown, SettlementFileUnknown, SettlementKindUnknown
from billing.models import (
    Checkout,
    Inquiry,
    Invoice,
    Payment,
    Posting,
    SandboxDispute,
    SandboxPayment,
    SettlementFile,
    SettlementLine,
)
from billing.selectors.settlements import (
    payment_unsettled_list,
    refund_unsettled_list,
    settlement_file_list,
    settlement_line_list,
)
from billing.services.reconciliation import (
    LARGEST_FILE,
    SettlementGiven,
    SettlementImport,
    lines_match,
    settlement_import,
)
from communities.access import Caller
from communities.models import Organisation, User
from config.cli import imports
from console.sandbox_provider.checkouts import dispute_decide, dispute_open, refund_make
from core.models import Outbox
from core.tabular import RejectList, Unreadable
from dispatch.errors import NotForYourRole
from tests import factories
from tests.billing.settlement_files import ecpay_csv, stripe_csv
from tests.billing.test_invoices import in_threads
from tests.billing.test_payments import PAID, accounts, press
from tests.conftest import as_caller
from tests.outbox import deliver_all, waiting

Finding = SettlementLine.Finding


@pytest.fixture
def payment(checkout: Checkout) -> Payment:
    """TWD 800, paid at the provider and in our books."""
    press(checkout, PAID)
    deliver_all()
    return Payment.objects.get()


@pytest.fixture
def charge(payment: Payment) -> dict[str, str]:
    """Its line in Stripe's words: 800.00 less 27.20."""
    return {"payment_intent_id": payment.provider_ref}


def bring(caller: Caller, content: bytes, kind: str = "stripe", account: str = "sandbox") -> SettlementImport:
    given = SettlementGiven(source=content, account=account, kind=kind, name="payout.csv")
    return settlement_import(caller=caller, given=given, rejects=RejectList(), now=timezone.now())


def findings() -> list[str]:
    return list(SettlementLine.objects.order_by("id").values_list("finding", flat=True))


def settled() -> int:
    return Posting.objects.filter(key__startswith="settlement:").count()


def test_what_agrees_is_at_the_bank_less_the_fee(
    charge: dict[str, str], payment: Payment, invoice: Invoice, as_ada: Caller, ada: User
) -> None:
    assert accounts(invoice) == {"provider": 800, "revenue": -800}

    done = bring(as_ada, stripe_csv(charge))

    assert (done.is_new, done.imported, done.unchanged, done.findings) == (True, 1, 0, {Finding.MATCHED: 1})
    assert accounts(invoice) == {"bank": 773, "fees": 27, "revenue": -800}
    line = SettlementLine.objects.get()
    assert (line.finding, line.payment, line.number, line.finding_text) == (
        "matched",
        payment,
        2,
        "As in our books",
    )
    posting = Posting.objects.get(key=f"settlement:{line.pk}")
    # The payout of 11 March begins at midnight in Taipei.
    assert (posting.payment, posting.occurred_at.isoformat()) == (payment, "2026-03-10T16:00:00+00:00")
    assert (done.file.imported_by, done.file.kind, done.file.name) == (ada, "stripe", "payout.csv")


def test_the_same_file_again_does_nothing(charge: dict[str, str], invoice: Invoice, as_ada: Caller) -> None:
    first = bring(as_ada, stripe_csv(charge))

    again = bring(as_ada, gzip.compress(stripe_csv(charge)))  # packed, it is the same file

    assert (again.file, again.is_new, again.imported, again.unchanged) == (first.file, False, 0, 1)
    assert accounts(invoice) == {"bank": 773, "fees": 27, "revenue": -800}
    assert (SettlementFile.objects.count(), SettlementLine.objects.count(), settled()) == (1, 1, 1)


def test_the_same_file_from_several_people_at_once_counts_once(
    charge: dict[str, str], invoice: Invoice, as_ada: Caller
) -> None:
    in_threads(4, lambda _: bring(as_ada, stripe_csv(charge)))

    assert (SettlementFile.objects.count(), SettlementLine.objects.count(), settled()) == (1, 1, 1)
    assert accounts(invoice) == {"bank": 773, "fees": 27, "revenue": -800}


def test_a_line_in_two_files_counts_once(charge: dict[str, str], invoice: Invoice, as_ada: Caller) -> None:
    first = bring(as_ada, stripe_csv(charge))
    fee = {"balance_transaction_id": "txn_2", "reporting_category": "fee", "payment_intent_id": ""}

    later = bring(as_ada, stripe_csv(fee | {"gross": "-60", "fee": "0", "net": "-60"}, charge))

    assert (later.is_new, later.imported, later.unchanged) == (True, 1, 1)
    assert later.findings == {Finding.NOT_OURS: 1}
    assert list(settlement_line_list(as_ada, later.file.pk).values_list("line_id", flat=True)) == ["txn_2"]
    assert first.file.lines.count() == 1
    assert (settled(), accounts(invoice)) == (1, {"bank": 773, "fees": 27, "revenue": -800})


@pytest.mark.parametrize(
    ("said", "finding", "difference", "text"),
    [
        (
            {"gross": "801.00", "net": "773.80"},
            "amount_differs",
            1,
            "Another amount than in our books: TWD 1 more",
        ),
        (
            {"gross": "799.00", "net": "771.80"},
            "amount_differs",
            -1,
            "Another amount than in our books: TWD 1 less",
        ),
        ({"currency": "usd"}, "currency_differs", None, "In another currency than in our books"),
        ({"payment_intent_id": "pi_strange"}, "unknown", None, "A payment that we do not know"),
    ],
)
def test_what_differs_is_found_and_not_posted(
    said: dict[str, str],
    finding: str,
    difference: int | None,
    text: str,
    charge: dict[str, str],
    invoice: Invoice,
    as_ada: Caller,
) -> None:
    bring(as_ada, stripe_csv(charge | said))

    line = SettlementLine.objects.get()
    assert (line.finding, line.difference_minor, line.finding_text) == (finding, difference, text)
    assert (settled(), Inquiry.objects.count()) == (0, 0)
    assert accounts(invoice) == {"provider": 800, "revenue": -800}


def test_a_payment_is_settled_once(charge: dict[str, str], invoice: Invoice, as_ada: Caller) -> None:
    again = charge | {"balance_transaction_id": "txn_2"}

    bring(as_ada, stripe_csv(charge, again))
    bring(as_ada, stripe_csv(charge | {"balance_transaction_id": "txn_3"}))

    assert findings() == ["matched", "settled_twice", "settled_twice"]
    assert accounts(invoice) == {"bank": 773, "fees": 27, "revenue": -800}


def test_a_payment_nobody_told_us_of_is_asked_about_and_found_again(
    checkout: Checkout, invoice: Invoice, as_ada: Caller, now: datetime
) -> None:
    made = press(checkout, PAID)
    Outbox.objects.filter(topic="sandbox.notice").delete()  # the provider's message is lost
    said = {"payment_intent_id": str(made.pk), "payment_metadata[reference]": str(checkout.pk)}
    never = said | {"balance_transaction_id": "txn_2", "payment_intent_id": "pi_never"}

    bring(as_ada, stripe_csv(said, never))
    bring(as_ada, stripe_csv(said, never))

    assert (findings(), waiting()) == (["asked", "asked"], ["inquiry.made"])
    assert lines_match(now=timezone.now()) == 0
    deliver_all()
    assert list(Inquiry.objects.values_list("reason", flat=True)) == ["settled"]
    assert accounts(invoice) == {"provider": 800, "revenue": -800}

    assert [lines_match(now=timezone.now()) for _ in range(2)] == [1, 0]

    assert (findings(), Inquiry.objects.count()) == (["matched", "asked"], 1)  # asked once, and not for ever
    assert accounts(invoice) == {"bank": 773, "fees": 27, "revenue": -800}
    SettlementLine.objects.update(created_at=timezone.now() - timedelta(days=61), finding="unknown")
    assert lines_match(now=timezone.now()) == 0


def test_a_payment_that_is_on_its_way_here_and_settled_there_is_asked_about(
    charge: dict[str, str], payment: Payment, as_ada: Caller
) -> None:
    Payment.objects.filter(pk=payment.pk).update(provider_ref="pi_2")
    pending = Payment.objects.create(
        organisation=payment.organisation,
        invoice=payment.invoice,
        checkout=payment.checkout,
        provider_ref=charge["payment_intent_id"],
        state="pending",
        amount_minor=800,
        currency="TWD",
        happened_at=payment.happened_at,
    )

    bring(as_ada, stripe_csv(charge))

    assert (findings(), SettlementLine.objects.get().payment) == (["asked"], pending)
    assert waiting() == ["inquiry.made"]


def test_a_line_without_the_payments_id_is_the_checkouts_only_payment(
    payment: Payment, invoice: Invoice, as_ada: Caller
) -> None:
    bring(
        as_ada,
        stripe_csv({"payment_intent_id": "", "payment_metadata[reference]": str(payment.checkout_id)}),
    )

    assert (findings(), accounts(invoice)) == (["matched"], {"bank": 773, "fees": 27, "revenue": -800})


def test_a_refund_goes_from_the_bank(
    charge: dict[str, str], payment: Payment, invoice: Invoice, as_ada: Caller
) -> None:
    """300 of 800 go back; the fee of 27 stays with the provider: 800 - 27 - 300 = 473 are left."""
    there = refund_make(SandboxPayment.objects.get(), 300, reference=None, now=timezone.now())
    deliver_all()
    assert accounts(invoice) == {"provider": 500, "receivable": 300, "revenue": -800}
    refund = charge | {
        "balance_transaction_id": "txn_2",
        "reporting_category": "refund",
        "source_id": str(there.pk),
        "gross": "-300.00",
        "fee": "0.00",
        "net": "-300.00",
    }
    strange = refund | {"balance_transaction_id": "txn_3", "source_id": "re_strange"}

    bring(as_ada, stripe_csv(refund, charge, strange))

    assert findings() == ["matched", "matched", "refund_unknown"]
    assert accounts(invoice) == {"bank": 473, "fees": 27, "receivable": 300, "revenue": -800}
    assert waiting() == ["inquiry.made"]  # about the refund that is not in our books


def test_a_refund_without_an_id_is_found_by_its_amount(
    payment: Payment, invoice: Invoice, as_ada: Caller
) -> None:
    """ECPay: 800 less 22, of which 200 went back; another refund of 100 is in a later file."""
    for amount in (100, 200):
        refund_make(SandboxPayment.objects.get(), amount, reference=None, now=timezone.now())
    deliver_all()
    assert payment.checkout is not None
    order = {"綠界訂單編號": payment.provider_ref, "廠商訂單編號": payment.checkout.provider_ref}
    back = {"退款日期": "2026/03/05", "退款金額": "200", "應收款項(淨額)": "578.00"}

    done = bring(as_ada, ecpay_csv(order | back, encoding="cp950"), kind="ecpay")

    assert done.findings == {Finding.MATCHED: 2}
    assert accounts(invoice) == {
        "bank": 578,
        "fees": 22,
        "provider": -100,
        "receivable": 300,
        "revenue": -800,
    }
    [missing] = refund_unsettled_list(as_ada, "sandbox", timezone.now())
    assert missing.amount_minor == 100


def test_a_dispute_takes_the_money_and_its_fee_and_comes_back(
    charge: dict[str, str], invoice: Invoice, as_ada: Caller
) -> None:
    """800 - 27 come, 800 + 15 go, 800 come back: 758 at the bank, 42 to the provider."""
    dispute_open(SandboxPayment.objects.get(), now=timezone.now())
    deliver_all()
    dispute = SandboxDispute.objects.get()
    opened = charge | {
        "balance_transaction_id": "txn_2",
        "reporting_category": "dispute",
        "source_id": str(dispute.pk),
        "gross": "-800.00",
        "fee": "15.00",
        "net": "-815.00",
    }
    won = opened | {
        "balance_transaction_id": "txn_3",
        "reporting_category": "dispute_reversal",
        "gross": "800.00",
        "fee": "0.00",
        "net": "800.00",
    }

    bring(as_ada, stripe_csv(charge, opened, won))
    assert findings() == ["matched", "matched", "asked"]  # nobody has told us that it is won
    assert accounts(invoice) == {"bank": -42, "disputed": 800, "fees": 42, "revenue": -800}

    dispute_decide(dispute, SandboxDispute.State.WON, now=timezone.now())
    deliver_all()
    lines_match(now=timezone.now())

    assert (findings(), accounts(invoice)) == (
        ["matched"] * 3,
        {"bank": 758, "fees": 42, "revenue": -800},
    )


def test_another_companys_account_has_lines_of_its_own(
    charge: dict[str, str], other: Organisation, as_ada: Caller
) -> None:
    """Both use the installation's sandbox; what one pays is nothing to the other."""
    elsewhere = as_caller(factories.user(other, "eve", User.Role.ADMINISTRATOR))
    reference = {"payment_metadata[reference]": str(Checkout.objects.get().pk)}
    done = bring(elsewhere, stripe_csv(charge | reference))
    assert (done.is_new, done.findings, Inquiry.objects.count()) == (True, {Finding.UNKNOWN: 1}, 0)

    assert bring(as_ada, stripe_csv(charge | reference)).findings == {Finding.MATCHED: 1}

    assert settlement_file_list(elsewhere).get() == done.file
    with pytest.raises(SettlementFileUnknown):
        settlement_line_list(as_ada, done.file.pk)


def test_only_administrators_read_settlements(
    as_ada: Caller, as_dora: Caller, as_stranger: Caller, payment: Payment
) -> None:
    file = bring(as_ada, stripe_csv({})).file
    until = timezone.now()
    for caller in (as_dora, as_stranger):
        with pytest.raises(NotForYourRole):
            bring(caller, stripe_csv({}))
        with pytest.raises(SettlementFileUnknown):
            settlement_line_list(caller, file.pk)
        lists = (
            settlement_file_list(caller),
            payment_unsettled_list(caller, "sandbox", until),
            refund_unsettled_list(caller, "sandbox", until),
        )
        assert [list(rows) for rows in lists] == [[], [], []]


def test_a_file_nobody_can_read_is_refused(as_ada: Caller) -> None:
    with pytest.raises(GatewayUnknown):
        bring(as_ada, stripe_csv({}), account="nowhere")
    with pytest.raises(SettlementKindUnknown, match="'sandbox': there are ecpay, stripe"):
        bring(as_ada, stripe_csv({}), kind="")  # the sandbox writes no such files
    with pytest.raises(Unreadable, match="larger than 16,777,216 bytes"):
        bring(as_ada, gzip.compress(b"x" * (LARGEST_FILE + 1)))
    with pytest.raises(Unreadable, match="the gzip file is damaged"):
        bring(as_ada, gzip.compress(stripe_csv({}))[:-9])
    assert SettlementFile.objects.count() == 0


def test_what_came_long_ago_and_is_in_no_file_is_listed(
    charge: dict[str, str], payment: Payment, as_ada: Caller
) -> None:
    then = payment.happened_at
    assert list(payment_unsettled_list(as_ada, "sandbox", then)) == [payment]
    assert list(payment_unsettled_list(as_ada, "sandbox", then - timedelta(seconds=1))) == []
    assert list(payment_unsettled_list(as_ada, "elsewhere", then)) == []

    bring(as_ada, stripe_csv(charge | {"gross": "801.00", "net": "773.80"}))  # it is there, with a finding

    assert list(payment_unsettled_list(as_ada, "sandbox", then)) == []


def test_many_lines_ask_no_more_questions_than_one(charge: dict[str, str], as_ada: Caller) -> None:
    def asked(lines: int) -> int:
        rows = [charge | {"balance_transaction_id": f"{lines}-{n}"} for n in range(lines)]
        with CaptureQueriesContext(connection) as queries:
            bring(as_ada, stripe_csv(*rows))
        return len(queries)

    bring(as_ada, stripe_csv(charge))
    assert asked(1) == asked(50)


def test_what_a_file_says_stays_and_what_is_matched_is_something(
    charge: dict[str, str], payment: Payment, as_ada: Caller
) -> None:
    bring(as_ada, stripe_csv(charge, charge | {"balance_transaction_id": "txn_2"}))
    matched, twice = SettlementLine.objects.order_by("id")
    for deed in (
        lambda: SettlementLine.objects.update(gross_minor=1, net_minor=1),
        lambda: SettlementLine.objects.all()._raw_delete("default"),
        lambda: SettlementFile.objects.update(sha256="x"),
        lambda: SettlementFile.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match=r"Cannot (update|delete|update or delete) rows"):
            deed()
    for change, constraint in (
        ({"finding": "matched", "payment": None}, "settlement_line_matched_is_something_of_ours"),
        ({"finding": "matched"}, "settlement_line_payment_settled_once"),
        ({"finding": "amount_differs"}, "settlement_line_says_how_much_differs"),
    ):
        with pytest.raises(IntegrityError, match=constraint):
            SettlementLine.objects.filter(pk=twice.pk).update(**change)
    assert matched.finding == "matched"


def test_the_command_line_reads_a_file_beside_the_other_imports(
    charge: dict[str, str], acme: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "payout.csv"
    source.write_bytes(stripe_csv(charge, {"balance_transaction_id": "txn_2", "net": "1"}))
    parser = argparse.ArgumentParser()
    imports.add_arguments(parser)
    words = ["settlement", str(source), "--organisation", "acme", "--account", "sandbox", "--kind", "stripe"]

    assert imports.run(parser.parse_args(words)) == 0

    printed = capsys.readouterr().out
    assert "As in our books" in printed
    assert "rejected: does not add up" in printed
    rejects = (tmp_path / "payout.rejects.csv").read_text()
    assert rejects.splitlines()[1:] == ["3,net,1,does not add up,772.80"]
    assert SettlementFile.objects.get().imported_by is None  # the operator
    assert imports.run(parser.parse_args([*words[:-1], "nothing"])) == 2
