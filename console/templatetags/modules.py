"""Scripts of pages, which are modules, and what these import."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath

from django.contrib.staticfiles import finders
from django.template import Library
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = Library()

IMPORTED = re.compile(r'^import\b[^"]*"(\.[^"]+)"', re.MULTILINE)


@register.simple_tag
def module(name: str, *later: str) -> SafeString:
    """A script that is a module, with links to all that it imports, and to modules that it imports later.

    Without links the browser finds out file by file what the next needs, see
    https://html.spec.whatwg.org/#link-type-modulepreload
    """
    script = format_html('<script type="module" src="{}"></script>', static(name))
    family = dict.fromkeys(one for asked in (name, *later) for one in family_of(asked))
    links = ((static(one),) for one in family if one != name)
    return script + format_html_join("", '\n<link rel="modulepreload" href="{}">', links)


@cache
def family_of(name: str) -> tuple[str, ...]:
    """A static module and what it imports, and what these do, by their names; each once."""
    known: dict[str, None] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop(0)
        if one not in known:
            known[one] = None
            waiting += _imports(one)
    return tuple(known)


def _imports(name: str) -> Iterator[str]:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(f"there is no static file {name}")
    folder = PurePosixPath(name).parent
    for path in IMPORTED.findall(Path(found).read_text()):
        yield normpath(folder / path)
