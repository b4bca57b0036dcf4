"""Linli serves residential communities: requests in, technicians routed, answers back into the next plan."""

import argparse
import difflib
import os
import sys
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Literal

from config.cli import ready
from config.embedded import ServiceError

EPILOG = """\
./linli VERB --help explains one verb. `./linli setup` only installs what is missing.

exit codes: 0 done · 1 it failed, and says why · 2 wrong use, or a system package is missing

environment: DATABASE_URL and BROKER_URL name outside services instead of the embedded ones;
LINLI_STATE_DIR moves the embedded services' files. Every variable is in .env.example."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One line of the table. `needs` is what must be up before `run`; a "database" is a migrated one."""

    name: str
    module: str
    summary: str
    needs: Literal["nothing", "services", "database"]
    plans: bool = False  # itself, or by processes it starts: the planner must be compiled
    talks: bool = False  # logs what happens; the others only what goes wrong
    passes_on: bool = False  # arguments it does not know go to another program, in `args.passed_on`


VERBS = (
    Verb("demo", "demo", "run the whole loop once on the sample city and print a report", "database", True),
    Verb("serve", "serve", "run web, workers and beat until Ctrl-C", "database", True, talks=True),
    Verb(
        "import",
        "imports",
        "bring in a company: communities, technicians, services, accounts, requests",
        "database",
    ),
    Verb("plan", "planning", "plan a region's day, and publish the plan if asked", "database", True),
    Verb("recount", "recount", "count every figure of a company anew from its facts", "database"),
    Verb("solve", "solve", "solve a planning problem from a file, without a database", "nothing", True),
    Verb("replan", "replan", "go on from a plan after what has happened, from files", "nothing", True),
    Verb("verify", "verify", "check a plan against its problem, without a database", "nothing"),
    Verb("simulate", "simulate", "live through weeks with and without the loop, in memory", "nothing", True),
    Verb("bench", "bench", "measure Linli on this machine", "nothing", True),
    Verb("test", "test", "run the tests; arguments go to pytest", "services", True, passes_on=True),
    Verb("check", "check", "run the formatters, linters, types and deployment checks", "services"),
    Verb("screens", "screens", "take pictures of every page for docs/screens", "nothing", True),
    Verb("vendor", "vendor", "check the pages' libraries, or fetch them anew", "nothing"),
    Verb("doctor", "doctor", "say what is running, where, which versions, and what is wrong", "nothing"),
    Verb("down", "down", "stop the embedded services", "nothing"),
)


def main(arguments: list[str]) -> int:
    """Run one verb; its exit code."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(_overview())
        return 0
    verb = next((verb for verb in VERBS if verb.name == arguments[0]), None)
    if verb is None:
        print(_unknown(arguments[0]), file=sys.stderr)
        return 2
    try:
        return _run(verb, arguments[1:])
    except ServiceError as error:
        print(f"linli: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("linli: interrupted", file=sys.stderr)
        return 130


def _run(verb: Verb, arguments: list[str]) -> int:
    module = import_module(f"config.cli.{verb.module}")
    args = _parse(verb, module, arguments)
    if verb.needs == "services":
        ready.services_start()
    elif verb.needs == "database":
        if not verb.talks:
            os.environ.setdefault("LOG_LEVEL", "WARNING")
        ready.database_prepare()
    if verb.plans:
        ready.planner_prepare()
    exit_code: int = module.run(args)
    return exit_code


def _parse(verb: Verb, module: ModuleType, arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"./linli {verb.name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    if not verb.passes_on:
        return parser.parse_args(arguments)
    args, passed_on = parser.parse_known_args(arguments)
    return argparse.Namespace(**vars(args), passed_on=passed_on)


def _overview() -> str:
    verbs = "\n".join(f"  {verb.name:<8} {verb.summary}" for verb in VERBS)
    return f"usage: ./linli VERB [options]\n\n{__doc__}\n\nverbs:\n{verbs}\n\n{EPILOG}"


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, [verb.name for verb in VERBS], n=1)
    hint = f"did you mean {close[0]}?" if close else "./linli --help lists the verbs"
    return f"linli: there is no verb {name!r}; {hint}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
