"""What a search does with its time: the passes in which plans cool down, one after the other."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

COLD = 0.05
"""Temperature at the end of a pass, in typical ways between neighbours."""
REHEAT = 0.2
"""Temperature at the beginning of a pass over the best plan, as a share of the first."""
AFRESH = 0.6
"""Share of the limits for cooling down from the first plan."""
AGAIN = (AFRESH, 0.82, 1.0)
"""Shares between which the best plan is warmed up and cools down again."""
COOLED = 600
"""Moves a visit after which another beginning finds more than slower cooling: the best choice among the routes of many
good plans is better than the plan of one search, however long."""
MOST_AFRESH = 8
WORTH_AGAIN = 1_500
"""Moves a visit from which on a plan in parts is warmed up again."""


class Pass(NamedTuple):
    """From one share of the limits to another the plan cools down from `hot` to `cold` (typical ways). It begins from
    the first plan or from the best; `choice`: whether the best choice among all routes met is made at its end."""

    begin: float
    end: float
    hot: float
    afresh: bool
    choice: bool
    cold: float = COLD

    def rounds(self, number: int) -> Iterator["Pass"]:
        """The same in so many equal rounds."""
        cooling = self.cold / self.hot
        for (begin, end), share in zip(self.shares(number), range(number), strict=True):
            hot, cold = (self.hot * cooling ** (i / number) for i in (share, share + 1))
            yield self._replace(begin=begin, end=end, hot=hot, cold=cold)

    def shares(self, number: int) -> Iterator[tuple[float, float]]:
        """So many equal shares of it: of the limits, from where to where."""
        length = self.end - self.begin
        return pairwise(self.begin + length * i / number for i in range(number + 1))


def passes(moves: float, hot: float, *, apart: bool) -> list[Pass]:
    """The passes for a search that begins at `hot` and has time for so many moves a visit, on the whole plan or on
    parts of it."""
    if apart and moves < WORTH_AGAIN:
        return [Pass(0.0, 1.0, hot, afresh=True, choice=True)]
    times = 1 if apart else max(1, min(MOST_AFRESH, int(AFRESH * moves / COOLED)))
    first = Pass(0.0, AFRESH, hot, afresh=True, choice=False)
    beginnings = [first._replace(begin=begin, end=end) for begin, end in first.shares(times)]
    beginnings[-1] = beginnings[-1]._replace(choice=True)
    later = [Pass(begin, end, hot * REHEAT, afresh=False, choice=True) for begin, end in pairwise(AGAIN)]
    return beginnings + later
