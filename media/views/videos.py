"""Films in parts, their texts, and what the player tells of its viewer."""

import hashlib
import json
import uuid
from typing import TypeVar

from django.contrib.auth.decorators import login_required
from django.core.files.base import File
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agencies.access import AuthenticatedRequest
from common.limits import within_limit
from media.access import may_watch
from media.models import Video, VideoTrack
from media.services.videos import read_transcript, report_watched
from media.views.parts import answer_part
from media.watching import ReportError, read_second, read_stretches

LONGEST_BODY = 64 * 1024
_LARGEST_SEQUENCE = 2**53 - 1  # the largest whole number that a browser counts exactly

R = TypeVar("R", bound=HttpResponseBase)


def _video(request: AuthenticatedRequest, video_id: uuid.UUID) -> Video:
    video = get_object_or_404(Video, public_id=video_id)
    if not may_watch(request.user, video):
        raise Http404
    return video


# --- the film itself --------------------------------------------------------------------------------


@login_required
@require_safe
def film(request: AuthenticatedRequest, video_id: uuid.UUID) -> HttpResponseBase:
    """The file, or the part that the player asks for."""
    video = _video(request, video_id)
    try:
        file: File[bytes] = video.file.open("rb")
        size = int(video.file.size)
    except (OSError, ValueError) as error:
        raise Http404 from error
    name = hashlib.sha256(f"{video.file.name}:{size}".encode()).hexdigest()[:32]
    response = answer_part(request, file, size=size, mime_type=video.mime_type, etag=f'"{name}"')
    response["Cache-Control"] = "private, max-age=3600"
    return _harmless(response)


@login_required
@require_safe
def track(request: AuthenticatedRequest, video_id: uuid.UUID, track_id: int) -> HttpResponse:
    """Captions, descriptions or chapters. They may be corrected at any time, so the browser asks each time."""
    found = get_object_or_404(VideoTrack, video=_video(request, video_id), pk=track_id)
    response = HttpResponse(found.text, content_type="text/vtt; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    return _harmless(response)


def _harmless(response: R) -> R:
    """Opened by itself it runs nothing, and no other site shows it."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


# --- what she has seen ------------------------------------------------------------------------------


@login_required
@require_POST
def watched(request: AuthenticatedRequest, video_id: uuid.UUID) -> JsonResponse:
    """Takes in `{"position": seconds, "ranges": [[from, to], …], "sequence": number}` from her own player.

    Answers with all that is counted: what is not among it the player keeps, and tells again.
    """
    video = _video(request, video_id)
    if not within_limit(request, "video", times=3000, seconds=3600, sender=str(request.user.pk)):
        return JsonResponse({"message": _("Det kom for mye på en gang. Prøv igjen om litt.")}, status=429)
    try:
        if len(request.body) > LONGEST_BODY:
            raise ReportError
        told = json.loads(request.body)
        if not isinstance(told, dict):
            raise ReportError
        sequence = told.get("sequence", 0)
        if type(sequence) is not int or not 0 <= sequence <= _LARGEST_SEQUENCE:
            raise ReportError
        position, stretches = read_second(told.get("position")), read_stretches(told.get("ranges"))
    except (ReportError, ValueError, RecursionError):
        return JsonResponse({"message": _("Dette kunne ikke lagres. Last siden på nytt.")}, status=400)
    row = report_watched(person=request.user, video=video, stretches=stretches, position=position, sequence=sequence)
    return JsonResponse({"ranges": row.ranges, "seen": row.is_seen})


@login_required
@require_POST
def transcript_read(request: AuthenticatedRequest, video_id: uuid.UUID) -> HttpResponse:
    """She has read the video as text, which is as good as seeing it. Back to where she was."""
    video = _video(request, video_id)
    if not video.transcript:
        raise Http404
    read_transcript(person=request.user, video=video)
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "home")
