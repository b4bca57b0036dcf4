"""Processes that die by SIGKILL at every step of their work, one after the other.

A step is a moment just before or after something becomes lasting: a commit, or a statement outside a transaction that
is more than a question. Between two of them a provider may have been asked. Wherever a process dies inside a
transaction, it is as if it had died before the commit.
"""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, NoReturn

from django.db import connection, connections


def killed_at_each_step(work: Callable[[], object]) -> Iterator[int]:
    """Do `work` in a process of its own that is killed at its first step; then again, killed at its second; and so on,
    until it survives. Yields after each death, the number of the step."""
    for step in count(1):
        if not _dies(work, step):
            return
        yield step


def _dies(work: Callable[[], object], step: int) -> bool:
    connections.close_all()  # the child must have its own
    child = os.fork()
    if child == 0:
        _work(work, step)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), "what is done by itself fails; its words are above"
    return status != 0


def _work(work: Callable[[], object], step: int) -> NoReturn:
    code = 1
    try:
        _count_down(step)
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _count_down(steps: int) -> None:
    """Let this process be killed at a step of its database work."""
    left = iter(range(steps - 1, -1, -1))

    def step() -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        lasts = not connection.in_atomic_block and not sql.startswith("SELECT")
        if lasts:
            step()
        done = execute(sql, *given)
        if lasts:
            step()
        return done

    def commit() -> None:
        step()
        lasting()
        step()

    lasting = connection._commit
    connection._commit = commit
    connection.execute_wrappers.append(statement)
