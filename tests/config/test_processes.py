"""The supervisor, with small children in place of web and worker."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded.home import until
from config.processes import ProcessError, Supervisor, pause_after

# A parent that starts a child of its own, as granian and Celery do, says its process id and waits.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
time.sleep(60)
"""
WAITING = "import time; print('up', flush=True); time.sleep(60)"


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def said(log: Path) -> str:
    assert until(lambda: log.exists() and log.read_text() != "", seconds=10)
    return log.read_text().strip()


def test_leaving_the_block_ends_the_children_and_their_children(tmp_path: Path) -> None:
    with Supervisor(
        {"web": [sys.executable, "-c", PARENT]}, environment=os.environ, logs=tmp_path
    ) as running:
        grandchild = int(said(tmp_path / "web.log"))
        child = running.children["web"].pid
        running.check()
        assert (is_alive(child), is_alive(grandchild)) == (True, True)

    assert until(lambda: not is_alive(grandchild), seconds=5)
    assert not is_alive(child)


def test_a_child_that_ends_is_named_with_its_exit_code_and_last_words(tmp_path: Path) -> None:
    commands = {
        "web": ["sleep", "60"],
        "worker": [sys.executable, "-c", "print('no broker'); raise SystemExit(3)"],
    }
    with Supervisor(commands, environment=os.environ, logs=tmp_path) as running:
        web = running.children["web"].pid
        with pytest.raises(ProcessError) as caught:
            running.watch()

    assert str(caught.value) == "worker ended (exit code 3). The end of its log:\nno broker"
    assert not is_alive(web)


def test_a_process_that_crashes_is_killed_with_its_children_and_replaced(tmp_path: Path) -> None:
    commands = {"web": [sys.executable, "-c", PARENT], "worker": ["sleep", "60"]}
    with Supervisor(commands, environment=os.environ, logs=tmp_path) as running:
        before = {name: child.pid for name, child in running.children.items()}
        grandchild = int(said(tmp_path / "web.log"))

        running.crash("web")

        assert until(lambda: not is_alive(grandchild), seconds=5)
        after = {name: child.pid for name, child in running.children.items()}
        assert (after["web"] != before["web"], after["worker"]) == (True, before["worker"])
        assert not is_alive(before["web"])
        running.check()


def test_a_parent_killed_outright_takes_its_children_along(tmp_path: Path) -> None:
    supervise = (
        "import os, time; from pathlib import Path; from config.processes import Supervisor\n"
        f"with Supervisor({{'web': [{sys.executable!r}, '-c', {WAITING!r}]}},"
        f" environment=os.environ, logs=Path({str(tmp_path)!r})) as running:\n"
        "    print(running.children['web'].pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", supervise], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        said(tmp_path / "web.log")
        parent.send_signal(signal.SIGKILL)

    assert until(lambda: not is_alive(child), seconds=5)


def test_who_is_slow_to_start_is_asked_less_often() -> None:
    assert [pause_after(waited) for waited in (0, 0.9, 1, 60)] == [0.05, 0.05, 0.5, 0.5]
