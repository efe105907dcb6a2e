"""What the frame of an activity asks for. The address itself is the permission (media.playing)."""

import os
from typing import TypeVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from media.bundles import TYPES, guarded, script_bundle, style_bundle
from media.h5p.package import extension
from media.models import H5PVersion
from media.playing import AddressError, Playable, libraries_key, read_content_key, read_libraries_key, seconds_left
from media.reading import content_base, in_order, libraries_base, read_player
from media.services.files import FileGoneError, open_file
from media.views.parts import answer_part

R = TypeVar("R", bound=HttpResponseBase)


@require_safe
@xframe_options_exempt  # the policy below says who may frame it
@gzip_page
def player(request: HttpRequest, key: str, language: str) -> HttpResponse:
    """The page in the frame: one activity, nothing about whoever uses it. Her place is handed in by the page around."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        found = read_player(_content_of(key), key)
        if found is None:
            raise Http404
        version, integration = found
        libraries = libraries_key(_content_of(key).library_ids)
        context = {
            "version": version,
            "integration": integration,
            "script": reverse("h5p_bundle", args=[libraries, "samlet.js"]),
            "style": reverse("h5p_bundle", args=[libraries, "samlet.css"]),
            "site": settings.BASE_URL if settings.H5P_PLAYER_ORIGIN else _origin(request),
        }
        response = render(request, "media/player.html", context)
    response["Content-Security-Policy"] = _policy(request, key, libraries)
    return _kept(response)


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _policy(request: HttpRequest, key: str, libraries: str) -> str:
    """What the player's page may do: run and show what lies under its own two addresses, and nothing else at all.

    'self' means nothing in a document without an origin, so the places are named. Activities write style attributes.
    """
    here = _origin(request)
    files = f"{here}{content_base(key)}/ {here}{libraries_base(libraries)}/"
    ours = f"{here}{settings.STATIC_URL}h5p/ {here}{settings.STATIC_URL}media/"
    directives = [
        "default-src 'none'",
        f"script-src {files} {ours}",
        f"style-src {files} {ours} 'unsafe-inline'",
        f"img-src {files} {ours} data: blob:",
        f"font-src {files} {ours} data:",
        f"media-src {files} data: blob:",
        f"connect-src {files}",
        f"frame-ancestors {settings.BASE_URL if settings.H5P_PLAYER_ORIGIN else here}",
        "form-action 'none'",
        "base-uri 'none'",
    ]
    if not settings.H5P_PLAYER_ORIGIN:
        directives.append("sandbox allow-scripts")
    return "; ".join(directives)


@require_safe
@gzip_page
def bundle(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """All scripts, or all style sheets, of the libraries in one file, in the order they must be loaded in."""
    libraries = in_order(_libraries_of(key))
    if libraries is None:
        raise Http404
    make = {"samlet.js": script_bundle, "samlet.css": style_bundle}.get(name)
    if make is None:
        raise Http404
    try:
        return _kept(_harmless(HttpResponse(make(libraries), content_type=TYPES[extension(name)])))
    except FileGoneError as error:
        raise Http404 from error


@require_safe
def library_file(request: HttpRequest, key: str, folder: str, path: str) -> HttpResponseBase:
    """One file of a library: a picture or a font that a style sheet names, or what a script fetches itself."""
    libraries = in_order(_libraries_of(key)) or []
    library = next((library for library in libraries if library.name.folder == folder), None)
    return _file(request, library.files if library else {}, path)


@require_safe
def content_file(request: HttpRequest, key: str, version_id: int, path: str) -> HttpResponseBase:
    """One file of the content: a picture, a film, a sound."""
    if _content_of(key).version_id != version_id:
        raise Http404
    version = get_object_or_404(H5PVersion.objects.defer("params"), pk=version_id)
    return _file(request, version.files, path)


def _content_of(key: str) -> Playable:
    try:
        return read_content_key(key)
    except AddressError as error:
        raise Http404 from error


def _libraries_of(key: str) -> tuple[int, ...]:
    try:
        return read_libraries_key(key)
    except AddressError as error:
        raise Http404 from error


def _file(request: HttpRequest, files: dict[str, str], path: str) -> HttpResponseBase:
    if path not in files:
        raise Http404
    try:
        file = open_file(files[path])
    except FileGoneError as error:
        raise Http404 from error
    kind = TYPES.get(extension(path), "application/octet-stream")
    if extension(path) == "js":
        with file:
            return _kept(_harmless(HttpResponse(guarded(file), content_type=kind)))
    size = file.seek(0, os.SEEK_END)
    return _kept(_harmless(answer_part(request, file, size=size, mime_type=kind, etag=f'"{files[path]}"')))


def _harmless(response: R) -> R:
    """Opened by itself it runs nothing; and a frame without an origin may read it, as fonts must be."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _kept(response: R) -> R:
    """Kept by the browser for as long as the address is good: what it names never changes."""
    response["Cache-Control"] = f"private, max-age={seconds_left()}, immutable"
    response["Referrer-Policy"] = "no-referrer"
    return response
