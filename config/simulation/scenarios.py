"""The worlds that can be simulated: how large the hidden effects are. All are invented; docs/feedback.md explains."""

from dataclasses import dataclass, fields, replace


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


STANDARD = Scenario("standard", "hidden effects of every kind")
EFFECTS = tuple(one.name for one in fields(Scenario) if one.type is float)
NULL = replace(
    STANDARD,
    name="null",
    says="no hidden effects: nothing to learn",
    **dict.fromkeys(EFFECTS, 0.0),
)
WEAK = replace(
    STANDARD,
    name="weak",
    says="what technicians differ by is half as large",
    **{name: getattr(STANDARD, name) / 2 for name in ("quality", "taste", "charm", "match", "deftness")},
)
BIASED = replace(STANDARD, name="biased", says="answers biased by technician", bias=0.4)

SCENARIOS = {one.name: one for one in (STANDARD, NULL, WEAK, BIASED)}
