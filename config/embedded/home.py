"""The folders of one checkout's services, the account that runs them, and who works in them now."""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
ACCOUNT_FOR_ROOT = "postgres"
STATES_OF_ROOT = Path("/var/lib/linli")
LINK_OF_ROOT = CHECKOUT / ".state" / "root"
BELONGS = "checkout"  # a file in a state folder of root: the path of the checkout it belongs to
LONGEST_SOCKET_FOLDER = 90  # bytes; a socket's whole path may have 107, and `/.s.PGSQL.5432` is added


class ServiceError(Exception):
    """An embedded service cannot be started or stopped; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """What one embedded service is doing. `stale` are files a crash left; the next start removes them."""

    name: str
    folder: Path
    socket: Path
    log: Path
    pid: int | None
    answers: bool
    version: str
    stale: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """One checkout's state folder and the account that runs PostgreSQL there (None: whoever calls)."""

    state: Path
    account: pwd.struct_passwd | None

    @property
    def sockets(self) -> Path:
        """The folder of the sockets: in the state folder, or in /tmp where that path is too long for one."""
        beside = self.state / "run"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        return Path("/tmp") / f"linli-{self._owner}-{digest(self.state)}"  # noqa: S108 - private, see below

    @property
    def _owner(self) -> int:
        return self.account.pw_uid if self.account else os.geteuid()

    def run(self, *command: str | Path, as_account: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `command` in the state folder, as the account or the caller, free of the caller's environment.

        A caller's PG*, PROJ_* or locale variables would change the server: PROJ_DATA may point at a
        newer proj.db than the server's PROJ can read. Relative names keep odd paths out of shells.
        """
        account = self.account if as_account else None
        return subprocess.run(
            command,
            cwd=self.state if self.state.exists() else "/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            umask=0o077,
            check=False,
        )

    def make_private(self, folder: Path) -> None:
        """Create `folder` for the account alone. Raises ServiceError when it is somebody else's.

        A link or a folder that another user laid in /tmp beforehand is never followed.
        """
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if folder.is_symlink() or folder.lstat().st_uid != self._owner:
                raise ServiceError(
                    f"{folder} belongs to somebody else: remove it, or set LINLI_STATE_DIR"
                ) from None
        else:
            os.chown(folder, self._owner, -1)

    def make_socket_folder(self) -> None:
        """Create the sockets' folder. Raises ServiceError when the account cannot reach it."""
        self.make_private(self.sockets)
        if self.run("test", "-x", self.sockets).returncode:
            raise ServiceError(
                f"the account that runs PostgreSQL may not enter {self.state}: "
                "set LINLI_STATE_DIR to a folder that others may pass through"
            )

    @contextmanager
    def locked(self, name: str = "lock") -> Iterator[None]:
        """Hold the state folder's lock `name`; a second caller waits, and says so."""
        with (self.state / name).open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sys.stderr.write(f"linli: another process holds {handle.name}; waiting for it\n")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def home() -> Home:
    """The home of this checkout's services, for the user who calls. Creates nothing."""
    chosen = os.environ.get("LINLI_STATE_DIR")
    if chosen:
        state = Path(chosen).absolute()
    elif os.geteuid() != 0:
        state = CHECKOUT / ".state"
    else:
        state = LINK_OF_ROOT.readlink() if _owns(LINK_OF_ROOT) else LINK_OF_ROOT
    return Home(state, _account())


def home_made() -> Home:
    """The same, its state folder created. For root others may pass through it, so that the account can."""
    place = home()
    if place.state == LINK_OF_ROOT:
        _link_new_state()
        place = home()
    elif not place.state.exists():
        place.state.mkdir(parents=True, exist_ok=True)
        place.state.chmod(0o711 if place.account else 0o700)
    return place


def states_forgotten() -> list[Path]:
    """Root's state folders whose checkout is gone or was made anew."""
    folders = [path.parent for path in sorted(STATES_OF_ROOT.glob(f"*/{BELONGS}"))]
    return [folder for folder in folders if not _is_linked(folder)]


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ACCOUNT_FOR_ROOT)
    except KeyError:  # no PostgreSQL package on this machine: the cluster will say so if it is wanted
        return None


def _link_new_state() -> None:
    """Make a state folder and link it from the checkout. A fresh clone at an old path begins anew by this."""
    state = STATES_OF_ROOT / f"{digest(CHECKOUT)}-{secrets.token_hex(3)}"
    state.mkdir(mode=0o711, parents=True)
    (state / BELONGS).write_text(str(CHECKOUT))
    owner = CHECKOUT.stat()
    if not LINK_OF_ROOT.parent.exists():
        LINK_OF_ROOT.parent.mkdir(mode=0o700, exist_ok=True)
        os.chown(LINK_OF_ROOT.parent, owner.st_uid, owner.st_gid)  # an ordinary user's state goes there too
    if LINK_OF_ROOT.is_symlink() and not _owns(LINK_OF_ROOT):
        LINK_OF_ROOT.unlink()  # copied along with another checkout
    try:
        LINK_OF_ROOT.symlink_to(state)
    except FileExistsError:  # somebody else was quicker: theirs it is
        shutil.rmtree(state)


def _owns(link: Path) -> bool:
    """Whether `link` leads to a state folder made for this checkout."""
    try:
        return (link / BELONGS).read_text() == str(CHECKOUT)
    except OSError:
        return False


def _is_linked(state: Path) -> bool:
    try:
        checkout = Path((state / BELONGS).read_text())
        return (checkout / ".state" / "root").readlink() == state
    except OSError:
        return False


def processes_in(folder: Path) -> set[int]:
    """The processes whose working folder is `folder`: a server works in its data folder, nobody else does.

    This tells a living server from a process id that a crash left behind and another program now has.
    """
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd") == str(folder.resolve()):
                found.add(int(process.name))
        except OSError:  # ended meanwhile, or another user's
            continue
    return found


def server_in(folder: Path, pid_file: Path) -> int | None:
    """The process id in `pid_file`, if that process works in `folder`."""
    try:
        pid = int(pid_file.read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if pid in processes_in(folder) else None


def until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait for `condition`; whether it came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return met


def digest(path: Path) -> str:
    """Ten hexadecimal digits that name `path`."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:10]


def tail(log: Path, *, lines: int = 15) -> str:
    """The last lines of `log`; nothing when it cannot be read."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
