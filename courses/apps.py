from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Kurs")

    def ready(self) -> None:
        from courses import receivers

        receivers.connect(self)
