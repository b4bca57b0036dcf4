"""Other people's files that we serve or test with: which they are, and how they are fetched anew.

`vendored.json` names npm packages by version, the SHA-256 of their tarball, and of each file that we keep. Nothing is
built: a file is what is in the tarball, less the line that points to a source map which we do not keep.
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath

from config.embedded import CHECKOUT

MANIFEST = CHECKOUT / "vendored.json"
SOURCE_MAP = re.compile(rb"^(//|/\*)# sourceMappingURL=.*$\s*", re.MULTILINE)


class VendoringError(Exception):
    """A tarball or a file is not what the manifest says."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of ours: where it is in the tarball, None if it is from the project's repository, as a licence may be;
    and its SHA-256 as we keep it."""

    source: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package at a version; `files` by their path in the checkout."""

    name: str
    version: str
    licence: str
    home: str
    sha256: str
    files: dict[str, Kept]

    @property
    def tarball(self) -> str:
        """Its address below a registry's own."""
        return f"{self.name}/-/{PurePosixPath(self.name).name}-{self.version}.tgz"


Fetch = Callable[[Package], bytes]


def manifest_read(path: Path = MANIFEST) -> list[Package]:
    """The packages, as the manifest has them."""
    return [
        Package(**{**one, "files": {name: Kept(**kept) for name, kept in one["files"].items()}})
        for one in json.loads(path.read_text(encoding="utf-8"))
    ]


def manifest_write(packages: list[Package], path: Path = MANIFEST) -> None:
    """Let the manifest be that."""
    text = json.dumps([asdict(one) for one in packages], indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def differences(packages: list[Package], root: Path = CHECKOUT) -> Iterator[str]:
    """Each file that is missing, is not what the manifest says, or lies beside the others and is not in it."""
    named = {root / name for package in packages for name in package.files}
    beside = {path for folder in {path.parent for path in named} for path in folder.glob("*")}
    for path in sorted(beside - named):
        yield f"{path.relative_to(root)} is not in the manifest"
    for package in packages:
        for name, kept in package.files.items():
            path = root / name
            if not path.is_file():
                yield f"{name} is missing"
            elif digest(path.read_bytes()) != kept.sha256:
                yield f"{name} is not that of {package.name} {package.version}"


def package_fetch(
    package: Package, fetch: Fetch, *, accept: bool = False
) -> tuple[Package, dict[str, bytes]]:
    """The package's files as we keep them, by path. With `accept` the sums that are found are those of the package that
    comes back; else raises VendoringError when the tarball or a file has another."""
    tarball = fetch(package)
    if not accept and digest(tarball) != package.sha256:
        raise VendoringError(f"the tarball of {package.name} {package.version} is another than before")
    contents = dict(_contents(package, tarball))
    kept = package.files | {
        name: replace(package.files[name], sha256=digest(data)) for name, data in contents.items()
    }
    if not accept and kept != package.files:
        raise VendoringError(f"{package.name} {package.version} has other files than before")
    return replace(package, sha256=digest(tarball), files=kept), contents


def _contents(package: Package, tarball: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        for name, kept in package.files.items():
            if kept.source is None:
                continue
            try:
                member = archive.extractfile(kept.source)
            except KeyError:
                member = None
            if member is None:
                raise VendoringError(f"{package.name} {package.version} has no {kept.source}")
            yield name, without_source_map(member.read())


def without_source_map(data: bytes) -> bytes:
    """The storage of static files follows that line, and refuses a file whose map is not there."""
    return SOURCE_MAP.sub(b"", data)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
