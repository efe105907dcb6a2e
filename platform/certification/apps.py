from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificationConfig(AppConfig):
    name = "certification"
    verbose_name = _("Sertifisering")

    def ready(self) -> None:
        from agencies.signals import memberships_changed
        from certification import receivers
        from evidence.signals import evidence_recorded

        evidence_recorded.connect(receivers.settle_after_evidence)
        memberships_changed.connect(receivers.settle_after_memberships)
