"""When customers order again, from orders of which some have not been followed by another yet.

A spell is the time from one order to the next, or to the day of the reading, where there has been none (right-
censored: it counts as "longer than that"). The curve of those who came back and its median are Kaplan and Meier's
("Nonparametric estimation from incomplete observations", JASA 53, 1958), with intervals of 95 % on the log-log scale.
The model of one customer is Weibull's with accelerated failure time: the scale of the waiting time is multiplied by
exp(coefficient) for what is known of the order (Kalbfleisch and Prentice, "The Statistical Analysis of Failure Time
Data", 2002, chapter 3). Both by lifelines. Spells of the same customer are taken as independent given what is known,
so intervals are somewhat too narrow where customers differ much.
"""

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FEWEST_SPELLS = 30
FEWEST_RETURNS = 10
"""Fewer orders, or fewer of them followed by another, are too few to say anything of."""
MARKS = (30, 60, 90, 180, 365, 730)
ROUNDING = 1e-9
NEUTRAL_CSAT = 4  # answers are counted from here, which keeps them apart from whether there is one

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spell:
    """`number` equal spells: so many days after an order, which was the customer's first or not (`repeat`), was
    answered with `csat` (1 to 5) or not, and was followed by another (`returned`) or not yet."""

    days: int
    returned: bool
    repeat: bool = False
    csat: int | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class Point:
    """The share of orders that were followed by another within so many days, with its interval."""

    days: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NextOrder:
    """How many orders, how many of them followed by another, and what they say.

    Too few say nothing: then there is no curve. The curve ends where nobody has been watched any longer. The median,
    in days, and each end of its interval are None where fewer than half came back by then.
    """

    orders: int
    returns: int
    median_days: float | None = None
    median_low: float | None = None
    median_high: float | None = None
    curve: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnModel:
    """S(t | x) = exp(-(t / exp(x · scale)) ** exp(log_shape)), t in days, x = `known_of(…)`.

    `covariance` is of (*scale, log_shape). `usual` is the mean x of repeated orders: what is expected of the next.
    """

    scale: tuple[float, ...]
    log_shape: float
    covariance: tuple[tuple[float, ...], ...]
    usual: tuple[float, ...]

    @property
    def parameters(self) -> Floats:
        return np.array([*self.scale, self.log_shape])

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "ReturnModel":
        covariance = tuple(tuple(row) for row in told["covariance"])
        return cls(tuple(told["scale"]), told["log_shape"], covariance, tuple(told["usual"]))


COVARIATES = ("repeat", "answered", "csat")


def known_of(repeat: bool, csat: int | None) -> tuple[float, ...]:
    """x of an order: the constant, whether it is a repeated one, whether it was answered, and how."""
    return (1.0, float(repeat), float(csat is not None), float((csat or NEUTRAL_CSAT) - NEUTRAL_CSAT))


def survival(parameters: Floats, known: Floats, days: Floats) -> Floats:
    """The share that has not come back after so many days; shapes broadcast, `known` with its x along the last axis."""
    scale = np.exp(known @ parameters[:-1])
    with np.errstate(over="ignore"):  # a power beyond all numbers: nobody is left
        result: Floats = np.exp(-((np.maximum(days, 0.0) / scale) ** np.exp(parameters[-1])))
    return result


def next_order(spells: Sequence[Spell]) -> NextOrder:
    """How soon orders are followed by another (Kaplan–Meier)."""
    orders = sum(spell.number for spell in spells)
    returns = sum(spell.number for spell in spells if spell.returned)
    if orders < FEWEST_SPELLS or returns < FEWEST_RETURNS:
        return NextOrder(orders, returns)
    from lifelines import KaplanMeierFitter

    fitter = KaplanMeierFitter().fit(
        [spell.days for spell in spells],
        [spell.returned for spell in spells],
        weights=[spell.number for spell in spells],
    )
    ends = fitter.confidence_interval_
    times, left = ends.index.to_numpy(), fitter.survival_function_.to_numpy().ravel()
    below, above = (ends[name].to_numpy() for name in sorted(ends.columns))  # …lower…, …upper…
    return NextOrder(
        orders,
        returns,
        median_days=_half(times, left),
        median_low=_half(times, below),
        median_high=_half(times, above),
        curve=tuple(
            _point(days, int(np.searchsorted(times, days, side="right")) - 1, left, below, above)
            for days in MARKS
            if days <= times[-1]
        ),
    )


def _half(times: Floats, left: Floats) -> float | None:
    """The first time at which no more than half are left, up to rounding; None where more stay."""
    reached = np.flatnonzero(left <= 0.5 + ROUNDING)
    return float(times[reached[0]]) if len(reached) else None


def _point(days: int, at: int, left: Floats, below: Floats, above: Floats) -> Point:
    """Who came back is one less who is left, and the interval turned round."""
    return Point(days, *(round(1 - float(one[at]), 4) for one in (left, above, below)))


def return_model(spells: Sequence[Spell]) -> ReturnModel | None:
    """The Weibull model of the time to the next order; None for too few, or where it cannot be fitted.

    A covariate that is the same for all says nothing and has the coefficient 0. Spells of no days are left out:
    an order of the day of the reading says nothing yet.
    """
    lasted = [spell for spell in spells if spell.days > 0]
    returns = sum(spell.number for spell in lasted if spell.returned)
    if sum(spell.number for spell in lasted) < FEWEST_SPELLS or returns < FEWEST_RETURNS:
        return None
    known = np.array([known_of(spell.repeat, spell.csat) for spell in lasted])
    varying = [i for i in range(1, known.shape[1]) if np.ptp(known[:, i]) > 0]
    fitted = _fitted(lasted, known, varying)
    if fitted is None:
        return None
    again = [i for i, spell in enumerate(lasted) if spell.repeat] or list(range(len(lasted)))
    numbers = np.array([lasted[i].number for i in again])
    usual = np.average(known[again], axis=0, weights=numbers)
    return ReturnModel(*fitted, usual=tuple(usual.tolist()))


def _fitted(
    spells: Sequence[Spell], known: Floats, varying: Sequence[int]
) -> tuple[tuple[float, ...], float, tuple[tuple[float, ...], ...]] | None:
    """Scale, log shape and covariance from lifelines, in the order of `known`; None where it does not converge."""
    import pandas as pd
    from lifelines import WeibullAFTFitter
    from lifelines.exceptions import ConvergenceError

    names = [COVARIATES[i - 1] for i in varying]
    table = pd.DataFrame(known[:, list(varying)], columns=names)
    table["days"] = [spell.days for spell in spells]
    table["returned"] = [spell.returned for spell in spells]
    table["number"] = [spell.number for spell in spells]
    fitter = WeibullAFTFitter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the numbers on the way; what comes out is looked at below
            fitter.fit(table, "days", "returned", weights_col="number")
    except (ConvergenceError, ValueError, np.linalg.LinAlgError):
        return None
    rows = [("lambda_", "Intercept"), *(("lambda_", name) for name in names), ("rho_", "Intercept")]
    estimates = fitter.params_[rows].to_numpy()
    between = fitter.variance_matrix_.loc[rows, rows].to_numpy()
    if not (np.isfinite(estimates).all() and np.isfinite(between).all()):
        return None
    places = [0, *varying, known.shape[1]]
    full, covariance = np.zeros(known.shape[1] + 1), np.zeros((known.shape[1] + 1,) * 2)
    full[places], covariance[np.ix_(places, places)] = estimates, between
    return tuple(full[:-1].tolist()), float(full[-1]), tuple(tuple(row) for row in covariance.tolist())
