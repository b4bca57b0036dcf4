"""Changing a plan by hand: what a change would do, and which rules forbid it."""

from dispatch.solver.edits.changing import Trial, added, rearrange, try_move
from dispatch.solver.edits.move import Move

__all__ = ["Move", "Trial", "added", "rearrange", "try_move"]
