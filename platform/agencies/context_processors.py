"""What the menu offers: what the person may open."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from agencies.access import Purpose, may


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`nav`: which parts of the platform this person works in; `quick_exit_url`: where the exit leads."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": {}, "quick_exit_url": settings.QUICK_EXIT_URL, "demo": settings.DEMO}
    return {
        "nav": {purpose.name.lower(): may(user, purpose) for purpose in Purpose},
        "quick_exit_url": settings.QUICK_EXIT_URL,
        "demo": settings.DEMO,
    }
