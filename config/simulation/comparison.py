"""Policies side by side in the same worlds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.simulation.figures import Figure, Interval, interval, paired
from config.simulation.run import Run


@dataclass(frozen=True)
class Comparison:
    """The runs of one scenario: policy → one run a seed. The first policy is what the others are held against."""

    scenario: str
    seeds: Sequence[int]
    runs: Mapping[str, Sequence[Run]]

    @classmethod
    def of(cls, scenario: str, policies: Sequence[str], runs: Mapping[tuple[str, int], Run]) -> "Comparison":
        """Of whatever is done, (policy, seed) → run: the seeds that every policy has come through."""
        seeds = sorted({seed for _, seed in runs if all((policy, seed) in runs for policy in policies)})
        return cls(scenario, seeds, {policy: [runs[policy, seed] for seed in seeds] for policy in policies})

    @property
    def base(self) -> str:
        """The first policy."""
        return next(iter(self.runs))

    @property
    def others(self) -> Sequence[str]:
        """The rest."""
        return list(self.runs)[1:]

    def level(self, policy: str, figure: Figure) -> Interval:
        """The figure itself, over the seeds."""
        return interval([figure.of(run.tally) for run in self.runs[policy]])

    def difference(self, policy: str, figure: Figure) -> Interval:
        """Against the base, world by world."""
        base, other = ([run.tally for run in self.runs[name]] for name in (self.base, policy))
        return paired(figure, base, other)

    def error(self, policy: str, name: str) -> Interval:
        """One of the `Errors`, over the seeds."""
        return interval([float(getattr(run.errors, name)) for run in self.runs[policy]])
