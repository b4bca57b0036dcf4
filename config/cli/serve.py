"""Run Linli in the foreground: web, the Celery workers and beat, until Ctrl-C.

Database and broker are started and migrated first, and go on running afterwards (./linli down stops them).
Should one of them end by itself, the others are stopped and the exit code is 1.

examples:
  ./linli serve
  ./linli serve --port 8080 --host 0.0.0.0

exit codes: 0 stopped by Ctrl-C or SIGTERM · 1 a process failed, or the port cannot be had
"""

import argparse
import signal
import sys

from config.ports import LARGEST, PortError, port_held
from config.processes import ProcessError, Processes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--port", type=_port, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until a signal comes or a process ends."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with (
            port_held(args.host, args.port) as port,
            Processes.start(host=args.host, port=port) as app,
        ):
            _greet(app.url)
            app.supervisor.watch()
    except (PortError, ProcessError) as error:
        print(f"linli: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("linli: stopped", file=sys.stderr)
    return 0


def _greet(url: str) -> None:
    from django.db import connection

    from communities.selectors.organisations import sample_accounts

    print(f"Linli      {url}\nAPI docs   {url}/api/v1/docs")
    accounts = sample_accounts()
    for role, username, password in accounts:
        print(f"{role:<24} {username:<28} {password}")
    if not accounts:
        print("There are no sample accounts yet; ./linli demo makes them.")
    print("Ctrl-C stops it.", flush=True)
    connection.close()


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > LARGEST:
        raise argparse.ArgumentTypeError(f"{text} is no port: 1 to {LARGEST}, or 0 for any that is free")
    return int(text)
