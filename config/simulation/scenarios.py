"""The worlds that can be simulated: how large the hidden effects are. All are invented; docs/feedback.md explains."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Scenario:
    """Standard deviations of hidden effects, drawn once a seed from normal distributions of mean zero.

    - CSAT points: `quality` of a technician, changing by `drift` a week; `mood` of a community; `taste` of a
      technician in a community; `bias` of what customers say about a technician against what they feel.
    - Logits of an accepted offer: `charm` of a technician, `thirst` of a community for a service type, `match` of
      technician, community and service type.
    - `deftness` of a technician, logits of fixing it at the first visit; `pace` of a technician, logarithm of time.
    """

    name: str
    says: str
    quality: float = 0.25
    drift: float = 0.02
    mood: float = 0.2
    taste: float = 0.3
    charm: float = 0.4
    thirst: float = 0.3
    match: float = 0.3
    deftness: float = 0.4
    pace: float = 0.08
    bias: float = 0.0

    @property
    def effects(self) -> tuple[float, ...]:
        """Every standard deviation, in the order above."""
        return (
            *(self.quality, self.drift, self.mood, self.taste),
            *(self.charm, self.thirst, self.match, self.deftness, self.pace, self.bias),
        )


STANDARD = Scenario("standard", "hidden effects of every kind")
NULL = Scenario(
    *("null", "no hidden effects: nothing to learn"),
    *(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
)
WEAK = replace(
    STANDARD,
    name="weak",
    says="hidden effects half as large",
    **{name: getattr(STANDARD, name) / 2 for name in ("quality", "taste", "charm", "match", "deftness")},
)
BIASED = replace(STANDARD, name="biased", says="answers biased by technician", bias=0.4)

SCENARIOS = {one.name: one for one in (STANDARD, NULL, WEAK, BIASED)}
