from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Rapporter")

    def ready(self) -> None:
        from accounts.signals import person_erase, person_export, person_merge
        from agencies.signals import unit_moved
        from certification.signals import standings_settled
        from reports import receivers

        standings_settled.connect(receivers.count_after_settle, dispatch_uid="reports.count_after_settle")
        unit_moved.connect(receivers.count_after_move, dispatch_uid="reports.count_after_move")
        person_export.answered_by(receivers.export_counted, *receivers.FIELDS)
        person_erase.answered_by(receivers.count_no_more, *receivers.FIELDS)
        person_merge.answered_by(receivers.merge_counted, *receivers.FIELDS)
