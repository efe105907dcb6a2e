"""A file that is moved about in without being fetched whole: films, on pages and inside activities."""

from collections.abc import Iterator
from typing import BinaryIO

from django.core.files.base import File
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from media.byte_ranges import OutOfReachError, Part, read_range

_CHUNK = 64 * 1024


def answer_part(
    request: HttpRequest, file: "BinaryIO | File[bytes]", *, size: int, mime_type: str, etag: str
) -> HttpResponseBase:
    """The file, or the part of it that the browser asks for, or that it has it already. Closes the file when done."""
    part = None
    same = request.headers.get("If-Range", etag) == etag
    if request.method == "GET" and same:
        try:
            part = read_range(request.headers.get("Range", ""), size)
        except OutOfReachError:
            file.close()
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}, content_type=mime_type)
    response: HttpResponseBase
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None or request.method == "HEAD":
        file.close()
        response = unchanged or HttpResponse(content_type=mime_type, headers={"Content-Length": str(size)})
    else:
        status = 200 if part is None else 206
        whole = part or Part(0, size - 1)
        response = StreamingHttpResponse(_Chunks(file, whole), status=status, content_type=mime_type)
        response["Content-Length"] = str(whole.length)
        if part is not None:
            response["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    return response


class _Chunks:
    """A part of a file, a little at a time. Django closes it when the answer is sent, or given up."""

    def __init__(self, file: "BinaryIO | File[bytes]", part: Part) -> None:
        self.file = file
        self.part = part

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.part.first)
        left = self.part.length
        while left > 0 and (chunk := self.file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.file.close()
