"""The player's own origin, where there is one: it serves the player's files and nothing else of the platform."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

# Whatever else answered there would be open to the scripts of every activity.
_SERVED = ("/h5p/s/", "/h5p/b/", settings.STATIC_URL)


class PlayerOriginMiddleware:
    """Comes before everything that knows people: on the player's host there is no session and no page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        theirs = bool(settings.PLAYER_HOSTS) and request.get_host().partition(":")[0] in settings.PLAYER_HOSTS
        if theirs and not request.path.startswith(_SERVED):
            return HttpResponseNotFound()
        return self.get_response(request)
