"""The trainer's form for a module."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks import StreamBlockValidationError
from wagtail.models import Locale


class ModulePageForm(WagtailAdminPageForm):
    """Nothing is taught without a text: here, or in Bokmål where it is not translated yet."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("translated") and "parts" in cleaned and not cleaned["parts"]:
            error = ValidationError(_("Modulen må ha minst én del."))
            self.add_error("parts", StreamBlockValidationError(non_block_errors=[error]))
        if cleaned.get("translated") is False and self.instance.locale_id in (None, Locale.get_default().pk):
            self.add_error("translated", _("På bokmål må teksten stå her."))
        return cleaned
