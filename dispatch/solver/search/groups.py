"""Visits that hang together: crews, and visits in an order."""

from collections.abc import Sequence
from graphlib import TopologicalSorter

import numpy as np

from dispatch.solver.problem import Visit
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, Longs


class Groups:
    """The linked part of `Terrain`, and `of[node]`: its group or NOBODY.

    `nodes_of[i]` are the nodes of the i-th visit.
    """

    def __init__(self, visits: Sequence[Visit], nodes_of: Sequence[Sequence[int]], nodes: int) -> None:
        self._visits = visits
        self._nodes_of = nodes_of
        self.of: list[int] = [NOBODY] * nodes
        self.crew_size: Longs = np.ones(nodes, np.int64)
        starts, listed = [0], []
        for number, group in enumerate(self._groups()):
            for visit in group:
                for node in nodes_of[visit]:
                    self.of[node] = number
                    self.crew_size[node] = 0
                    listed.append(node)
                self.crew_size[nodes_of[visit][0]] = len(nodes_of[visit])
            starts.append(len(listed))
        self.starts: Longs = np.array(starts, np.int64)
        self.nodes: Longs = np.array(listed, np.int64)
        self.after_from, self.after_node, self.after_min, self.after_max = self._after(nodes)

    def _groups(self) -> list[list[int]]:
        """Numbers of visits that hang together, what must come first standing first."""
        number = {visit.id: i for i, visit in enumerate(self._visits)}
        earlier = {
            i: [number[one.visit] for one in visit.after]
            for i, visit in enumerate(self._visits)
            if visit.after
        }
        linked = {i for i, visit in enumerate(self._visits) if visit.crew} | set(earlier)
        linked |= {i for others in earlier.values() for i in others}
        head = {i: i for i in linked}

        def find(i: int) -> int:
            while head[i] != i:
                i = head[i]
            return i

        for i, others in earlier.items():
            for other in others:
                head[max(find(i), find(other))] = min(find(i), find(other))
        groups: dict[int, list[int]] = {}
        for i in TopologicalSorter({i: earlier.get(i, []) for i in sorted(linked)}).static_order():
            groups.setdefault(find(i), []).append(i)
        return [groups[i] for i in sorted(groups)]

    def _after(self, nodes: int) -> tuple[Longs, Longs, Longs, Longs]:
        number = {visit.id: i for i, visit in enumerate(self._visits)}
        starts = np.zeros(nodes + 1, np.int64)
        others, least, most = [], [], []
        for visit, mine in zip(self._visits, self._nodes_of, strict=True):
            for node in mine:
                for one in visit.after:
                    others.append(self._nodes_of[number[one.visit]][0])
                    least.append(one.min_gap_s)
                    most.append(NEVER if one.max_gap_s is None else one.max_gap_s)
                starts[node + 1] = len(others)
        return (
            starts,
            np.array(others, np.int64),
            np.array(least, np.int64),
            np.array(most, np.int64),
        )
