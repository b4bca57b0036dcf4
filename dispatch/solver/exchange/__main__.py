"""One problem on standard input, its answer on standard output: the planner in a process of its own.

exit codes: 0 the answer · 3 the problem is wrong · 4 it is not JSON · 5 it is too large; then standard output has
[{"field": …, "message": …}, …].
"""

import argparse
import json
import os
import resource
import sys
from math import ceil
from typing import Any

from dispatch.solver.exchange.answering import answer, read
from dispatch.solver.exchange.schema import DocumentError
from dispatch.solver.exchange.text import Unreadable, read_json
from dispatch.solver.solve import Limits
from dispatch.solver.validation import ProblemError

WRONG, UNREADABLE, TOO_LARGE = 3, 4, 5
MEMORY_BYTES = 4 * 2**30
SPARE_S = 60
"""Seconds of computing beside the search. Whoever started this process may have ended long before them."""
POLITE = 10
"""How far this process stands back behind those that answer people."""


def main(arguments: list[str]) -> int:
    """Read, plan, write; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m dispatch.solver.exchange", description=__doc__)
    parser.add_argument("--seconds", type=float, required=True, help="search this long")
    parser.add_argument("--most", type=int, required=True, help="at most this many visits × shifts")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)
    os.nice(POLITE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    most_s = ceil(args.seconds) + SPARE_S
    resource.setrlimit(resource.RLIMIT_CPU, (most_s, most_s))
    try:
        document = read_json(sys.stdin.buffer.read().decode())
        if _size(document) > args.most:
            return _refuse(TOO_LARGE, [("document", f"has more than {args.most} visits × shifts")])
        question = read(document)
        limits = Limits(iterations=10**9, time_s=args.seconds, seed=args.seed)
        _, told = answer(question, limits)
    except (Unreadable, UnicodeDecodeError) as error:
        return _refuse(UNREADABLE, [("document", str(error))])
    except DocumentError as error:
        return _refuse(WRONG, error.objections)
    except ProblemError as error:
        return _refuse(WRONG, [(error.path, error.message)])
    except MemoryError:
        return _refuse(TOO_LARGE, [("document", "needs more memory than there is for it")])
    json.dump(told, sys.stdout)
    return 0


def _size(document: Any) -> int:
    """Visits × shifts, each member of a crew a visit and one of each at least; its shape is looked at later."""
    visits = sum(1 + len(_listed(visit, "crew")) for visit in _listed(document, "jobs", "visits"))
    return max(1, visits) * max(1, len(_listed(document, "vehicles", "shifts")))


def _listed(given: Any, *names: str) -> list[Any]:
    """The entries of the lists by these names, as far as there are any."""
    held = [given.get(name) for name in names] if isinstance(given, dict) else []
    return [entry for entries in held if isinstance(entries, list) for entry in entries]


def _refuse(code: int, objections: list[tuple[str, str]]) -> int:
    json.dump([{"field": field, "message": message} for field, message in objections], sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
