import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from config.embedded import CHECKOUT
from config.vendoring import Kept, Package, VendoringError, differences, digest, manifest_read, package_fetch

VENDOR = CHECKOUT / "console" / "static" / "vendor"
SCRIPT = b"export const one = 1;\n//# sourceMappingURL=one.mjs.map\n"
KEPT = b"export const one = 1;\n"


def packed(data: bytes, name: str = "package/dist/one.mjs") -> bytes:
    """A tarball with one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


TARBALL = packed(SCRIPT)
ONE = Package(
    name="@some/one",
    version="1.2.3",
    licence="MIT",
    home="https://one.example/",
    sha256=digest(TARBALL),
    files={"static/one.mjs": Kept("package/dist/one.mjs", digest(KEPT))},
)


def test_the_files_are_what_the_manifest_says() -> None:
    assert list(differences(manifest_read())) == []


def test_every_file_of_others_is_in_the_manifest() -> None:
    named = {CHECKOUT / name for package in manifest_read() for name in package.files}
    assert {path for path in VENDOR.rglob("*") if path.is_file()} - named == set()


@pytest.mark.parametrize(
    ("name", "data", "wrong"),
    [
        ("one.mjs", KEPT, []),
        ("one.mjs", b"another", ["static/one.mjs is not that of @some/one 1.2.3"]),
        ("two.mjs", KEPT, ["static/two.mjs is not in the manifest", "static/one.mjs is missing"]),
    ],
)
def test_what_differs_is_named(tmp_path: Path, name: str, data: bytes, wrong: list[str]) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / name).write_bytes(data)
    assert list(differences([ONE], tmp_path)) == wrong


def test_what_is_not_from_the_tarball_stays_as_it_is() -> None:
    licensed = replace(ONE, files=ONE.files | {"static/LICENSE": Kept(None, "its sum")})
    assert package_fetch(licensed, lambda package: TARBALL) == (licensed, {"static/one.mjs": KEPT})


def test_a_package_is_fetched_without_its_source_map() -> None:
    found, contents = package_fetch(ONE, lambda package: TARBALL)
    assert found == ONE
    assert contents == {"static/one.mjs": KEPT}


def test_a_tarball_is_where_npm_has_it() -> None:
    assert ONE.tarball == "@some/one/-/one-1.2.3.tgz"


def test_another_tarball_is_refused() -> None:
    with pytest.raises(VendoringError, match=r"the tarball of @some/one 1\.2\.3 is another than before"):
        package_fetch(ONE, lambda package: packed(b"export const one = 2;\n"))


def test_another_file_is_refused() -> None:
    wrong = replace(ONE, files={"static/one.mjs": Kept("package/dist/one.mjs", digest(SCRIPT))})
    with pytest.raises(VendoringError, match="has other files than before"):
        package_fetch(wrong, lambda package: TARBALL)


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(VendoringError, match=r"has no package/dist/one\.mjs"):
        package_fetch(replace(ONE, sha256=""), lambda package: packed(SCRIPT, "package/two.mjs"), accept=True)


def test_a_new_version_is_accepted_with_its_sums() -> None:
    newer = replace(
        ONE, version="1.3.0", sha256="", files={"static/one.mjs": Kept("package/dist/one.mjs", "")}
    )
    found, _ = package_fetch(newer, lambda package: TARBALL, accept=True)
    assert (found.sha256, found.files) == (ONE.sha256, ONE.files)
