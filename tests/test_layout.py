"""The house is built as docs and contracts say: where things lie, what git keeps, what nobody may write down."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
AT_THE_ROOT = {
    *(".ci", ".gitignore", ".npmrc", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "assessments", "courses"),
    *("docs", "manage.py", "media", "package-lock.json", "package.json", "platform", "pyproject.toml"),
    *("requirements", "tests"),
}
LINES = {"code": 410, "tests": 500}  # “about 400”; what is longer has two nouns
# In two parts each, so that this file does not name what it forbids.
REGISTRIES = ["pypi" + r"\.org", "python" + r"hosted\.org", "registry\\." + "(npmjs|yarnpkg)", '"resolved' + '":']
INDEX_LINES = [r"^\s*--(extra-)?" + "index-url", r"^\s*--find" + "-links"]
MACHINE_PATHS = [r"(?<![\w.<>])/" + name + r"/[\w.]" for name in ("root", "home", "work", "Users", "opt")]


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        pytest.skip(f"this is not a clone: {done.stderr.strip()}")
    return done.stdout


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """What git keeps, or would keep if it were added now."""
    names = git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def packages() -> set[str]:
    """The folders that are apps, config among them."""
    found = {path.parent.name for path in (ROOT / "platform").glob("*/__init__.py")}
    return found | {path.parent.name for path in ROOT.glob("*/__init__.py")}


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""  # a picture


def test_platform_is_a_plain_folder():
    """With an __init__.py it would shadow the standard library's module of the same name."""
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_tests_are_no_packages():
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_the_root_holds_what_the_design_says_and_nothing_else(files):
    assert {path.relative_to(ROOT).parts[0] for path in files} == AT_THE_ROOT


def test_every_app_is_under_every_contract():
    contracts = {contract["type"]: [] for contract in PYPROJECT["tool"]["importlinter"]["contracts"]}
    for contract in PYPROJECT["tool"]["importlinter"]["contracts"]:
        contracts[contract["type"]].append(contract)
    between, inside = contracts["layers"]
    assert set(PYPROJECT["tool"]["importlinter"]["root_packages"]) == packages()
    assert set(between["layers"]) == packages()
    assert set(inside["containers"]) == packages() - {"config"}
    assert set(contracts["forbidden"][0]["source_modules"]) == packages() - {"config"}


def test_every_app_is_typed_and_packed():
    assert set(PYPROJECT["tool"]["mypy"]["packages"]) == packages()
    packed = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {Path(name).name for name in packed} == packages()
    assert all((ROOT / name / "__init__.py").exists() for name in packed)


def test_git_ignores_nothing_of_the_app_called_media():
    """Common templates of .gitignore list it, because others keep their uploads in a folder of that name."""
    wanted = ["media/models.py", "media/new/thing.py", "tests/media/test_x.py", "media/static/media/x.css"]
    assert git("check-ignore", "--no-index", *wanted) == ""


def test_common_has_no_models():
    assert not list(apps.get_app_config("common").get_models())
    assert not list((ROOT / "platform" / "common").glob("models*"))


def test_no_hand_written_file_is_long(files):
    written = [
        path for path in files if path.suffix in {".py", ".js", ".css", ".html"} and "migrations" not in path.parts
    ]
    long = {}
    for path in written:
        limit = LINES["tests" if path.is_relative_to(ROOT / "tests") else "code"]
        if (lines := len(text_of(path).splitlines())) > limit:
            long[str(path.relative_to(ROOT))] = lines
    assert not long


@pytest.mark.parametrize("pattern", [*REGISTRIES, *INDEX_LINES, *MACHINE_PATHS])
def test_no_file_names_a_package_registry_or_a_place_on_somebodys_machine(files, pattern):
    found = [str(path.relative_to(ROOT)) for path in files if re.search(pattern, text_of(path), re.MULTILINE)]
    assert not found
