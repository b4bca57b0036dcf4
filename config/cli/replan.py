"""Go on from a plan after what has happened: the plan by now, and what it moves and why, in English and Chinese.

PROBLEM and PLAN are the day's: a VROOM input and its answer, or Linli's own JSON and `solve`'s plan. EVENTS is
{"now_s": 36000, "events": [{"event": "overrun", "visit": "V7", "until_s": 38700}, …]}: all that is known of the day
(docs/exchange.md). The answer has the `problem` and the `plan` to go on from next time, and the `changes`.

examples:
  ./linli replan problem.json plan.json events.json -o next.json
  ./linli replan problem.json plan.json events.json --seconds 2

exit codes: 0 planned · 1 a file cannot be read, or contradicts itself or another, and why
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from config.cli.solve import Watcher, check_writable, limits, limits_add, read_file, write
from dispatch.solver.validation import ProblemError

if TYPE_CHECKING:
    from dispatch.solver.document import Document
    from dispatch.solver.exchange.replanning import Question
    from dispatch.solver.living.replan import Replan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its files and limits."""
    parser.add_argument("problem", type=Path, help="the day's problem, JSON (Linli's or VROOM's)")
    parser.add_argument("plan", type=Path, help="the plan in force, JSON, as `solve` or VROOM writes it")
    parser.add_argument("events", type=Path, help="what has happened, JSON; - reads standard input")
    limits_add(parser)


def run(args: argparse.Namespace) -> int:
    """Read, plan, say what moves, write."""
    from dispatch.solver.exchange.replanning import answer, read

    try:
        question = read(read_file(args.problem), read_file(args.plan), read_file(args.events))
        check_writable(args.out)
        with Watcher() as watcher:
            new, document = answer(question, limits(args), on_progress=watcher)
        write(_with_sentences(document, question, new), args.out)
    except (OSError, ProblemError) as error:
        print(f"linli: {error}", file=sys.stderr)
        return 1
    for change in document["changes"]:
        print(change["sentences"]["en"], file=sys.stderr)
    return 0


def _with_sentences(document: "Document", question: "Question", new: "Replan") -> "Document":
    from dispatch.replan_words import CHANGES, change_sentence

    technicians = {shift.id: shift.technician for shift in question.problem.shifts}
    for told, change in zip(document["changes"], new.changes, strict=True):
        told["sentences"] = {
            language: change_sentence(change, question.events, technicians, language) for language in CHANGES
        }
    return document
