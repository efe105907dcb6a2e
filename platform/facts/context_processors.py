"""The help lines at the foot of every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from facts.models import ContactPoint


def help_lines(request: HttpRequest) -> dict[str, Any]:
    """`help_lines`: the lines shown on every page, read live so that a corrected number is correct at once."""
    return {"help_lines": SimpleLazyObject(lambda: list(ContactPoint.objects.filter(in_footer=True)))}
