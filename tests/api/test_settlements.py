"""Settlement files over HTTP: as they are, in a form, and too large."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from billing.services.reconciliation import LARGEST_FILE
from tests.api.conftest import Api
from tests.billing.settlement_files import ecpay_csv, stripe_csv

STRIPE = "/settlements?account=sandbox&kind=stripe&name=payout.csv"


def sent_by_form(api: Api, **files: bytes) -> HttpResponse:
    form = {name: SimpleUploadedFile(f"{name}.csv", content) for name, content in files.items()}
    return api.client.post(f"/api/v1{STRIPE}", form, headers=api.headers)


def test_a_file_is_read_once_and_its_lines_are_listed_by_finding(ada_api: Api) -> None:
    fee = {"balance_transaction_id": "txn_2", "reporting_category": "fee", "payment_intent_id": ""}
    hole = {"balance_transaction_id": "txn_3", "gross": ""}
    content = stripe_csv({}, fee, hole)

    first = ada_api.post(STRIPE, content)
    again = ada_api.post(STRIPE, content)

    assert (first.status_code, again.status_code) == (201, 200)
    said = first.json()  # type: ignore[attr-defined]
    assert (said["imported"], said["unchanged"], said["findings"]) == (2, 0, {"unknown": 1, "not_ours": 1})
    assert (said["rejected"], said["rejects"]) == (
        1,
        [
            {
                "line": 4,
                "field": "gross",
                "value": "",
                "problem": "not an amount",
                "expected": "like 1234.50 or -1234.50",
            }
        ],
    )
    assert (again.json()["imported"], again.json()["unchanged"]) == (0, 2)  # type: ignore[attr-defined]
    [file] = ada_api.get("/settlements").json()["items"]  # type: ignore[attr-defined]
    assert (file["id"], file["name"], file["kind"]) == (said["file"]["id"], "payout.csv", "stripe")
    lines = ada_api.get(f"/settlements/{file['id']}/lines?finding=unknown").json()["items"]  # type: ignore[attr-defined]
    assert [(line["line_id"], line["gross_minor"], line["fee_minor"], line["text"]) for line in lines] == [
        ("txn_1", 800, 27, "A payment that we do not know")
    ]


def test_a_form_brings_a_file_with_its_name(ada_api: Api) -> None:
    answer = sent_by_form(ada_api, march=stripe_csv({}))
    assert (answer.status_code, answer.json()["file"]["name"]) == (201, "march.csv")  # type: ignore[attr-defined]
    assert sent_by_form(ada_api, march=b"", april=b"").status_code == 400
    assert sent_by_form(ada_api).status_code == 400


@pytest.mark.parametrize(
    ("path", "content", "status", "code"),
    [
        (STRIPE, b"x" * (LARGEST_FILE + 4097), 413, "too-large"),
        (STRIPE, b"", 422, "unreadable-file"),
        (STRIPE, ecpay_csv({}), 422, "unreadable-file"),
        ("/settlements?account=nowhere", b"x", 404, "gateway-unknown"),
        ("/settlements?account=sandbox", b"x", 422, "settlement-kind-unknown"),
        ("/settlements", b"x", 422, "invalid"),
        (f"{STRIPE}%00", stripe_csv({}), 422, "invalid"),
    ],
)
def test_what_cannot_be_read_is_refused(
    ada_api: Api, path: str, content: bytes, status: int, code: str
) -> None:
    answer = ada_api.post(path, content)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}")  # type: ignore[attr-defined]


def test_a_broken_form_is_refused(ada_api: Api) -> None:
    answer = ada_api.client.generic(
        "POST", f"/api/v1{STRIPE}", b"no form", content_type="multipart/form-data", headers=ada_api.headers
    )
    assert answer.status_code == 400
