"""A page with scripts links to all of them at once."""

import pytest

from console.templatetags.modules import family_of, module


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
