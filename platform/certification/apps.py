from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificationConfig(AppConfig):
    name = "certification"
    verbose_name = _("Sertifisering")

    def ready(self) -> None:
        from accounts.signals import person_erase, person_export, person_merge
        from agencies.signals import memberships_changed
        from certification import receivers
        from certification.services.persons import FIELDS
        from evidence.signals import evidence_recorded

        evidence_recorded.connect(receivers.settle_after_evidence)
        memberships_changed.connect(receivers.settle_after_memberships)
        person_export.answered_by(receivers.export_person, *FIELDS)
        person_erase.answered_by(receivers.erase_person, *FIELDS)
        person_merge.answered_by(receivers.merge_person, *FIELDS)
