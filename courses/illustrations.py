"""The platform's own pictures of courses and modules: paths, doors and light, as SVG files that lie with the styles."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "courses" / "illustrations"


@cache
def illustrations() -> list[tuple[str, str]]:
    """To choose from: the code of a course or module, which names the file."""
    return [(file.stem, file.stem) for file in sorted(FOLDER.glob("*.svg"))]
