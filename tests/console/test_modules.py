"""A page with scripts links to all of them at once."""

from collections import deque
from pathlib import Path, PurePosixPath
from posixpath import normpath

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile

from config.static_files import NamedByContent
from console.templatetags.modules import IMPORTED, family_of, module


def test_a_module_is_linked_with_all_that_it_imports_each_once() -> None:
    assert module("console/communities.js", "console/areas.js").splitlines() == [
        '<script type="module" src="/static/console/communities.js"></script>',
        '<link rel="modulepreload" href="/static/vendor/maplibre/maplibre-gl.mjs">',
        '<link rel="modulepreload" href="/static/console/areas.js">',
        '<link rel="modulepreload" href="/static/console/figures.js">',
    ]
    board = family_of("console/board/main.js")
    assert len(board) == len(set(board))
    assert {"console/board/words.js", "console/board/bundles.js"} < set(board)  # of main's, and of plan's


def test_a_module_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"console/nowhere\.js"):
        family_of("console/nowhere.js")


def test_in_production_modules_import_each_other_by_the_names_that_are_linked(tmp_path: Path) -> None:
    storage = NamedByContent(location=tmp_path, base_url="/static/")
    names = {*family_of("console/board/main.js"), *family_of("console/board/map.js")}
    for name in names:
        storage.save(name, ContentFile(Path(finders.find(name) or "").read_bytes()))
    deque(storage.post_process({name: (storage, name) for name in names}), maxlen=0)

    linked = {storage.stored_name(name) for name in names}
    imported = {
        normpath(PurePosixPath(name).parent / path)
        for name in linked
        for path in IMPORTED.findall((tmp_path / name).read_text())
    }
    begin = {storage.stored_name(name) for name in ("console/board/main.js", "console/board/map.js")}
    assert (imported, linked & names) == (linked - begin, set())
