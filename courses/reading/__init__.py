"""What learners read, and how far they have come: read models with a constant number of queries."""

from courses.reading.modules import ModuleReading, MovedError, NextModule, PartReading, read_module
from courses.reading.overview import CourseOverview, ModuleOverview, State, course_overview
from courses.reading.paths import PathStepReading, path_steps
from courses.reading.printing import PrintedModule, read_printed

__all__ = [
    "CourseOverview",
    "ModuleOverview",
    "ModuleReading",
    "MovedError",
    "NextModule",
    "PartReading",
    "PathStepReading",
    "PrintedModule",
    "State",
    "course_overview",
    "path_steps",
    "read_module",
    "read_printed",
]
