"""`make run`: what may stop a start is said in one line; then web, worker and beat run and end together.

Standard library only, and run as `python -I launcher.py`: the first checks come before any package is
installed. A supervisor of our own and not a process manager from the index, because three promises need
it: the address is printed when the first page answers, nothing is left behind however the start is ended
(Ctrl-C, a signal to make alone, make killed), and a child that dies takes the others with it.
"""

# ruff: noqa: S603  the commands are lists of our own words, and no shell reads them

import argparse
import contextlib
import ctypes
import errno
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
GRACE_SECONDS = 6.0  # then whatever still runs is killed
FIRST_PAGE_SECONDS = 120.0
SOURCES_OF_STATIC = ("platform", "courses", "assessments", "media")


class CannotStartError(Exception):
    """Its text is the one line that the reader gets."""


class Stopped(Exception):  # noqa: N818  not a fault
    """Somebody asked for the end."""


_asked: list[float] = []  # when the end was asked for; a signal only notes it, so that nothing is cut half-way


def _ask(number: int, frame: FrameType | None) -> None:
    _asked.append(time.monotonic())


def _asked_again() -> bool:
    """Whether somebody is impatient. A signal to a whole process group also comes by way of make: not that."""
    return bool(_asked) and _asked[-1] - _asked[0] > 1.0


# --- before the start -----------------------------------------------------------------------------


def port_number(text: str) -> int:
    """The port, if it is one that is free."""
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CannotStartError(f"PORT must be a number from 1 to 65535, not “{text}”.")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStartError(f"port {port} is taken. Choose another: make run PORT={port + 1}") from error
            raise CannotStartError(f"port {port} cannot be opened: {error.strerror}.") from error
    return port


def data_folder(text: str) -> Path:
    """The data folder, made if it is not there, if files can be written in it."""
    folder = Path(text).expanduser()
    folder = folder if folder.is_absolute() else ROOT / folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = error.strerror or "it cannot be used"
        message = f"the data folder {folder} cannot be written to ({reason}). Choose another: make run DATA_DIR=…"
        raise CannotStartError(message) from error
    return folder.resolve()


def alone_in(folder: Path) -> int:
    """Holds the folder until this process ends: two beats on one schedule would do everything twice."""
    lock = os.open(folder / "run.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        message = f"Handlekraft is already running on {folder}. Choose another: make run DATA_DIR=…"
        raise CannotStartError(message) from error
    return lock


# --- child processes ------------------------------------------------------------------------------

_PR_SET_PDEATHSIG = 1


def become(command: list[str]) -> int:
    """Turns this process into a child's program; Linux ends it should the launcher be killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.execv(command[0], command)  # noqa: S606  a list of our own, no shell


def start(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """A child in a session of its own: the terminal's Ctrl-C reaches it through us, in our order."""
    return subprocess.Popen(
        [sys.executable, "-I", __file__, "become", *command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def end(children: list[subprocess.Popen[str]]) -> None:
    """Asks all to end, waits a little, and leaves nothing of any of them."""
    for child in children:
        _signal(child, signal.SIGTERM, whole_group=False)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and not _asked_again():
        if all(child.poll() is not None for child in children):
            break
        time.sleep(0.05)
    for child in children:
        _signal(child, signal.SIGKILL, whole_group=True)
        child.wait()


def _signal(child: subprocess.Popen[str], number: int, *, whole_group: bool) -> None:
    try:
        if whole_group:
            os.killpg(child.pid, number)
        elif child.poll() is None:
            child.send_signal(number)
    except (ProcessLookupError, PermissionError):
        pass  # it is gone already


def step(title: str, command: list[str], environment: Mapping[str, str]) -> str:
    """Runs one command to its end and gives what it printed; a failure is one line under its output."""
    print(title, flush=True)
    child = start(command, environment)
    while True:
        try:
            output, _ = child.communicate(timeout=0.2)
            break
        except subprocess.TimeoutExpired:
            if _asked:
                end([child])
                raise Stopped from None
    if child.returncode:
        raise CannotStartError(f"{output.rstrip()}\nhandlekraft: this failed: {title.rstrip(' …')} (see above).")
    return output


# --- the start ------------------------------------------------------------------------------------


def digest_of_static() -> str:
    """Changes whenever a collected file may have changed: our own by date and size, packages by their locks."""
    digest = hashlib.sha256()
    for name in ("package-lock.json", "requirements/base.txt"):
        digest.update((ROOT / name).read_bytes())
    for path in sorted(_static_files()):
        about = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {about.st_mtime_ns} {about.st_size}\n".encode())
    return digest.hexdigest()


def _static_files() -> Iterator[Path]:
    for source in SOURCES_OF_STATIC:
        for folder in (ROOT / source).glob("**/static"):
            yield from (path for path in folder.rglob("*") if path.is_file())


def collect_static(folder: Path, environment: Mapping[str, str]) -> None:
    """Collects the static files when something about them is new."""
    stamp, digest = folder / "static" / ".collected", digest_of_static()
    if stamp.exists() and stamp.read_text() == digest:
        return
    step("Collecting static files …", manage("collectstatic", "--noinput", "--clear", "-v", "0"), environment)
    stamp.write_text(digest)


def manage(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *words]


def commands(port: int) -> dict[str, list[str]]:
    """The three processes, by the name that their lines carry."""
    web = ["gunicorn", "config.wsgi:application", "--bind", f"{HOST}:{port}", "--workers", "2"]
    # Threads, because a browser holds connections open and a slow reader must not hold a whole worker;
    # preload, because two workers that share what is imported start sooner and weigh less.
    web += ["--worker-class", "gthread", "--threads", "4", "--preload", "--no-control-socket"]
    web += ["--graceful-timeout", "3", "--log-level", "warning"]
    if os.access("/dev/shm", os.W_OK):  # noqa: S108  gunicorn's heartbeat file; on a disk it may block a worker
        web += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108  as above
    celery = ["celery", "-A", "config", "--quiet"]
    # One task at a time in one process: on SQLite there is one writer anyway.
    worker = [*celery, "worker", "--pool", "solo", "--concurrency", "1", "--loglevel", "warning"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = [*celery, "beat", "--loglevel", "warning", "--pidfile", ""]
    # Said to whoever is root; here that is a container or one's own machine, and the address would drown.
    quiet = ["-W", "ignore:You're running the worker with superuser privileges"]
    return {
        "web": [sys.executable, "-m", *web],
        "worker": [sys.executable, *quiet, "-m", *worker],
        "beat": [sys.executable, "-m", *beat],
    }


def run(port: int, folder: Path) -> int:
    lock = alone_in(folder)
    address = os.environ.get("BASE_URL") or f"http://{HOST}:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "DATA_DIR": str(folder),
        "BASE_URL": address,
        "PYTHONUNBUFFERED": "1",
    }
    collect_static(folder, environment)
    accounts = step("Bringing the database and the demo up to date …", manage("prepare"), environment)
    print("Starting …", flush=True)
    children: dict[str, subprocess.Popen[str]] = {}
    answered = threading.Event()
    try:
        for name, command in commands(port).items():
            children[name] = start(command, environment)
            threading.Thread(target=_pass_on, args=(name, children[name]), daemon=True).start()
            if name == "web":
                # The first page first: on two cores three processes that import at once delay each other.
                threading.Thread(target=_greet, args=(port, address, accounts, folder, answered), daemon=True).start()
                _watch(children, until=answered)
        _watch(children, until=None)
    except Stopped:
        with contextlib.suppress(OSError):
            print("\nEnding …", flush=True)
        return 0
    finally:
        end(list(children.values()))
        os.close(lock)
    return 0


def _pass_on(name: str, child: subprocess.Popen[str]) -> None:
    for line in child.stdout or ():
        with contextlib.suppress(OSError):  # nobody reads us any more; the child must not feel it
            print(f"{name:6} | {line}", end="", flush=True)


def _greet(port: int, address: str, accounts: str, folder: Path, answered: threading.Event) -> None:
    """Says where the platform is once its first page has answered."""
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    outcome = "no page has answered yet; the lines above may say why."
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=30):
                outcome = ""
        except urllib.error.HTTPError as error:
            outcome = f"the first page answers with an error ({error.code})."
        except OSError:
            time.sleep(0.1)
            continue
        break
    if outcome:
        print(f"\nhandlekraft: {outcome}", file=sys.stderr, flush=True)
    else:
        told = "\n".join(line for line in accounts.splitlines() if not line.endswith("…"))  # not what it was doing
        print(
            f"\nHandlekraft answers at {address}/, and {address}/nb/demo/ says what to try.\n\n{told.strip()}\n",
            flush=True,
        )
        print(f"Its data lies in {folder}. Ctrl-C ends it.\n", flush=True)
    answered.set()


def _watch(children: Mapping[str, subprocess.Popen[str]], *, until: threading.Event | None) -> None:
    """Until that happens; earlier when a child ends by itself, or the make that started us is gone."""
    make = os.getppid() if "MAKELEVEL" in os.environ else None
    while until is None or not until.is_set():
        for name, child in children.items():
            if child.poll() is not None:
                raise CannotStartError(f"{name} has ended by itself (status {child.returncode}); ended the rest.")
        if _asked or (make is not None and (os.getppid() != make or _make_was_interrupted(make))):
            raise Stopped
        time.sleep(0.1)


def _make_was_interrupted(make: int) -> bool:
    """GNU make hands SIGTERM on but not SIGINT, which it expects the terminal to have sent to everybody.

    Sent to make alone it only waits for us. It has then put the signal back to its default, and Linux
    shows that.
    """
    try:
        status = Path(f"/proc/{make}/status").read_text()
    except OSError:
        return False
    masks = dict(line.split(":\t", 1) for line in status.splitlines() if line.startswith("Sig"))
    interrupt = 1 << (signal.SIGINT - 1)
    handled = int(masks.get("SigCgt", "0"), 16) | int(masks.get("SigIgn", "0"), 16)
    return "SigCgt" in masks and not handled & interrupt


def main() -> int:
    if sys.argv[1:2] == ["become"]:
        return become(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["preflight", "run"])
    parser.add_argument("--port", default="8000")
    parser.add_argument("--data-dir", default=".data")
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask)
    try:
        port, folder = port_number(arguments.port), data_folder(arguments.data_dir)
        return run(port, folder) if arguments.what == "run" else 0
    except CannotStartError as error:
        text = str(error)
        print(text if "\nhandlekraft: " in text else f"handlekraft: {text}", file=sys.stderr)
        return 1
    except Stopped:
        return 130


if __name__ == "__main__":
    sys.exit(main())
