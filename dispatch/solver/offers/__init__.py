"""Offers: for a request without a time, the windows in which it can really be served, and what each would cost.

`Desk` is the door. No search: the plan stays as it is, but for the one visit and what it pushes a little. Ask for
this package when there is something to offer; it loads the compiled kernels.
"""

from dispatch.solver.offers.desk import Desk, RoutesNotKept
from dispatch.solver.offers.offer import Displaced, Offer, OfferGone
from dispatch.solver.offers.reach import Reach

__all__ = ["Desk", "Displaced", "Offer", "OfferGone", "Reach", "RoutesNotKept"]
