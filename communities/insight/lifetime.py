"""What customers are expected to be worth: margin of an order × discounted orders to come, up to a horizon.

Orders are a renewal process (Cox, "Renewal Theory", 1962) whose waiting times are those of the ReturnModel. Who is
silent for LAPSE_DAYS is lost: a return after that counts as a new customer's. So a customer who has been silent for
s days comes back in the days (t, t + dt] with the probability -dS(s + t) / S(s) while s + t ≤ LAPSE_DAYS, and every
later order in the same way with s = 0 and what is usual of repeated orders. The discounted number of orders up to the
horizon solves the renewal equation on cells of CELL_DAYS (trapezoid rule, so that the cells hardly show).

The margin of an order is drawn towards the mean of the region's orders like an answer in signals.py: (sum + k · mean)
/ (orders + k). Intervals of 95 % are by the delta method: of the model's parameters, by their covariance and numerical
derivatives, and of the margin, by its variance between orders; the two are taken as independent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from communities.insight.retention import Floats, ReturnModel, known_of, survival

HORIZON_DAYS = 730
LAPSE_DAYS = 365
YEARLY_DISCOUNT = 0.08
CELL_DAYS = 10
PRIOR_ORDERS = 3.0
STEP = 1e-4  # of the numerical derivatives
Z = 1.96

_CELLS = HORIZON_DAYS // CELL_DAYS
_ENDS = CELL_DAYS * np.arange(_CELLS + 1)
_DISCOUNT = (1 + YEARLY_DISCOUNT) ** (-(_ENDS[:-1] + CELL_DAYS / 2) / 365)


@dataclass(frozen=True, slots=True)
class Margin:
    """The margin of a group's orders, in minor units: mean and variance of one order, from so many."""

    mean: float
    variance: float
    orders: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A customer: days since the last order, whether that was a repeated one, its answer, how many orders there
    were and their margin in minor units."""

    days: int
    repeat: bool
    csat: int | None
    orders: int
    margin: int


@dataclass(frozen=True, slots=True)
class Worth:
    """`churn`: the probability that this silence becomes a lapse. `value` up to the horizon, in minor units, with its
    interval."""

    churn: float
    value: int
    low: int
    high: int


def margin_of(orders: Sequence[int], margins: Sequence[int]) -> Margin | None:
    """Mean and variance of one order's margin, from customers' orders and their margins; None without orders.

    The variance of a customer's sum grows with the orders in it: Σ (margin - orders · mean)² / Σ orders.
    """
    number = sum(orders)
    if not number:
        return None
    mean = sum(margins) / number
    squares = sum((margin - count * mean) ** 2 for count, margin in zip(orders, margins, strict=True))
    return Margin(mean, squares / number, number)


def worths(model: ReturnModel, margin: Margin, customers: Sequence[Silent]) -> list[Worth]:
    """What each customer is expected to be worth, in the given order. Linear in the number of customers."""
    if not customers:
        return []
    counts = np.array([float(one.orders) for one in customers])
    own = np.array([float(one.margin) for one in customers])
    return _worths(
        model,
        known=np.array([known_of(one.repeat, one.csat) for one in customers]),
        silent=np.array([float(one.days) for one in customers]),
        each=(own + PRIOR_ORDERS * margin.mean) / (counts + PRIOR_ORDERS),
        variance=margin.variance / (counts + PRIOR_ORDERS),
    )


def usual_worth(model: ReturnModel, margin: Margin) -> Worth:
    """What an average customer is worth who has just ordered again."""
    return _worths(
        model,
        known=np.array([model.usual]),
        silent=np.zeros(1),
        each=np.array([margin.mean]),
        variance=np.array([margin.variance / margin.orders]),
    )[0]


def _worths(
    model: ReturnModel, *, known: Floats, silent: Floats, each: Floats, variance: Floats
) -> list[Worth]:
    """Of customers with an x, silent for so many days, whose orders have a margin each, known with a variance."""
    orders = _orders(model.parameters, np.array(model.usual), known, silent)
    slope = _slopes(model, known, silent)
    spread = np.einsum("ip,pq,iq->i", slope, np.array(model.covariance), slope)
    value = each * orders
    half = Z * np.sqrt(orders**2 * variance + each**2 * spread)
    churn = lapse_probability(model, known, silent)
    return [
        Worth(round(lost, 4), round(middle), round(middle - width), round(middle + width))
        for lost, middle, width in zip(churn.tolist(), value.tolist(), half.tolist(), strict=True)
    ]


def lapse_probability(model: ReturnModel, known: Floats, silent: Floats) -> Floats:
    """S(LAPSE_DAYS) / S(silent): 1 for who has lapsed already. Shapes: known [n, x], silent [n]."""
    left = survival(model.parameters, known, silent)
    lapsed = survival(model.parameters, known, np.full_like(silent, LAPSE_DAYS))
    share = np.divide(lapsed, left, out=np.ones_like(left), where=left > 0)
    return np.where(silent >= LAPSE_DAYS, 1.0, share)


def discounted_orders(model: ReturnModel, customers: Sequence[Silent]) -> list[float]:
    """The discounted number of orders up to the horizon that each customer is expected to make."""
    known = np.array([known_of(one.repeat, one.csat) for one in customers])
    silent = np.array([float(one.days) for one in customers])
    found: list[float] = _orders(model.parameters, np.array(model.usual), known, silent).tolist()
    return found


def _orders(parameters: Floats, usual: Floats, known: Floats, silent: Floats) -> Floats:
    first = _returns(parameters, known, silent)
    later = _renewals(_returns(parameters, usual[None, :], np.zeros(1))[0])
    after = (later[-2::-1] + later[:0:-1]) / 2  # in the mean, half of the cell of the return is left
    result: Floats = first @ (1 + after)
    return result


def _returns(parameters: Floats, known: Floats, silent: Floats) -> Floats:
    """The discounted probability of coming back in each cell, [n, cells]."""
    ends = np.minimum(silent[:, None] + _ENDS, np.maximum(silent, LAPSE_DAYS)[:, None])
    left = survival(parameters, known[:, None, :], ends)
    begin = left[:, :1]
    share = np.divide(left, begin, out=np.zeros_like(left), where=begin > 0)
    result: Floats = -np.diff(share, axis=1) * _DISCOUNT
    return result


def _renewals(returns: Floats) -> Floats:
    """The discounted orders within 0, 1 … cells after an order: the renewal equation, [cells + 1]."""
    later = np.zeros(len(returns) + 1)
    for cell in range(1, len(later)):
        within = returns[:cell]
        past = later[cell - 1 :: -1][:cell]  # after a return in cell 1, 2 …, from its end
        known = within.sum() + within @ past / 2 + within[1:] @ past[:-1] / 2
        later[cell] = known / (1 - returns[0] / 2)
    return later


def _slopes(model: ReturnModel, known: Floats, silent: Floats) -> Floats:
    """The derivative of the discounted orders by each parameter, [n, parameters]."""
    usual, at = np.array(model.usual), model.parameters
    columns: list[Any] = []
    for shift in STEP * np.eye(len(at)):
        more, less = _orders(at + shift, usual, known, silent), _orders(at - shift, usual, known, silent)
        columns.append((more - less) / (2 * STEP))
    return np.stack(columns, axis=1)
