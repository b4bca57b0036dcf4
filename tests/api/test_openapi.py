"""The document that clients are made from."""

from collections import Counter
from collections.abc import Iterator

from pydantic import BaseModel

import api.main
from api.schemas.base import In, Out


def below(schema: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in schema.__subclasses__():
        yield one
        yield from below(one)


def test_no_two_schemas_have_one_name() -> None:
    """In the document the later would stand for both, without a word."""
    assert api.main.api.get_openapi_schema()  # every module with schemas has been imported
    ours = {one for root in (In, Out) for one in below(root) if one.__module__.startswith("api.")}
    names = Counter(one.__name__ for one in ours if "[" not in one.__name__)
    assert names
    assert {name: count for name, count in names.items() if count > 1} == {}
