"""Live through weeks of an invented region in memory, once for each policy, and compare what came of it.

The planner and the signals are the real ones; people are invented, and what they feel is known: docs/feedback.md has
the formulas. Policies meet the same requests and the same luck. The first policy is what the others are held against.

  neutral     plans without signals
  feedback    learns every night under the default policy

examples:
  ./linli simulate --weeks 4 --seeds 2
  ./linli simulate --weeks 26 --seeds 10 --policy neutral,feedback --scenario standard,null,weak,biased
  ./linli simulate --seeds 10 --json out.json --plot docs/feedback.png

exit codes: 0 simulated · 1 it could not be, and why · 130 cancelled, the seeds that are done are shown and kept
"""

import argparse
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from config.simulation.policies import POLICIES
from config.simulation.scenarios import SCENARIOS, STANDARD


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long, how often, what."""
    parser.add_argument("--weeks", type=_count, default=26, help="to live through (default: 26)")
    parser.add_argument("--seeds", type=_count, default=10, help="worlds, numbered from 1 (default: 10)")
    parser.add_argument(
        "--policy", type=_some_of(POLICIES), default=POLICIES, help=f"default: {','.join(POLICIES)}"
    )
    parser.add_argument(
        "--scenario",
        type=_some_of(SCENARIOS),
        default=(STANDARD.name,),
        help=f"of {','.join(SCENARIOS)} (default: {STANDARD.name})",
    )
    parser.add_argument("--processes", type=_count, default=2, help="side by side (default: 2)")
    parser.add_argument("--json", type=Path, help="where all figures go, by week and seed")
    parser.add_argument("--plot", type=Path, help="where the picture goes, PNG; needs matplotlib")


def run(args: argparse.Namespace) -> int:
    """Simulate, print, keep."""
    from config.simulation import command

    return command.run(args)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of them: 1 or more")
    return int(text)


def _some_of(names: Collection[str]) -> Callable[[str], Sequence[str]]:
    def chosen(text: str) -> Sequence[str]:
        found = tuple(dict.fromkeys(text.split(",")))
        unknown = [name for name in found if name not in names]
        if unknown:
            raise argparse.ArgumentTypeError(
                f"there is no {', '.join(unknown)}; there are {', '.join(names)}"
            )
        return found

    return chosen
