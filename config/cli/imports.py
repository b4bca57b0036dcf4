"""Bring in communities, technicians, what is sold, accounts, service requests, facts or settlements from files.

Reading a file again makes no duplicates. Rows that cannot be taken are counted and explained, line by line, in
a rejects file; the others are imported. Columns, presets and rules: docs/importing.md.

examples:
  ./linli import communities villages.geojson.gz --create "Taipei Homes" --timezone Asia/Taipei
  ./linli import technicians technicians.csv
  ./linli import services services.csv
  ./linli import price-lists spring.csv
  ./linli import option-sets sets.csv
  ./linli import checklists checklists.csv
  ./linli import accounts accounts.csv --passwords first-passwords.csv
  ./linli import requests requests.csv.gz --map opened_at=created --map service_type=kind
  ./linli import requests boston311_2015_h1.csv.gz --preset boston311
  zcat big.csv.gz | ./linli import requests - --default-type other
  ./linli import facts till.csv --source till
  ./linli import settlement payout.csv --account acme-stripe

exit codes: 0 read (even with rejected rows) · 1 nothing could be read · 2 wrong use
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from config.cli.import_arguments import add_arguments

if TYPE_CHECKING:
    from communities.models import Organisation
    from core.tabular import Rejects

Facts = list[tuple[str, str]]

__all__ = ["add_arguments", "run"]


def run(args: argparse.Namespace) -> int:
    from core.errors import DomainError
    from core.tabular import Rejects, Unreadable

    try:
        _check(args)
        organisation = _organisation(args)
        with Rejects(_companion(args.rejects, args.file, "rejects")) as rejects:
            facts = KINDS[args.kind](args, organisation, rejects)
    except Unreadable as error:
        print(f"linli: {error.detail}", file=sys.stderr)
        return 1
    except DomainError as error:
        print(f"linli: {error.detail}", file=sys.stderr)
        return 2
    _print(args, organisation, facts)
    return 0


def _communities(args: argparse.Namespace, organisation: Organisation, rejects: Rejects) -> Facts:
    from communities.services.community_import import communities_import
    from dispatch.services.requests import requests_tell

    done = communities_import(
        organisation=organisation, source=args.file, rejects=rejects, names=dict(args.map)
    )
    requests_tell(organisation=organisation)  # of sites that the new map has placed
    overlaps = [
        (f"overlap: {one.smaller} wins over {one.larger}", f"{one.square_metres:,.0f} m²")
        for one in done.overlaps
    ]
    return [
        *_written(done),
        ("regions created", _names(done.regions_created)),
        *((f"sites placed: {kind}", f"{number:,}") for kind, number in done.placed.items() if number),
        *overlaps,
        *_ending(done),
    ]


def _technicians(args: argparse.Namespace, organisation: Organisation, rejects: Rejects) -> Facts:
    from dispatch.services.imports.technicians import technicians_import

    done = _read(technicians_import, args, organisation, rejects)
    return [
        *_written(done),
        ("regions created", _names(done.regions_created)),
        ("skills created", _names(done.skills_created)),
        *_ending(done),
    ]


def _services(args: argparse.Namespace, organisation: Organisation, rejects: Rejects) -> Facts:
    from billing.services.imports.catalogue import catalogue_import

    done = _read(catalogue_import, args, organisation, rejects)
    return [*_written(done), ("skills created", _names(done.skills_created)), *_ending(done)]


def _price_lists(args: argparse.Namespace, organisation: Organisation, rejects: Rejects) -> Facts:
    from billing.services.imports.price_lists import price_lists_import

    done = _read(price_lists_import, args, organisation, rejects)
    return [*_written(done), *_ending(done)]


def _option_sets(args: argparse.Namespace, organisation: Organisation, rejects: Rejects) -> Facts:
    from billing.services.imports.option_sets import option_sets_import

    done = _read(option_sets_import, args, organisation, rejects)
    return [*_written(done), *_ending(done)]


def _checklists(args: argparse.Namespace, organisation: Organisation, rejects: Rejects) -> Facts:
    from dispatch.services.imports.checklists import checklists_import

    done = _read(checklists_import, args, organisation, rejects)
    return [*_written(done), *_ending(done)]


def _read(
    read: Callable[..., Any], args: argparse.Namespace, organisation: Organisation, rejects: Rejects
) -> Any:
    """What became of a file that needs nothing but its columns' names and its encoding."""
    return read(
        organisation=organisation,
        source=args.file,
        rejects=rejects,
        names=dict(args.map),
        encoding=args.encoding,
    )


def _accounts(args: argparse.Namespace, organisation: Organisation, rejects: Rejects) -> Facts:
    from dispatch.services.imports.accounts import accounts_import

    done = accounts_import(
        organisation=organisation,
        source=args.file,
        rejects=rejects,
        passwords_file=_companion(args.passwords, args.file, "passwords"),
        names=dict(args.map),
        encoding=args.encoding,
    )
    return [
        *_written(done),
        *([("lost their technician", _names(done.unlinked))] if done.unlinked else []),
        *([("first passwords", str(done.passwords_file))] if done.passwords_file else []),
        *_ending(done),
    ]


def _requests(args: argparse.Namespace, organisation: Organisation, rejects: Rejects) -> Facts:
    from dispatch.services.imports.requests import requests_import

    with _progress() as progress:
        done = requests_import(
            organisation=organisation,
            source=args.file,
            form=_form(args, organisation),
            rejects=rejects,
            encoding=args.encoding,
            progress=progress,
        )
    placeholders = [
        (f"placeholder? {one.lon}, {one.lat}", f"named for {one.communities} communities")
        for one in done.placeholders
    ]
    return [
        *_written(done),
        ("duplicates skipped", f"{done.duplicates:,}"),
        *((f"placed: {kind}", f"{number:,}") for kind, number in done.placed.items()),
        ("communities created", f"{len(done.communities_created):,}"),
        ("boundaries derived", f"{len(done.boundaries_derived):,}"),
        *placeholders,
        *_ending(done),
    ]


def _facts(args: argparse.Namespace, organisation: Organisation, rejects: Rejects) -> Facts:
    from zoneinfo import ZoneInfo

    from dispatch.services.imports.facts import facts_import

    done = facts_import(
        organisation=organisation,
        source=args.file,
        system=args.source,
        rejects=rejects,
        names=dict(args.map),
        encoding=args.encoding,
        zone=ZoneInfo(args.timezone) if args.timezone else None,
    )
    return [("imported", f"{done.imported:,}"), ("known already", f"{done.unchanged:,}"), *_ending(done)]


def _settlement(args: argparse.Namespace, organisation: Organisation, rejects: Rejects) -> Facts:
    from pathlib import Path
    from time import monotonic
    from types import SimpleNamespace

    from django.utils import timezone

    from billing.services.reconciliation import SettlementGiven, settlement_import
    from communities.access import operator_of

    began = monotonic()
    done = settlement_import(
        caller=operator_of(organisation),
        given=SettlementGiven(
            source=args.file, account=args.account, kind=args.written_by, name=Path(args.file).name
        ),
        rejects=rejects,
        now=timezone.now(),
    )
    ending = SimpleNamespace(
        rejected=dict(rejects.counts), rejects_file=rejects.path, seconds=monotonic() - began
    )
    return [
        ("imported", f"{done.imported:,}"),
        ("unchanged", f"{done.unchanged:,}"),
        ("not settled yet", f"{done.waiting:,}"),
        *((finding.label, f"{number:,}") for finding, number in sorted(done.findings.items())),
        *_ending(ending),
    ]


KINDS: dict[str, Callable[[argparse.Namespace, Organisation, Rejects], Facts]] = {
    "communities": _communities,
    "technicians": _technicians,
    "services": _services,
    "price-lists": _price_lists,
    "option-sets": _option_sets,
    "checklists": _checklists,
    "accounts": _accounts,
    "requests": _requests,
    "facts": _facts,
    "settlement": _settlement,
}


def _check(args: argparse.Namespace) -> None:
    """Raises core.errors.Invalid for fields and zones that do not exist."""
    from zoneinfo import ZoneInfo

    from billing.services.imports import catalogue, option_sets, price_lists
    from communities.services import community_import
    from core.errors import Invalid
    from dispatch.services.imports import accounts, checklists, facts, rows, technicians

    known = {
        "communities": community_import.FIELDS,
        "technicians": (*technicians.REQUIRED, *technicians.OPTIONAL),
        "services": (*catalogue.REQUIRED, *catalogue.OPTIONAL),
        "price-lists": (*price_lists.REQUIRED, *price_lists.OPTIONAL),
        "option-sets": (*option_sets.REQUIRED, *option_sets.OPTIONAL),
        "checklists": (*checklists.REQUIRED, *checklists.OPTIONAL),
        "accounts": (*accounts.REQUIRED, *accounts.OPTIONAL),
        "requests": (*rows.REQUIRED, *rows.OPTIONAL),
        "facts": (*facts.REQUIRED, *facts.OPTIONAL),
        "settlement": (),  # it is read as its provider writes it
    }[args.kind]
    if strange := [field for field, _ in args.map if field not in known]:
        raise Invalid(f"--map: no field {', '.join(strange)}; there are {', '.join(known)}")
    try:
        ZoneInfo(args.timezone or "UTC")
    except (OSError, ValueError, KeyError):
        raise Invalid(f"--timezone: {args.timezone!r} is no time zone; Asia/Taipei is one") from None


def _organisation(args: argparse.Namespace) -> Organisation:
    """The one named, made, the preset's, or the newest."""
    from django.utils.text import slugify

    from communities.selectors.organisations import organisation_get, organisation_newest
    from communities.services.organisations import organisation_create
    from dispatch.services.imports.presets import PRESETS, preset_prepare

    organisation = None
    if args.create:
        organisation = organisation_create(
            slug=args.organisation or slugify(args.create),
            name=args.create,
            time_zone=args.timezone or "Asia/Taipei",
            currency=args.currency,
            language=args.language,
        )
    elif args.organisation:
        organisation = organisation_get(args.organisation)
    if preset := PRESETS.get(getattr(args, "preset", None) or ""):
        return preset_prepare(preset=preset, organisation=organisation)
    return organisation or organisation_newest()


def _form(args: argparse.Namespace, organisation: Organisation) -> Any:
    """The preset's, with what the arguments change; else the native format."""
    from dataclasses import replace
    from zoneinfo import ZoneInfo

    from dispatch.services.imports.presets import PRESETS
    from dispatch.services.imports.rows import RequestFormat

    zone = ZoneInfo(args.timezone) if args.timezone else None
    if args.preset is None:
        return RequestFormat(
            source=args.source,
            zone=zone or organisation.zone,
            names=dict(args.map),
            default_type=args.default_type,
        )
    form = PRESETS[args.preset].form
    names = {**form.names, **dict(args.map)}
    return replace(form, zone=zone or form.zone, names=names, default_type=args.default_type)


def _companion(asked_for: str | None, source: str, kind: str) -> Any:
    """The path asked for; else beside the input, or in this folder when that one cannot be written."""
    import os
    from pathlib import Path

    from core.tabular import companion_path

    if asked_for:
        return Path(asked_for)
    path = companion_path(source, kind)
    return path if os.access(path.parent, os.W_OK) else Path(path.name)


@contextmanager
def _progress() -> Iterator[Callable[[int, int | None], None]]:
    """A bar over the bytes read, on a terminal only; through a pipe it has no end."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _written(done: Any) -> Facts:
    return [(name, f"{getattr(done, name):,}") for name in ("imported", "updated", "unchanged")]


def _ending(done: Any) -> Facts:
    rejected = sum(done.rejected.values())
    return [
        ("rejected", f"{rejected:,}"),
        *((f"rejected: {problem}", f"{number:,}") for problem, number in sorted(done.rejected.items())),
        *([("rejects file", str(done.rejects_file))] if rejected else []),
        ("seconds", f"{done.seconds:.1f}"),
    ]


def _names(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _print(args: argparse.Namespace, organisation: Organisation, facts: Facts) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{args.kind} of {organisation.slug}", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right", overflow="fold")
    for row in facts:
        table.add_row(*row)
    Console().print(table)
