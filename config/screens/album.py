"""The page docs/screens/README.md: every picture, under the heading of the people whose page it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from console.screens import ON_TELEPHONES, Screen

BEGINNING = """# Pictures of the pages

Made by `./linli screens` from the sample city: people, prices and requests are invented. On the left in English, on the
right in 繁體中文.
"""
WIDTH = {True: 300, False: 560}  # pixels, of a telephone and of a desk


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that was taken, with the page's own title and address."""

    screen: Screen
    title: str
    address: str


def album(pictures: Iterable[Shown]) -> str:
    """The page, as Markdown."""
    parts = [BEGINNING]
    for who, theirs in groupby(pictures, key=lambda one: one.screen.who):
        parts.append(f"## {who}\n")
        parts += [_entry(shown) for shown in theirs]
    return "\n".join(parts)


def _entry(shown: Shown) -> str:
    name, width = shown.screen.name, WIDTH[shown.screen.who in ON_TELEPHONES]
    title = shown.title.partition(" · ")[0]
    pictures = " ".join(
        f'<img src="{name}{suffix}.webp" width="{width}" alt="{title}{language}">'
        for suffix, language in (("", ""), (".zh-hant", ", in Chinese"))
    )
    return f"**{title}**\n\n{pictures}\n"
