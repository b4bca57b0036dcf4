"""The cheapest changes that let a visit in, each of them proven: built anew and passed by the checker."""

from itertools import islice

from dispatch.solver.explaining.bench import Bench
from dispatch.solver.explaining.candidates import Candidate, Trials
from dispatch.solver.explaining.exclusions import Trial
from dispatch.solver.explaining.figures import Relaxation, Rule, Way
from dispatch.solver.explaining.proof import proven
from dispatch.solver.search.kernels.layout import NEVER

MOST = 5
"""Relaxations given for a visit."""


def relaxations(bench: Bench, trial: Trial) -> tuple[Relaxation, ...]:
    """What would let the visit in, the cheapest first, at most one of each way.

    None are looked for where a crew is missing, or where the visit comes after one that is left out itself.
    """
    if trial.visit.crew or any(one.rule is Rule.ORDER for one in trial.exclusions):
        return ()
    found = (proven(bench, trial.node, one) for one in _cheapest(bench, trial))
    sound = islice((one for one in found if one is not None), MOST)
    return tuple(sorted(sound, key=lambda one: one.cost_s))


def _cheapest(bench: Bench, trial: Trial) -> list[Candidate]:
    """The best of each way, the cheapest first. What costs no less than taking the visit as things are is no use."""
    with bench.starting_within(trial.node, trial.windows):
        tried = Trials(bench, trial)
        every = [
            *tried.overtime(),
            *tried.earlier_start(),
            *tried.one_more(),
            *tried.longer_drive(),
            *tried.technician(),
            *tried.skill(),
            *tried.person(),
            *tried.parts(),
            *tried.penalty(),
            *tried.swap(),
            *tried.window(),
        ]
    ceiling = int(trial.costs.min(initial=NEVER))
    best: dict[Way, Candidate] = {}
    for one in sorted(every, key=lambda one: one.cost_s):
        if one.way is Way.PENALTY or one.cost_s < ceiling:
            best.setdefault(one.way, one)
    return list(best.values())
