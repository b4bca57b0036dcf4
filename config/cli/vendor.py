"""Fetch the pages' libraries anew, as vendored.json names them, and check them.

They are in the repository, so that nothing but Python is needed to run Linli; this is for whoever raises a version.
Tarballs come from an npm registry, or from a folder that `npm pack` has filled. Without either the files that are
there are checked.

examples:
  ./linli vendor
  ./linli vendor --registry https://registry.example
  ./linli vendor --tarballs ~/packed --accept      # after a new version was written into vendored.json

exit codes: 0 all are what the manifest says · 1 something is not, or could not be fetched
"""

import argparse
import os
import sys
from pathlib import Path

import httpx

from config import vendoring
from config.embedded import CHECKOUT
from config.vendoring import Fetch, Package, VendoringError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where tarballs come from, and whether what is found is right."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--registry",
        default=os.environ.get("NPM_CONFIG_REGISTRY"),
        help="an npm registry's address (default: the variable NPM_CONFIG_REGISTRY)",
    )
    source.add_argument("--tarballs", type=Path, metavar="FOLDER", help="a folder of tarballs instead")
    parser.add_argument(
        "--accept", action="store_true", help="write the sums of what is fetched into vendored.json"
    )


def run(args: argparse.Namespace) -> int:
    """Fetch if told from where; then check."""
    packages = vendoring.manifest_read()
    fetch = _from_folder(args.tarballs) if args.tarballs else _from_registry(args.registry)
    try:
        if args.tarballs or args.registry:
            packages = [_renew(package, fetch, accept=args.accept) for package in packages]
            vendoring.manifest_write(packages)
    except (VendoringError, httpx.HTTPError, OSError) as error:
        print(f"linli: {error}", file=sys.stderr)
        return 1
    wrong = list(vendoring.differences(packages))
    for line in wrong:
        print(f"linli: {line}", file=sys.stderr)
    for package in packages:
        print(f"{package.name} {package.version} ({package.licence}): {len(package.files)} files")
    return 1 if wrong else 0


def _renew(package: Package, fetch: Fetch, *, accept: bool) -> Package:
    found, contents = vendoring.package_fetch(package, fetch, accept=accept)
    for name, data in contents.items():
        path = CHECKOUT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return found


def _from_folder(folder: Path) -> Fetch:
    """As `npm pack` calls them: @event-calendar/build is event-calendar-build."""

    def fetch(package: Package) -> bytes:
        stem = package.name.removeprefix("@").replace("/", "-")
        return (folder / f"{stem}-{package.version}.tgz").read_bytes()

    return fetch


def _from_registry(registry: str | None) -> Fetch:
    def fetch(package: Package) -> bytes:
        address = f"{(registry or '').rstrip('/')}/{package.tarball}"
        answer = httpx.get(address, timeout=120, follow_redirects=True)
        return answer.raise_for_status().content

    return fetch
