"""`make run` says in one line what stops it, and leaves no process behind."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import launcher

ROOT = Path(__file__).resolve().parents[2]
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not on this machine")


def launch(what: str, *, port: object, folder: object) -> "subprocess.CompletedProcess[str]":
    command = [
        sys.executable,
        "-I",
        "platform/config/launcher.py",
        what,
        "--port",
        str(port),
        "--data-dir",
        str(folder),
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def says_one_line(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert line.startswith("handlekraft: ")
    return line


@pytest.fixture
def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize("what", ["preflight", "run"])
def test_a_taken_port(what, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        line = says_one_line(launch(what, port=port, folder=tmp_path))
    assert f"port {port} is taken" in line
    assert f"PORT={port + 1}" in line


@pytest.mark.parametrize("port", ["0", "65536", "eight", "-1", ""])
def test_a_port_that_is_none(port, tmp_path):
    assert "PORT must be a number" in says_one_line(launch("preflight", port=port, folder=tmp_path))


@pytest.mark.parametrize("what", ["preflight", "run"])
def test_a_data_folder_that_cannot_be_written_to(what, free_port, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    line = says_one_line(launch(what, port=free_port, folder=in_the_way / "data"))
    assert f"{in_the_way}/data cannot be written to" in line


def test_a_data_folder_that_is_in_use(free_port, tmp_path):
    lock = launcher.alone_in(tmp_path)
    line = says_one_line(launch("run", port=free_port, folder=tmp_path))
    os.close(lock)
    assert "already running" in line


def test_preflight_is_silent_when_nothing_stops_a_start(free_port, tmp_path):
    done = launch("preflight", port=free_port, folder=tmp_path / "a folder" / "with æøå")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list((tmp_path / "a folder" / "with æøå").iterdir())


def make(folder: Path, python: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """make in a folder where nothing has been installed."""
    shutil.copy(ROOT / "Makefile", folder)
    command = ["make", "--no-print-directory", f"PYTHON={python}", *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def pretend_python(folder: Path, *, fails_on: str) -> Path:
    """A python3 that fails on what it is asked to run if that has certain words in it."""
    script = folder / "python3"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *--version*) echo "Python 3.9.2";; *"{fails_on}"*) echo boom >&2; exit 1;; esac\n'
    )
    script.chmod(0o755)
    return script


@needs_make
def test_a_python_that_is_too_old(tmp_path):
    done = make(tmp_path, pretend_python(tmp_path, fails_on="version_info"), "run")
    line, *rest = done.stderr.splitlines()
    assert line == "handlekraft: Python 3.11 or newer is needed; here is Python 3.9.2."
    assert all(other.startswith("make: ***") for other in rest)
    assert done.returncode != 0


@needs_make
def test_a_python_without_venv(tmp_path):
    done = make(tmp_path, pretend_python(tmp_path, fails_on="ensurepip"), "run")
    line, *rest = done.stderr.splitlines()
    assert "no venv module" in line
    assert "python3-venv" in line
    assert all(other.startswith("make: ***") for other in rest)
    assert done.returncode != 0


@needs_make
def test_help_is_what_make_says_first_and_names_every_command(tmp_path):
    done = make(tmp_path, Path(sys.executable))
    assert done.returncode == 0
    for name in ("install", "run", "test", "check", "bench", "lock", "clean"):
        assert f"make {name} " in done.stdout


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at Linux's list of processes")
def test_a_child_that_will_not_end_is_ended_with_all_it_started(monkeypatch, tmp_path):
    monkeypatch.setattr(launcher, "GRACE_SECONDS", 0.3)
    script = "trap '' TERM; sleep 60 & echo $! > pids; echo $$ >> pids; wait; wait; sleep 60"
    child = launcher.start(["/bin/sh", "-c", f"cd '{tmp_path}'; {script}"], os.environ)
    pids = tmp_path / "pids"
    until = time.monotonic() + 10
    while not (pids.exists() and len(pids.read_text().split()) == 2) and time.monotonic() < until:
        time.sleep(0.02)
    started = [int(pid) for pid in pids.read_text().split()]
    assert all(is_running(pid) for pid in started)
    launcher.end([child])
    assert child.returncode is not None
    child.stdout.close()
    until = time.monotonic() + 5
    while any(is_running(pid) for pid in started) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(is_running(pid) for pid in started)


def test_a_step_that_fails_shows_what_it_printed_and_then_one_line(tmp_path):
    with pytest.raises(launcher.CannotStartError) as caught:
        launcher.step("Doing this …", [sys.executable, "-c", "print('what it said'); raise SystemExit(3)"], os.environ)
    assert str(caught.value).splitlines() == ["what it said", "handlekraft: this failed: Doing this (see above)."]
