"""Courses as files (courses/content/README.md): read into pages, and written back."""

from courses.curriculum.exporting import export_curriculum
from courses.curriculum.files import CONTENT, ContentFileError
from courses.curriculum.loading import Loaded, load_course, load_curriculum

__all__ = ["CONTENT", "ContentFileError", "Loaded", "export_curriculum", "load_course", "load_curriculum"]
