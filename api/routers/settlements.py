"""Providers' settlement files, held against the books. For administrators."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.errors import BadRequest, BodyTooLarge
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.settlements import (
    SettlementImportOut,
    SettlementLineOut,
    SettlementOut,
    SettlementQuery,
    UnsettledOut,
    UnsettledQuery,
)
from billing.models import SettlementLine
from billing.selectors.settlements import (
    payment_unsettled_list,
    refund_unsettled_list,
    settlement_file_list,
    settlement_line_list,
)
from billing.services.reconciliation import LARGEST_FILE, SettlementGiven, settlement_import
from communities.access import Caller
from core.tabular import RejectList
from dispatch.errors import NotForYourRole

router = Router(tags=["Settlements"])
FORM_BYTES = 4096  # what a form adds to its file
BINARY = {"schema": {"type": "string", "format": "binary"}}
FORM = {"schema": {"type": "object", "properties": {"file": BINARY["schema"]}, "required": ["file"]}}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"The provider's CSV, plain or gzip, up to {LARGEST_FILE:,} bytes.",
        "content": {"text/csv": BINARY, "multipart/form-data": FORM},
    }
}


@router.post(
    "/settlements",
    response={200: SettlementImportOut, 201: SettlementImportOut},
    openapi_extra=BODY,
)
def settlement_post(request: Request, query: Query[SettlementQuery]) -> HttpResponse:
    """Read a provider's settlement file: post what agrees with our books, and say what does not.

    201 for a file that is new, 200 for one that was read before. A line that another file had counts once. Bad rows are
    explained in `rejects`; the others are taken.
    """
    _check(request.auth)
    name, content = _file(request)
    given = SettlementGiven(
        source=content,
        account=query.account,
        kind=query.kind,
        name=name or query.name or f"{query.account}.csv",
    )
    rejects = RejectList()
    done = settlement_import(caller=request.auth, given=given, rejects=rejects, now=timezone.now())
    return answer(SettlementImportOut.of(done, rejects.rows), 201 if done.is_new else 200)


@router.get("/settlements", response=Page[SettlementOut])
def settlement_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """The settlement files that were read, newest first."""
    _check(request.auth)
    return paged(request, settlement_file_list(request.auth), page, by="-id", show=SettlementOut.of)


@router.get("/settlements/unsettled", response=Page[UnsettledOut])
def settlement_unsettled(
    request: Request, page: Query[PageQuery], query: Query[UnsettledQuery]
) -> HttpResponse:
    """Payments, or refunds, that our books have for so many days and no settlement file has. Oldest first."""
    _check(request.auth)
    until = timezone.now() - timedelta(days=query.older_than_days)
    if query.kind == "refund":
        refunds = refund_unsettled_list(request.auth, query.account, until)
        return paged(request, refunds, page, by="happened_at", show=UnsettledOut.of)
    payments = payment_unsettled_list(request.auth, query.account, until)
    return paged(request, payments, page, by="happened_at", show=UnsettledOut.of)


@router.get("/settlements/{uuid:settlement_id}/lines", response=Page[SettlementLineOut])
def settlement_lines(
    request: Request,
    settlement_id: UUID,
    page: Query[PageQuery],
    finding: SettlementLine.Finding | None = None,
) -> HttpResponse:
    """The lines that came with a file, and what was found about them. Lines that another file had are with that one."""
    lines = settlement_line_list(request.auth, settlement_id)
    if finding:
        lines = lines.filter(finding=finding)
    return paged(request, lines, page, by="id", show=SettlementLineOut.of)


def _check(caller: Caller) -> None:
    if not caller.administers:
        raise NotForYourRole("Settlements are for administrators.")


def _file(request: Request) -> tuple[str, bytes]:
    """The file's name, if it came with a form, and its content; larger than other bodies, as such files are."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > LARGEST_FILE + FORM_BYTES:
        raise BodyTooLarge(f"At most {LARGEST_FILE:,} bytes.")
    if request.content_type != "multipart/form-data":
        return "", request.read(LARGEST_FILE + 1)
    try:
        files = [file for file in request.FILES.values() if isinstance(file, UploadedFile)]
    except MultiPartParserError as error:
        raise BadRequest("The form cannot be read.") from error
    if len(files) != 1:
        raise BadRequest("The form must have one file.")
    return files[0].name or "", files[0].read()
