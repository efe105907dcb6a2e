"""Compiles requirements/*.in to lock files with hashes, and package.json to its lock file.

Nothing about the index that answered is written down: a lock must hold on any machine.
"""

# ruff: noqa: S603  the commands are lists of our own words, and no shell reads them

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST_PYTHON = "3.11"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        uv = shutil.which("uv") or fetched_uv(Path(folder))
        for name in ("base", "dev", "node"):
            print(f"requirements/{name}.txt", flush=True)
            command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST_PYTHON]
            command += ["--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]
            command += [*sys.argv[1:], f"{name}.in", "--output-file", f"{name}.txt"]
            if subprocess.run(command, cwd=ROOT / "requirements", stdout=subprocess.DEVNULL).returncode:
                return 1
    if npm := shutil.which("npm"):
        print("package-lock.json", flush=True)
        command = [npm, "install", "--package-lock-only", "--ignore-scripts", "--loglevel=error"]
        return subprocess.run(command, cwd=ROOT).returncode
    print("package-lock.json is left as it was: npm is not on this machine", file=sys.stderr)
    return 0


def fetched_uv(folder: Path) -> str:
    """uv, installed into a folder that goes away with this run."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "install", "-qq", "uv"], check=True)
    return str(folder / "bin" / "uv")


if __name__ == "__main__":
    sys.exit(main())
