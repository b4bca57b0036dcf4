"""No float touches an amount: not in the code, not in the database, not on the wire."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import FloatField
from django.test import Client

from core.money import Money

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "communities", "dispatch", "billing", "api", "console", "config")
WITHOUT_MONEY = ("dispatch/solver/", "communities/insight/")
"""Prices of the planner are minutes of travel; insight estimates, and what it says of money is never booked."""
ROOMS = (
    "billing/",
    "core/money.py",
    "console/customer/paying.py",
    "console/customer/offers.py",
    "console/office/payments.py",
    "console/office/statements.py",
    "console/sandbox_provider/",
    *(
        f"api/{kind}/{name}.py"
        for kind in ("routers", "schemas")
        for name in (
            "billing",
            "commissions",
            "memberships",
            "offers",
            "payments",
            "price_book",
            "settlements",
        )
    ),
)
"""Where most numbers are amounts: no float at all, but for time."""

MONEY = re.compile(
    r"(^|_)(amounts?|prices?|minor(?!_per_)|money|fees?|tax(es)?|revenue|refund(s|ed)?|gross|owed|credited)(_|$)"
)
TIME = re.compile(r"(_s|seconds|clock|began)$")


def floats_in(source: str, *, room: bool = False) -> list[int]:
    """The lines on which a float touches an amount; in a room, on which there is one that is no time."""
    tree = ast.parse(source)
    times = {id(part) for node in ast.walk(tree) if _is_called(node, TIME) for part in ast.walk(node)}
    return sorted(
        {
            node.lineno
            for node in ast.walk(tree)
            if _is_float(node) and id(node) not in times and (room or _has_money(node))
        }
        | {
            node.lineno
            for node in ast.walk(tree)
            if _is_called(node, MONEY) and any(_is_float(part) for part in _given(node))
        }
    )


def _is_float(node: ast.AST) -> bool:
    """Whether it is a float, makes one, or says that something is one."""
    match node:
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            return not (_is_text(left) or _is_text(right))  # folder / "file"
        case ast.AugAssign(op=ast.Div()) | ast.Constant(value=float()):
            return True
        case ast.BinOp(left=ast.Constant(value=float())) | ast.BinOp(right=ast.Constant(value=float())):
            return True
        case ast.Call(func=ast.Name(id="float" | "round")) | ast.Name(id="float" | "FloatField" | "Avg"):
            return True
        case ast.Attribute(attr="FloatField" | "Avg") | ast.Attribute(value=ast.Name(id="math")):
            return True
    return False


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _has_money(node: ast.AST) -> bool:
    return any(MONEY.search(_name(part)) for part in ast.walk(node))


def _is_called(node: ast.AST, words: re.Pattern[str]) -> bool:
    """Whether it gives a value, or a type, to something of such a name."""
    match node:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return bool(words.search(_name(target)))
        case ast.arg(arg=str(name)) | ast.keyword(arg=str(name)):
            return bool(words.search(name))
    return False


def _given(node: ast.AST) -> Iterator[ast.AST]:
    """What is given: the value itself and its terms, but not what a function makes of its arguments."""
    for part in (getattr(node, "value", None), getattr(node, "annotation", None)):
        if part is not None:
            yield from [part] if isinstance(part, ast.Call) and not _is_float(part.func) else ast.walk(part)


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""


def sources() -> Iterator[tuple[str, str]]:
    """Each module of the product by its name."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            name = str(file.relative_to(ROOT))
            if not name.startswith(WITHOUT_MONEY):
                yield name, file.read_text(encoding="utf-8")


def test_no_float_touches_an_amount_in_the_code() -> None:
    found = [
        f"{name}:{line}"
        for name, source in sources()
        for line in floats_in(source, room=name.startswith(ROOMS))
    ]
    assert found == []
    assert [room for room in ROOMS if not (ROOT / room).exists()] == []


@pytest.mark.parametrize(
    "source",
    [
        "tax = amount * 0.05",
        "x = line.amount_minor / 100",
        "fee_minor /= 2",
        "x = round(invoice.total_minor * rate)",
        "x = float(row['price'])",
        "price = 9.5",
        "price: float",
        "def take(amount: float | None) -> None: ...",
        "pay(amount_minor=1.5)",
        "price = models.FloatField()",
        "revenue = Avg('spent')",
    ],
)
def test_a_float_for_an_amount_is_found_anywhere(source: str) -> None:
    assert floats_in(source) == [1]


@pytest.mark.parametrize(
    "source",
    [
        "x = ROOT / 'amount.csv'",
        "tax = amount * rate_bp // 10_000",
        "share = answers / visits",
        "milliseconds = round(seconds * 1000, 1)",
        "row = Row(price=prices[0], minutes=float(minutes))",
    ],
)
def test_what_is_none_is_left_alone(source: str) -> None:
    assert floats_in(source) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("x = y * 1.05", [1]),
        ("x = y / 2", [1]),
        ("import math\nx = math.floor(y)", [2]),
        ("def ask(url: str, timeout_s: float = TIMEOUT_S) -> None: ...", []),
        ("timeout_s = 2.5", []),
        ("x = Fraction(y, 2)", []),
    ],
)
def test_in_a_room_of_money_every_float_but_time_is_found(source: str, lines: list[int]) -> None:
    assert floats_in(source, room=True) == lines


def test_no_column_of_an_amount_is_a_float() -> None:
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    amounts = [field for field in fields if MONEY.search(field.name)]
    assert [str(field) for field in amounts if isinstance(field, FloatField)] == []
    assert any(field.name == "amount_minor" for field in amounts)


def test_no_amount_on_the_wire_is_a_float(client: Client) -> None:
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    amounts = {
        f"{name}.{field}": json.dumps(schema)
        for name, one in schemas.items()
        for field, schema in one.get("properties", {}).items()
        if MONEY.search(field)
    }
    assert {where for where, schema in amounts.items() if '"number"' in schema} == set()
    assert "RefundIn.amount_minor" in amounts


@pytest.mark.parametrize("minor", [12.0, 12.5, "12", True])
def test_money_is_whole(minor: Any) -> None:
    with pytest.raises(TypeError, match="not a whole number of minor units"):
        Money(minor, "TWD")
