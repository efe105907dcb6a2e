from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    name = "evidence"
    verbose_name = _("Dokumentasjon")

    def ready(self) -> None:
        from accounts.signals import person_erase, person_export, person_merge
        from evidence import receivers

        person_export.answered_by(receivers.export_evidence, *receivers.FIELDS)
        person_erase.answered_by(receivers.erase_evidence, *receivers.FIELDS)
        person_merge.answered_by(receivers.merge_evidence, *receivers.FIELDS)
