"""The true opinions of the sample city's simulated customers. Invented, for demonstrations only.

The satisfaction a customer feels after a visit is, in CSAT points before rounding,

    4.1 + quality(technician) + mood(community) + taste(technician, community)
        - 0.5 when late by more than 15 min - 1.2 when not fixed at the first visit + noise

- quality: normal, standard deviation 0.15;
- mood: -0.6 in three communities of ten, otherwise normal with standard deviation 0.1;
- taste: +0.9 for 15 pairs of 100, -1.3 for 15 of 100, otherwise normal with standard deviation 0.1: strong
  enough that eight answers about a pair show it;
- noise: normal, standard deviation 0.4.

CSAT is that number rounded to 1..5, and the recommendation (0..10) follows it. Seven customers of ten answer.
A satisfied customer accepts an add-on more often, and one in eight declines the first payment. Planners never
read this module: they see answers only.
"""

from __future__ import annotations

from dataclasses import dataclass

from communities.sample.seeding import seeded

BASE_CSAT = 4.1
LATE_AFTER_MINUTES = 15
LATE_COST = 0.5
NOT_FIXED_COST = 1.2
ANSWER_SHARE = 0.7
DECLINE_SHARE = 0.125

COMMENTS = {
    1: (("很失望，不會再找你們", "Very disappointed; we will not call again"),),
    2: (("師傅不熟悉我們社區", "The technician did not know our community"), ("等了很久", "We waited long")),
    3: (("還可以", "It was all right"), ("有修好，但說明不清楚", "Fixed, but poorly explained")),
    4: (("不錯，謝謝", "Good, thank you"), ("準時又乾淨", "On time and tidy")),
    5: (
        ("師傅很親切，下次還要找他", "So kind; please send the same person again"),
        ("非常滿意", "Excellent"),
    ),
}


@dataclass(frozen=True, slots=True)
class CustomerResponse:
    """What the customer of one visit would do; csat, nps and comments count only when `answers` is true."""

    answers: bool
    csat: int
    nps: int
    comment: str
    comment_en: str
    accepts_add_on: bool
    declines_first: bool


def answer(
    *,
    seed: int,
    visit: str,
    technician: str,
    community: str,
    late_minutes: float = 0,
    fixed: bool = True,
) -> CustomerResponse:
    """The response to a visit, the same for the same arguments.

    `visit` is any key that stays the same from run to run (a request's reference, not a database id);
    `technician` and `community` are codes of the sample city.
    """
    random = seeded(seed, "answer", visit)
    felt = true_satisfaction(seed=seed, technician=technician, community=community) + random.gauss(0, 0.4)
    felt -= LATE_COST * (late_minutes > LATE_AFTER_MINUTES) + NOT_FIXED_COST * (not fixed)
    csat = clamp(round(felt), 1, 5)
    nps = clamp(round(2.4 * felt - 2 + random.gauss(0, 0.8)), 0, 10)
    comment, comment_en = random.choice(COMMENTS[csat]) if random.random() < 0.5 else ("", "")
    return CustomerResponse(
        answers=random.random() < ANSWER_SHARE,
        csat=csat,
        nps=nps,
        comment=comment,
        comment_en=comment_en,
        accepts_add_on=random.random() < 0.08 * (csat - 1),
        declines_first=random.random() < DECLINE_SHARE,
    )


def true_satisfaction(*, seed: int, technician: str, community: str) -> float:
    """The expected satisfaction after a punctual visit that fixes the matter, in CSAT points."""
    return (
        BASE_CSAT
        + technician_quality(seed, technician)
        + community_mood(seed, community)
        + taste(seed, technician, community)
    )


def technician_quality(seed: int, technician: str) -> float:
    """How much better than usual a technician is everywhere, in CSAT points."""
    return seeded(seed, "quality", technician).gauss(0, 0.15)


def community_mood(seed: int, community: str) -> float:
    """How much more content than usual a community is with everybody, in CSAT points."""
    random = seeded(seed, "mood", community)
    return -0.6 if random.random() < 0.3 else random.gauss(0, 0.1)


def taste(seed: int, technician: str, community: str) -> float:
    """How well a technician and a community get on, in CSAT points."""
    random = seeded(seed, "taste", technician, community)
    luck = random.random()
    if luck < 0.15:
        return 0.9
    return -1.3 if luck < 0.3 else random.gauss(0, 0.1)


def clamp(value: int, low: int, high: int) -> int:
    """The value, or the nearer end when it lies outside."""
    return max(low, min(high, value))
