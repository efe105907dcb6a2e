"""What forms share, whatever they are about."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


class ServiceForm(forms.Form):
    """A form whose data a service checks: what the service refuses is shown where it belongs."""

    def show(self, error: ValidationError) -> None:
        """What the service refused, at the field that it concerns."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields and name != NON_FIELD_ERRORS else None, errors)
