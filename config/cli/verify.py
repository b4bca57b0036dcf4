"""Check a plan against its problem: replay every route, try every reason, add up the score again.

The problem may be a VROOM input or Linli's own JSON, the plan an answer to either: of `solve`, of VROOM, or made by
hand. VROOM gives no reasons for what it leaves out, and none are tried then; its own answers are judged by its rules.

With --bound it also looks for a score that no plan can go below, and says how far above it this one is at most.

examples:
  ./linli verify problem.json plan.json
  ./linli verify problem.json plan.json --bound 20
  ./linli verify vroom-input.json vroom-output.json

exit codes: 0 the plan is sound · 1 it is not, and what is wrong; or a file cannot be read
"""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.cli.solve import read_file, seconds
from dispatch.solver import exchange
from dispatch.solver.document import plan_from_document, problem_from_document
from dispatch.solver.validation import ProblemError

if TYPE_CHECKING:
    from dispatch.solver.checker import Violation
    from dispatch.solver.plan import Plan
    from dispatch.solver.problem import Problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its two files, and whether to look for a bound."""
    parser.add_argument(
        "problem", type=Path, help="the problem, JSON (Linli's or VROOM's); - reads standard input"
    )
    parser.add_argument("plan", type=Path, help="the plan, JSON, as `solve` or VROOM writes it")
    parser.add_argument(
        "--bound", type=seconds, metavar="SECONDS", help="look so long for a bound on the score of every plan"
    )


def run(args: argparse.Namespace) -> int:
    """Read both, list violations, print the score."""
    from dispatch.solver.checker import Cause, check
    from dispatch.solver.objective import plan_score

    try:
        problem, plan, unclaimed, rules = _read(read_file(args.problem), read_file(args.plan))
    except (OSError, ProblemError) as error:
        print(f"linli: {error}", file=sys.stderr)
        return 1
    violations = [
        violation
        for violation in check(*rules)
        if violation.cause is not Cause.REASON_FALSE or violation.visit not in unclaimed
    ]
    for violation in violations:
        print(_line(violation))
    print("no violations" if not violations else f"{len(violations)} violations")
    if not {violation.cause for violation in violations} & {Cause.UNKNOWN_VISIT, Cause.UNKNOWN_SHIFT}:
        print(_score(plan_score(problem, plan).terms()))
    if args.bound is not None and not violations:
        print(_bound(problem, plan, args.bound))
    return 1 if violations else 0


def _read(question: Any, answer: Any) -> "tuple[Problem, Plan, frozenset[str], tuple[Problem, Plan]]":
    """The problem, the plan, what it leaves out without saying why, and both as they are to be judged."""
    if not exchange.is_vroom(question):
        problem, plan = problem_from_document(question), plan_from_document(answer)
        return problem, plan, frozenset(), (problem, plan)
    problem = exchange.problem_from_vroom(question)
    if isinstance(answer, dict) and "score" in answer:
        plan = plan_from_document(answer)
        return problem, plan, frozenset(), (problem, plan)
    plan = exchange.plan_from_vroom(question, problem, answer)
    ours = "score" in answer.get("summary", {})
    rules = (problem, plan) if ours else exchange.by_their_rules(question, problem, plan)
    return problem, plan, exchange.without_reason(answer), rules


def _line(violation: "Violation") -> str:
    where = " ".join(name for name in (violation.shift, violation.visit) if name)
    return f"{violation.cause}: {where + ': ' if where else ''}{violation.detail}"


def _score(terms: dict[str, int]) -> str:
    listed = ", ".join(f"{name} {seconds}" for name, seconds in terms.items() if seconds)
    return f"score {sum(terms.values())} s of travel ({listed or 'nothing'})"


def _bound(problem: "Problem", plan: "Plan", time_s: float) -> str:
    """Looked for under a bar: it takes as long as it is given, or until the gap is closed."""
    from rich.console import Console
    from rich.progress import Progress

    from dispatch.solver.bound import lower_bound

    began = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True) as bars:
        line = bars.add_task("bound", total=time_s)

        def report(_: int, bound_s: int) -> None:
            bars.update(line, completed=time.monotonic() - began, description=f"bound {bound_s} s")

        bound = lower_bound(problem, plan, time_s=time_s, on_progress=report)
    if bound is None:
        return "no bound: the problem is too large for one"
    above = "" if bound.gap is None else f": this one is at most {bound.gap:.1%} above the best possible"
    return f"no plan scores less than {bound.seconds} s of travel{above}"
