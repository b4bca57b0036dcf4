"""What `./linli import` is told."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A parser for each kind of file."""
    kinds = parser.add_subparsers(dest="kind", required=True)
    communities = kinds.add_parser("communities", help="boundaries from GeoJSON or TopoJSON, plain or .gz")
    technicians = kinds.add_parser("technicians", help="technicians from CSV, plain or .gz")
    services = kinds.add_parser("services", help="service types, prices and add-ons from CSV, plain or .gz")
    price_lists = kinds.add_parser("price-lists", help="prices by region and days from CSV, plain or .gz")
    option_sets = kinds.add_parser(
        "option-sets", help="options to be offered together, from CSV, plain or .gz"
    )
    checklists = kinds.add_parser("checklists", help="what is asked on site, from CSV, plain or .gz")
    accounts = kinds.add_parser("accounts", help="who signs in, as what, from CSV, plain or .gz")
    requests = kinds.add_parser("requests", help="service requests from CSV, plain or .gz")
    facts = kinds.add_parser("facts", help="what other systems know to have happened, from CSV, plain or .gz")
    settlement = kinds.add_parser("settlement", help="what a payment provider has settled, plain or .gz")
    tables = (technicians, services, price_lists, option_sets, checklists, accounts, requests, facts)
    for one in (communities, *tables):
        _source(one)
        _common(one)
    _source(settlement)
    for one in tables:
        one.add_argument("--encoding", default="utf-8-sig", help="of the text (default: utf-8, BOM allowed)")
    accounts.add_argument(
        "--passwords",
        metavar="FILE",
        help="where new accounts' passwords go, readable by you only (default: beside the input)",
    )
    requests.add_argument(
        "--preset", choices=["boston311"], help="the columns and meanings of a known source"
    )
    requests.add_argument("--source", default="csv", help="the system the references are from (default: csv)")
    facts.add_argument(
        "--source", default="csv", help="the system that says so, by which a fact counts once (default: csv)"
    )
    requests.add_argument("--default-type", default="", metavar="CODE", help="for service types nobody knows")
    settlement.add_argument("--account", required=True, metavar="NAME", help="the account at the provider")
    settlement.add_argument(
        "--kind",
        dest="written_by",
        default="",
        metavar="NAME",
        help="whose format it is in: stripe or ecpay (default: the account's provider's)",
    )
    settlement.set_defaults(map=[], create=None, timezone=None)
    kinds.metavar = "|".join(kinds.choices)


def _source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a path, or - for standard input")
    parser.add_argument(
        "--organisation", metavar="SLUG", help="whose it is (default: the newest organisation)"
    )
    parser.add_argument(
        "--rejects", metavar="FILE", help="where rejected rows go (default: beside the input)"
    )


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--create", metavar="NAME", help="make the organisation; --organisation is then its slug"
    )
    parser.add_argument("--timezone", metavar="ZONE", help="of times without an offset, and with --create")
    parser.add_argument("--currency", default="TWD", metavar="CODE", help="with --create (default: TWD)")
    parser.add_argument(
        "--language", default="zh-hant", metavar="CODE", help="with --create (default: zh-hant)"
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        type=_pair,
        help="what the file calls a field",
    )


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not (field and equals and column):
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=COLUMN")
    return field.strip(), column.strip()
