"""What customers' answers and completed work tell the next plan, in minutes of travel.

`cells` are the figures that go in, `policy` says what they are worth, `shrinkage` how much of a difference is more
than chance. `affinity`, `communities`, `durations` and `days` make signals of them, `reading` is the door, and
`terms` says what the planner is told of one visit.
"""

from communities.insight.signals.affinity import Part, TechnicianAffinity
from communities.insight.signals.cells import Cell
from communities.insight.signals.communities import CommunityPriority, CommunityUpsell, Debt
from communities.insight.signals.days import Demand, ServiceDays
from communities.insight.signals.durations import LearnedDuration
from communities.insight.signals.policy import SignalPolicy
from communities.insight.signals.reading import Signals, read_signals
from communities.insight.signals.terms import VisitFacts, VisitTerms, visit_terms

__all__ = [
    "Cell",
    "CommunityPriority",
    "CommunityUpsell",
    "Debt",
    "Demand",
    "LearnedDuration",
    "Part",
    "ServiceDays",
    "SignalPolicy",
    "Signals",
    "TechnicianAffinity",
    "VisitFacts",
    "VisitTerms",
    "read_signals",
    "visit_terms",
]
