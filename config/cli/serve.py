"""Run Linli in the foreground: web, the Celery workers and beat, until Ctrl-C.

Database and broker are started and migrated first, and go on running afterwards (./linli down stops them).
Should one of them end by itself, the others are stopped and the exit code is 1.

examples:
  ./linli serve
  ./linli serve --port 8080 --host 0.0.0.0

exit codes: 0 stopped by Ctrl-C or SIGTERM · 1 a process failed, or the port is taken
"""

import argparse
import signal
import socket
import sys

from config.processes import ProcessError, Processes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until a signal comes or a process ends."""
    if args.port and _is_taken(args.host, args.port):
        print(f"linli: port {args.port} of {args.host} is taken; choose another with --port", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Processes.start(host=args.host, port=args.port) as app:
            _greet(app.url)
            app.supervisor.watch()
    except ProcessError as error:
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
        print(f"{role:<24} {username:<24} {password}")
    if not accounts:
        print("There are no sample accounts yet; ./linli demo makes them.")
    print("Ctrl-C stops it.", flush=True)
    connection.close()


def _is_taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
