"""Where the browser for journeys is, and what is done when there is none: said loudly, and only journeys skipped.

A pytest plugin: tests/conftest.py names it in `pytest_plugins`.
"""

import os
import shutil

import pytest

_MISSING = pytest.StashKey[int]()


def chromium() -> str | None:
    """The path of Chromium: $CHROMIUM, or the first of its usual names on the PATH. None where there is none."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    journeys = [item for item in items if item.get_closest_marker("journey")]
    if not journeys or chromium():
        return
    if os.environ.get("REQUIRE_BROWSER", "0") not in ("", "0"):
        raise pytest.UsageError("REQUIRE_BROWSER is set and there is no Chromium on this machine.")
    config.stash[_MISSING] = len(journeys)
    for item in journeys:
        item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if skipped := config.stash.get(_MISSING, 0):
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(f"{skipped} journeys were not run: there is no Chromium on this machine.", red=True)
        terminalreporter.line("Install it (Debian: apt install chromium) or name it in CHROMIUM.", red=True)
