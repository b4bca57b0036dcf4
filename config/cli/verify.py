"""Check a plan against its problem: replay every route, try every reason, add up the score again.

examples:
  ./linli verify problem.json plan.json

exit codes: 0 the plan is sound · 1 it is not, and what is wrong; or a file cannot be read
"""

import argparse
import sys
from pathlib import Path

from config.cli.solve import read_json, read_problem
from dispatch.solver.checker import Violation, check
from dispatch.solver.document import plan_from_document
from dispatch.solver.problem import ProblemError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its two files."""
    parser.add_argument("problem", type=Path, help="the problem, JSON (Linli's or VROOM's)")
    parser.add_argument("plan", type=Path, help="the plan, JSON, as `solve` writes it")


def run(args: argparse.Namespace) -> int:
    """Read both, list violations."""
    try:
        violations = check(read_problem(args.problem), plan_from_document(read_json(args.plan)))
    except (OSError, ProblemError) as error:
        print(f"linli: {error}", file=sys.stderr)
        return 1
    for violation in violations:
        print(_line(violation))
    print("no violations" if not violations else f"{len(violations)} violations")
    return 1 if violations else 0


def _line(violation: Violation) -> str:
    where = " ".join(name for name in (violation.shift, violation.visit) if name)
    return f"{violation.cause}: {where + ': ' if where else ''}{violation.detail}"
