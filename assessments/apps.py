from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("Prøver")

    def ready(self) -> None:
        from accounts.signals import person_erase, person_export, person_merge
        from assessments import receivers
        from assessments.services.persons import FIELDS

        person_export.answered_by(receivers.export_person, *FIELDS)
        person_erase.answered_by(receivers.erase_person, *FIELDS)
        person_merge.answered_by(receivers.merge_person, *FIELDS)
