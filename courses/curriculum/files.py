"""The files of a course, as courses/content/README.md describes them: read, and written."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from common.in_step import written
from common.translated import LANGUAGES

CONTENT = Path(__file__).parents[1] / "content"
COURSE_FILE, BANK_FILE, IMAGES = "course.yaml", "bank.yaml", "images"
_MODULE = re.compile(r"([A-Z]+\d+)\.([a-z]{2})\.yaml")

Form = dict[str, Any]


class ContentFileError(ValueError):
    """A file cannot be used. The message begins with its name and says what is wrong and where."""


@dataclass
class CourseFiles:
    """One course's folder. `modules` are by code and language; not every module is in every language."""

    name: str
    course: Form
    modules: dict[tuple[str, str], Form] = field(default_factory=dict)
    bank: Form | None = None
    images: dict[str, Path] = field(default_factory=dict)

    @property
    def codes(self) -> list[str]:
        return [module["code"] for module in self.course["modules"]]


def course_folders(content: Path) -> list[Path]:
    """The folders that hold a course; the foundation first, since others build on it."""
    found = [file.parent for file in content.glob(f"*/{COURSE_FILE}")]
    return sorted(found, key=lambda folder: (folder.name != "grunnkurs", folder.name))


def read_course(folder: Path) -> CourseFiles:
    """Raises ContentFileError for what cannot be read, and for a module that course.yaml does not know."""
    files = CourseFiles(folder.name, _read(folder / COURSE_FILE, ("key", "nb", "modules")))
    for file in sorted(folder.glob("*.??.yaml")):
        found = _MODULE.fullmatch(file.name)
        if found is None or found[1] not in files.codes or found[2] not in LANGUAGES:
            raise ContentFileError(f"{folder.name}/{file.name}: {COURSE_FILE} has no such module")
        wanted = ("title", "slug", "lead", "objectives")
        files.modules[found[1], found[2]] = _read(file, wanted)
    for code in files.codes:
        if (code, LANGUAGES[0]) not in files.modules:
            raise ContentFileError(f"{folder.name}/{code}.{LANGUAGES[0]}.yaml: there is no such file")
    if (folder / BANK_FILE).exists():
        files.bank = _read(folder / BANK_FILE, ("topics", "items", "quiz"))
    if (folder / IMAGES).is_dir():
        files.images = {file.name: file for file in sorted((folder / IMAGES).iterdir())}
    return files


def write_course(files: CourseFiles, folder: Path) -> None:
    """Writes the whole folder, and takes away modules that are not in the course any more."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.??.yaml"):
        found = _MODULE.fullmatch(file.name)
        if found and (found[1], found[2]) not in files.modules:
            file.unlink()
    _write(folder / COURSE_FILE, files.course)
    for (code, language), form in files.modules.items():
        _write(folder / f"{code}.{language}.yaml", form)
    if files.bank is not None:
        _write(folder / BANK_FILE, files.bank)
    for name, place in files.images.items():
        target = folder / IMAGES / name
        target.parent.mkdir(exist_ok=True)
        if not target.exists() or target.read_bytes() != place.read_bytes():
            target.write_bytes(place.read_bytes())


def _read(file: Path, wanted: tuple[str, ...]) -> Form:
    where = f"{file.parent.name}/{file.name}"
    try:
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ContentFileError(f"{where}: cannot be read ({error})") from error
    except yaml.YAMLError as error:
        raise ContentFileError(f"{where}: is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(read, dict):
        raise ContentFileError(f"{where}: is not what a file of a course holds")
    missing = [key for key in wanted if key not in read]
    if missing:
        raise ContentFileError(f"{where}: lacks {', '.join(missing)}")
    return read


def _write(file: Path, form: Form) -> None:
    file.write_text(written(form), encoding="utf-8")
