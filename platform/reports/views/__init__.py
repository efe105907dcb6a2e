"""Pages for managers: the report, the people, one person."""

from reports.views.asof import person_asof, report_asof, report_asof_csv
from reports.views.people import people, people_csv, person
from reports.views.report import report, report_csv, report_unit

__all__ = [
    "people",
    "people_csv",
    "person",
    "person_asof",
    "report",
    "report_asof",
    "report_asof_csv",
    "report_csv",
    "report_unit",
]
