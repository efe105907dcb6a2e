"""Where the browser for journeys is."""

import os
import shutil


def chromium() -> str | None:
    """The path of Chromium: $CHROMIUM, or the first of its usual names on the PATH. None where there is none."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
