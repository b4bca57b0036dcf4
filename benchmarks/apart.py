"""Functions run in processes of their own: one that crashes takes nothing else with it."""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failed:
    """A task without an answer, and why."""

    reason: str


def together(tasks: Sequence[Callable[[], T]]) -> list[T | Failed]:
    """Every task's answer, all running side by side, or why it gave none: it raised, or its process died.

    Tasks and answers must be picklable. Whatever ends this call ends the processes.
    """
    running: list[tuple[SpawnProcess, Connection]] = []
    try:
        running.extend(_started(task) for task in tasks)
        return [_answer_of(process, pipe) for process, pipe in running]
    finally:
        for process, _ in running:
            _end(process)


def _started(task: Callable[[], Any]) -> tuple[SpawnProcess, Connection]:
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(task, theirs))
    process.start()
    theirs.close()
    return process, ours


def _run(task: Callable[[], Any], pipe: Connection) -> None:
    os.setsid()  # a group of its own: Ctrl-C is the parent's to hear, and its children end with it
    try:
        pipe.send(task())
    except Exception as error:
        pipe.send(Failed(f"{type(error).__name__}: {error}"))


def _answer_of(process: SpawnProcess, pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except EOFError:
        process.join()
        return Failed(f"the process ended with {process.exitcode}")


def _end(process: SpawnProcess) -> None:
    """With everything it has started itself."""
    if process.is_alive() and process.pid is not None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()  # it has not come to make its group yet
    process.join()
