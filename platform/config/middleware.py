"""The content security policy of the Wagtail admin.

Our own pages are strict: nothing inline at all. Wagtail's admin writes style attributes, and starts some of
its widgets by a small script beside them. Those scripts are calls of Wagtail's own functions with data in
them, so their text differs from field to field and from language to language. Each is allowed by the exact
hash of its text, and only if its text is such a call and nothing else; any other inline script stays
forbidden, and so does inline script everywhere outside the admin.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from csp.constants import HEADER
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property

_STRING = r'"(?:[^"\\<]|\\.)*"'
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# The calls that Wagtail 8 writes: date and time fields, choosers, rows that can be added.
_CALLS = (
    re.compile(rf"init(?:Date|DateTime|Time)Chooser\((?P<id>{_STRING}), (?P<data>\{{.*\}})\);"),
    re.compile(
        r"new (?:Chooser|PageChooser|ImageChooser|DocumentChooser|SnippetChooser|TaskChooser|UserChooser)"
        rf"\((?P<id>{_STRING}), (?P<data>\{{.*\}})\);"
    ),
    re.compile(
        r"\s*\(function\(\) \{\s*var panel = new (?:InlinePanel|MultipleChooserPanel)"
        rf"\(JSON\.parse\((?P<id>{_STRING})\)\);\s*\}}\)\(\);\s*"
    ),
)
# A row that is added gets the next number in the browser. That many can be added before the page is saved.
_ROW = "__prefix__"
_NEW_ROWS = 12
_IN_NEW_ROW = re.compile(rf'\("id_(?P<formset>[\w-]+?)-{_ROW}-')
_ROWS_HERE = re.compile(r'name="(?P<formset>[\w-]+)-INITIAL_FORMS" value="(?P<count>\d+)"')


class AdminContentSecurityPolicyMiddleware:
    """Goes directly after CSPMiddleware, which turns what is decided here into the header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    @cached_property
    def admin(self) -> str:
        return reverse("wagtailadmin_home")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(self.admin):
            # The attributes by which django-csp is told are not known to the type of a response, hence setattr.
            setattr(response, "_csp_update", admin_policy(response))  # noqa: B010  see above
            # Previews are framed by the editor, and by nobody else. A preview is a page of ours that has been through
            # all middleware under its own address, so it brings its own strict policy: that stays, but for the frame.
            setattr(response, "_csp_replace", {"frame-ancestors": ["'self'"]})  # noqa: B010  see above
            if HEADER in response:
                response[HEADER] = re.sub(r"frame-ancestors [^;]*", "frame-ancestors 'self'", response[HEADER])
            response["X-Frame-Options"] = "SAMEORIGIN"
        return response


def admin_policy(response: HttpResponse) -> dict[str, list[str]]:
    """What a page of the admin needs beyond our own policy."""
    policy = {
        "style-src": ["'unsafe-inline'"],
        "img-src": ["blob:"],  # a picture is shown before it is uploaded
        "frame-src": ["'self'"],  # previews
        "media-src": ["'self'"],  # a video on its own page
    }
    if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
        hashes = sorted({f"'sha256-{_hash(text)}'" for text in allowed_scripts(response.content.decode())})
        policy["script-src"] = hashes
    return policy


def allowed_scripts(page: str) -> Iterator[str]:
    """The inline scripts of a page that only call a function of Wagtail's with data."""
    rows = {found["formset"]: int(found["count"]) for found in _ROWS_HERE.finditer(page)}
    for text in _INLINE.findall(page):
        if not only_calls_wagtail(text):
            continue
        yield text
        if found := _IN_NEW_ROW.search(text):
            first = rows.get(found["formset"], 0)
            for number in range(first, first + _NEW_ROWS):
                yield text.replace(_ROW, str(number))


def only_calls_wagtail(text: str) -> bool:
    """Whether a script is one of the known calls, with nothing but data between its brackets."""
    for call in _CALLS:
        if found := call.fullmatch(text):
            return _is_data(found.groupdict().get("data", "{}"))
    return False


def _is_data(text: str | None) -> bool:
    try:
        value: Any = json.loads(text or "")
    except ValueError:
        return False
    return isinstance(value, dict)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
