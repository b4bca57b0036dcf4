"""Names in two languages: the company's own, and English where it has given one."""

from typing import Protocol


class Named(Protocol):
    """A row with both."""

    @property
    def name(self) -> str: ...

    @property
    def name_en(self) -> str: ...


def name_in(language: str, named: Named) -> str:
    """What a reader of `language` calls it."""
    return (named.name_en if language.startswith("en") else "") or named.name
