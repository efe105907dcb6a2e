"""Where the browser for journeys is, and what is done when there is none: said loudly, and only journeys skipped.

A pytest plugin: tests/conftest.py names it in `pytest_plugins`.
"""

import os
import shutil

import pytest

_MISSING = "there is no Chromium on this machine"


def chromium() -> str | None:
    """The path of Chromium: $CHROMIUM, or the first of its usual names on the PATH. None where there is none."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("REQUIRE_BROWSER", "0") not in ("", "0") and not chromium():
        raise pytest.UsageError(f"REQUIRE_BROWSER is set, and {_MISSING}.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium():
        return
    for item in items:
        if item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.skip(reason=_MISSING))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    # From the reports and not from the collection: with several workers only they collect.
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if _MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} journeys were not run: {_MISSING}.", red=True)
        terminalreporter.line("Install it (Debian: apt install chromium) or name it in CHROMIUM.", red=True)
