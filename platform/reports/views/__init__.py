"""Pages for managers: the report, the people, one person."""

from reports.views.people import people, people_csv, person
from reports.views.report import report, report_csv, report_unit

__all__ = ["people", "people_csv", "person", "report", "report_csv", "report_unit"]
