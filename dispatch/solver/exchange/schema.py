"""Whether a document has the right shape: the JSON Schema beside this file, and sentences for what it objects to."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING, Any

from dispatch.solver.validation import ProblemError

if TYPE_CHECKING:
    from jsonschema import ValidationError

MOST = 20
"""So many objections are listed; whoever has more mends those first."""

NOT_OURS = {"max_load": "a limit of load during a break is not supported by this planner"}
"""What to say of fields that VROOM knows and we do not."""


class DocumentError(ProblemError):
    """A document that breaks the schema. `objections` holds (path, message) for each place, the first is its own."""

    def __init__(self, objections: list[tuple[str, str]]) -> None:
        super().__init__(*objections[0])
        self.objections = objections


@cache
def schema(name: str = "schema") -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a problem in VROOM's format with our fields; of an `answer` by that name."""
    text = resources.files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def validate(document: Any) -> None:
    """Hold a problem against its schema. The rows of its matrices are left to `places`, which is quicker.

    Raises:
        DocumentError: with the path of each wrong field, as in `jobs[3].time_windows[0]`.
    """
    _refuse(_objections("schema", _without_rows(document)))


def validate_answer(answer: Any) -> None:
    """Hold an answer against its schema. Raises DocumentError as `validate`."""
    _refuse(_objections("answer", answer))


def _refuse(objections: Iterator[tuple[str, str]]) -> None:
    most = list(islice(_once(objections), MOST))
    if most:
        raise DocumentError(most)


def _once(objections: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Without those said before: each of several missing fields brings the whole list."""
    said = set()
    for objection in objections:
        if objection not in said:
            said.add(objection)
            yield objection


@cache
def _validator(name: str) -> Any:
    """JSON Schema takes 1.0 for an integer; we need whole numbers, and no infinity."""
    from jsonschema import Draft202012Validator  # imported late: it takes a tenth of a second
    from jsonschema.validators import extend

    types = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: type(value) is int,
            "number": lambda _, value: type(value) is int or (type(value) is float and math.isfinite(value)),
        }
    )
    return extend(Draft202012Validator, type_checker=types)(_inlined(schema(name), schema(name)))


def _inlined(part: Any, whole: dict[str, Any]) -> Any:
    """The schema with each `$ref` replaced by what it names: looking them up takes half of the time."""
    if isinstance(part, list):
        return [_inlined(one, whole) for one in part]
    if not isinstance(part, dict):
        return part
    named = whole["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
    merged = named | {name: one for name, one in part.items() if name not in ("$ref", "$defs")}
    return {name: _inlined(one, whole) for name, one in merged.items()}


def _without_rows(document: Any) -> Any:
    if isinstance(document, dict) and isinstance(document.get("matrix"), list):
        document = document | {"matrix": []}
    if not isinstance(document, dict) or not isinstance(document.get("matrices"), dict):
        return document
    bare = {
        profile: {name: [] if isinstance(rows, list) else rows for name, rows in content.items()}
        if isinstance(content, dict)
        else content
        for profile, content in document["matrices"].items()
    }
    return document | {"matrices": bare}


def _objections(name: str, document: Any) -> Iterator[tuple[str, str]]:
    for error in _validator(name).iter_errors(document):
        path = path_of(error.absolute_path)
        if error.validator == "additionalProperties":
            for field in sorted(set(error.instance) - set(error.schema["properties"])):
                yield _joined(path, field), _unknown(field, error.schema["properties"])
        elif error.validator == "required":
            for field in error.validator_value:
                if field not in error.instance:
                    yield _joined(path, field), "is missing"
        else:
            yield path or "document", _sentence(error)


def _unknown(field: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(field, known, n=1)
    return NOT_OURS.get(field, f"is not a field we know{f': did you mean {near[0]}?' if near else ''}")


def _sentence(error: "ValidationError") -> str:
    say = SENTENCES.get(str(error.validator))
    found = f", not {error.instance!r:.40}"
    return (say(error.validator_value) if say else f"breaks the rule {error.validator}") + found


SENTENCES: Mapping[str, Callable[[Any], str]] = {
    "type": lambda kinds: f"must be {_kinds(kinds)}",
    "minimum": lambda least: f"must be at least {least}",
    "exclusiveMinimum": lambda bound: f"must be more than {bound}",
    "maximum": lambda most: f"must be at most {most}",
    "minItems": lambda least: f"must have at least {least} entries",
    "maxItems": lambda most: (
        f"must have at most {most} entries" if most else "must be empty: not supported here"
    ),
    "minLength": lambda least: f"must have at least {least} characters",
    "enum": lambda words: f"must be one of {', '.join(map(str, words))}",
}
KINDS = {
    "integer": "a whole number",
    "number": "a finite number",
    "string": "a text",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _kinds(kinds: str | list[str]) -> str:
    return " or ".join(KINDS[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))


def path_of(steps: Any) -> str:
    """A path as people write it: `jobs[3].time_windows[0]`."""
    path = ""
    for step in steps:
        path = f"{path}[{step}]" if isinstance(step, int) else _joined(path, str(step))
    return path


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
