"""How much more a visit is worth planning as its time runs out. Pure."""

from datetime import date

MOST = 10
"""A visit is never worth more than ten: below what is pinned or mandatory, however long it has waited."""


def urgency(due_on: date, on: date) -> int:
    """What a visit's penalty is multiplied by on a day: 1 before it is due, 2 on the day it is due, 1 more for every
    day after.

    A penalty that stays the same leaves whoever is dear to reach out again, every day anew: a day's plan does not
    know of the days before. One that ages is served in the end, wherever it is (aging, as operating
    systems' schedulers have it).
    """
    return min(MOST, max(1, 2 + (on - due_on).days))
