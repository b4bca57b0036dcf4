"""What has been measured, kept between runs: the last measurement of each instance."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.compare import Pair, Run
from benchmarks.replay import Verdict
from benchmarks.speed import Figure


@dataclass(frozen=True, slots=True)
class Setting:
    """When, where, with what and how it was measured. `seeds`: empty where a record is older than the field, or
    where nothing is drawn or the command names them."""

    date: str
    machine: str
    versions: str
    command: str
    seeds: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One instance of a set: Linli beside its peers (`pairs`), beside the best cost known (`linli` and
    `best_known`, in the set's own unit), or by itself (`figures`)."""

    set: str
    instance: str
    setting: Setting
    pairs: tuple[Pair, ...] = ()
    linli: Run | None = None
    best_known: float | None = None
    unit_s: int = 1
    """Seconds of the problem that make one unit of `best_known`."""
    figures: tuple[Figure, ...] = ()

    @property
    def gap(self) -> float | None:
        """How much dearer than the best known, as a share; `None` where Linli has no sound plan with every visit."""
        if self.linli is None or self.best_known is None or self.linli.cost_s is None:
            return None
        if self.linli.verdict is None or self.linli.verdict.left_out:
            return None
        return self.linli.cost_s / self.unit_s / self.best_known - 1


def merged(old: Iterable[Record], new: Iterable[Record]) -> list[Record]:
    """The old ones, each replaced where there is a new one of the same instance."""
    by_name = {(record.set, record.instance): record for record in old}
    by_name.update({(record.set, record.instance): record for record in new})
    return list(by_name.values())


def write(path: Path, records: Iterable[Record]) -> None:
    """Keep the records as JSON, one instance a line."""
    lines = ",\n".join(json.dumps(asdict(record), ensure_ascii=False) for record in records)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def read(path: Path) -> list[Record]:
    """The records kept, none where there is no file yet."""
    if not path.exists():
        return []
    return [_record(one) for one in json.loads(path.read_text(encoding="utf-8"))]


def _record(given: dict[str, Any]) -> Record:
    setting = Setting(**given.pop("setting"))
    pairs = tuple(
        Pair(_run(pair["peer"]), tuple(_run(way) for way in pair["ways"]), _run(pair["linli"]))
        for pair in given.pop("pairs")
    )
    alone = given.pop("linli")
    figures = tuple(Figure(**one) for one in given.pop("figures", ()))
    linli = None if alone is None else _run(alone)
    return Record(setting=setting, pairs=pairs, linli=linli, figures=figures, **given)


def _run(given: dict[str, Any]) -> Run:
    verdict = given.pop("verdict")
    if verdict is not None:
        verdict = Verdict(**{**verdict, "violations": tuple(verdict["violations"])})
    trace = tuple((seconds, cost) for seconds, cost in given.pop("trace"))
    return Run(verdict=verdict, trace=trace, **given)
