"""What makes a visit one to be made good, and how much that weighs. Pure: the hours until the deadline are
settings.RECOVERY_HOURS, all other numbers are here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from communities.insight.scores import DETRACTOR_UP_TO

Levels = Mapping[str, int]  # skill's code → level


@dataclass(frozen=True, slots=True)
class RecoveryPolicy:
    """When an answer opens a recovery, and what the planner is told of one.

    - `most_csat`, `most_nps`: up to these an answer is a detractor's.
    - `penalty`: minutes of travel for leaving it out, on top of an ordinary visit's.
    - `lateness_weight`: how many times dearer than an ordinary visit's its start after the deadline is.
    """

    most_csat: int = 2
    most_nps: int = DETRACTOR_UP_TO
    penalty: float = 1000
    lateness_weight: float = 4


POLICY = RecoveryPolicy()


@dataclass(frozen=True, slots=True)
class Asked:
    """The skills that a recovery asks for; `nobody_higher` names those that could not be raised, in order."""

    levels: Levels
    nobody_higher: tuple[str, ...]


def is_detractor(csat: int, nps: int | None, policy: RecoveryPolicy = POLICY) -> bool:
    """Whether an answer (CSAT 1 to 5; NPS 0 to 10, or not given) is one to be made good."""
    return csat <= policy.most_csat or (nps is not None and nps <= policy.most_nps)


def raised(needs: Levels, team: Iterable[Levels]) -> Asked:
    """`needs`, each one level higher, as long as one person of the team still has them all.

    Skill after skill in the order of their codes, so that two that nobody has together are not both asked for.
    """
    held = list(team)
    levels, nobody = dict(needs), []
    for skill in sorted(needs):
        higher = levels | {skill: needs[skill] + 1}
        if any(_has(one, higher) for one in held):
            levels = higher
        else:
            nobody.append(skill)
    return Asked(levels, tuple(nobody))


def _has(skills: Levels, levels: Levels) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in levels.items())
