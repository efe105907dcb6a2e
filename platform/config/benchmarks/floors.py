"""The least work that could do the same: addresses that exist only while benchmarks run."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config import urls


@login_required
def signed_in(request: HttpRequest) -> HttpResponse:
    """A session, a user, and nothing else: what any page for someone signed in must do at least."""
    return HttpResponse("ok")


urlpatterns = [path("gulv/", signed_in), *urls.urlpatterns]
handler404, handler403, handler500 = urls.handler404, urls.handler403, urls.handler500
