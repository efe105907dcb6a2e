"""What the agencies do when something happens to an account."""

from typing import Any

from django.http import HttpRequest

from agencies.middleware import SECOND_FACTOR


def ask_again_for_second_factor(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """The session no longer knows that there is one."""
    request.session.pop(SECOND_FACTOR, None)
