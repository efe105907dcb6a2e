"""Forms of the person's own page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class LanguageForm(forms.ModelForm[User]):
    """Which language the platform speaks to her."""

    # Each language in its own words: a reader looks for hers, not for its name in another one.
    language = forms.ChoiceField(
        label=_("Språket Handlekraft bruker når du logger inn"),
        choices=[("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = User
        fields = ["language"]

    def save(self, commit: bool = True) -> Any:
        """Writes that one field and no other: another tab may have changed the rest."""
        self.instance.save(update_fields=["language"])
        return self.instance
