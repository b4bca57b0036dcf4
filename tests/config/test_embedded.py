"""The embedded services, with real servers in folders of their own."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from config import embedded
from config.embedded.home import ACCOUNT_FOR_ROOT, processes_in, until

OURS = ("DATABASE_URL", "BROKER_URL", "CACHE_URL")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account may pass through, which pytest's own are not."""
    folder = Path(mkdtemp(prefix="linli-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def state(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder, in force for `embedded`, whose services are stopped at the end."""
    state = folder / "state"
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LINLI_STATE_DIR", str(state))
    yield state
    embedded.stop()


def ask(services: embedded.Services, query: str) -> str:
    url = services.database_url.replace("postgis://", "postgresql://")
    command = ["psql", "-X", "-q", "-t", "-A", "-d", url, "-c", query]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def pids() -> list[int | None]:
    return [service.pid for service in embedded.status()]


def killed() -> list[int]:
    """The process ids of both servers, which are gone when this returns as after a power cut."""
    ended = [pid for pid in pids() if pid]
    for pid in ended:
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: not any(processes_in(service.folder) for service in embedded.status()), seconds=10)
    return ended


def as_account() -> dict[str, int]:
    """Arguments of Popen for a process that belongs to the account PostgreSQL runs as."""
    return {"user": pwd.getpwnam(ACCOUNT_FOR_ROOT).pw_uid} if os.geteuid() == 0 else {}


def test_start_brings_up_postgis_and_again_changes_nothing_until_stopped(state: Path) -> None:
    services = embedded.start()
    first = pids()
    ask(services, "CREATE EXTENSION postgis")
    assert ask(services, "SELECT ST_AsText(ST_Point(121.5, 25))") == "POINT(121.5 25)"

    assert embedded.start() == services
    assert pids() == first
    assert services.environment() == {
        "DATABASE_URL": f"postgis://linli@/linli?host={state}/run",
        "BROKER_URL": f"redis+socket://{state}/run/valkey.sock?virtual_host=0",
        "CACHE_URL": f"unix://{state}/run/valkey.sock?db=1",
        "LINLI_STATE_DIR": str(state),
    }

    assert embedded.stop() == ["PostgreSQL", "Valkey"]
    assert pids() == [None, None]
    assert embedded.stop() == []


def test_after_a_crash_stale_sockets_and_a_recycled_process_id_do_not_stop_the_start(state: Path) -> None:
    services = embedded.start()
    ask(services, "CREATE TABLE kept AS SELECT 42 AS answer")
    dead = killed()
    with subprocess.Popen(["sleep", "60"], **as_account()) as other:  # type: ignore[call-overload]
        pid_file = state / "pg" / "postmaster.pid"
        pid_file.write_text(pid_file.read_text().replace(str(dead[0]), str(other.pid)))
        (state / "run" / ".s.PGSQL.5432.lock").write_text(f"{other.pid}\n")
        (state / "valkey.pid").write_text(f"{other.pid}\n")
        assert [len(service.stale) for service in embedded.status()] == [3, 2]

        assert ask(embedded.start(), "SELECT answer FROM kept") == "42"

        assert other.poll() is None  # nobody took it for the server
        other.kill()
    assert [service.answers for service in embedded.status()] == [True, True]


def test_servers_whose_sockets_were_swept_away_are_started_anew(state: Path) -> None:
    embedded.start()
    for service in embedded.status():
        service.socket.unlink()

    embedded.start()

    assert [service.answers for service in embedded.status()] == [True, True]


def test_two_starts_at_once_after_a_killed_first_one_make_one_cluster(state: Path) -> None:
    (state / "pg.partial").mkdir(parents=True)  # where initdb was killed
    (state / "pg.partial" / "PG_VERSION").write_text("15\n")
    state.chmod(0o711)
    if os.geteuid() == 0:
        os.chown(state / "pg.partial", as_account()["user"], -1)
    code = (
        "import json; from config import embedded; embedded.start();"
        "print(json.dumps([service.pid for service in embedded.status()]))"
    )
    command = [sys.executable, "-c", code]
    with (
        subprocess.Popen(command, cwd=embedded.CHECKOUT, stdout=subprocess.PIPE) as one,
        subprocess.Popen(command, cwd=embedded.CHECKOUT, stdout=subprocess.PIPE) as two,
    ):
        answers = [json.loads(process.communicate(timeout=60)[0]) for process in (one, two)]

    assert answers == [pids(), pids()]
    assert None not in pids()


def test_a_long_path_with_spaces_and_quotes_has_its_own_services(
    folder: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = embedded.start()
    deep = folder / 'the neighbour\'s "second" checkout, $HOME' / ("x" * 60)
    deep.mkdir(parents=True)
    monkeypatch.setenv("LINLI_STATE_DIR", str(deep))
    far = embedded.start()
    try:
        ask(near, "CREATE TABLE place AS SELECT 'near'")
        assert ask(far, "SELECT to_regclass('place') IS NULL") == "t"
        assert Path(f"/proc/{pids()[0]}/cwd").resolve() == deep / "pg"
        sockets = embedded.home().sockets
        assert (sockets.parent, sockets.stat().st_mode & 0o777) == (Path("/tmp"), 0o700)  # noqa: S108
    finally:
        embedded.stop()
        shutil.rmtree(embedded.home().sockets)
        monkeypatch.setenv("LINLI_STATE_DIR", str(state))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else")
def test_a_socket_folder_laid_by_somebody_else_is_refused(
    folder: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_STATE_DIR", str(folder / ("x" * 90)))
    trap = embedded.home().sockets
    trap.symlink_to("/etc")
    try:
        with pytest.raises(embedded.ServiceError, match="belongs to somebody else"):
            embedded.start()
        assert Path("/etc").stat().st_uid == 0
    finally:
        trap.unlink()
        monkeypatch.setenv("LINLI_STATE_DIR", str(state))


def test_outside_services_are_taken_as_they_are(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgis://linli@db.example/linli")
    monkeypatch.setenv("BROKER_URL", "redis://:secret@broker.example:6379/0")

    services = embedded.start()

    assert services.cache_url == "redis://:secret@broker.example:6379/1"
    assert pids() == [None, None]
