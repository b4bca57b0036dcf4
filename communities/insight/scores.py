"""The figures of a community's dashboard, from counts. None means that there is nothing to divide by."""

from __future__ import annotations

# Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003: on the scale of 0 to
# 10, answers of 9 and 10 are promoters and answers of 0 to 6 detractors.
PROMOTER_FROM = 9
DETRACTOR_UP_TO = 6

CSAT_LOWEST = 1
CSAT_HIGHEST = 5


def csat_mean(csat_sum: int, answers: int) -> float | None:
    """Mean satisfaction on the scale of 1 to 5.

    Raises ValueError when the sum cannot come from that many answers.
    """
    if not CSAT_LOWEST * answers <= csat_sum <= CSAT_HIGHEST * answers:
        raise ValueError(f"{answers} answers cannot add up to {csat_sum}")
    return csat_sum / answers if answers else None


def net_promoter_score(promoters: int, detractors: int, answers: int) -> float | None:
    """Share of promoters less share of detractors, in points from -100 to 100 (Reichheld 2003).

    Raises ValueError when promoters and detractors are negative or more than the answers.
    """
    if promoters < 0 or detractors < 0 or promoters + detractors > answers:
        raise ValueError(f"{promoters} promoters and {detractors} detractors among {answers} answers")
    return 100 * (promoters - detractors) / answers if answers else None


def on_time_share(on_time: int, visits: int) -> float | None:
    """Share of visits that started on time, 0 to 1; ValueError when the part exceeds the whole."""
    return share(on_time, visits)


def first_visit_fix_share(fixed: int, visits: int) -> float | None:
    """Share of visits that settled the matter, 0 to 1; ValueError when the part exceeds the whole."""
    return share(fixed, visits)


def share(part: int, whole: int) -> float | None:
    """Part of a whole, 0 to 1; ValueError when the part is negative or exceeds the whole."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is not a share")
    return part / whole if whole else None
