"""Films made by hand: with frames that a browser draws, for what must play, and without, for what is only read."""

import base64
import math
import struct
from collections.abc import Sequence
from typing import Any

VTT = "WEBVTT\n\n00:00.000 --> 00:04.000\nHei, jeg heter Amira.\n\n00:04.000 --> 00:08.000\nKan du hjelpe meg?\n"
CHAPTERS = "WEBVTT\n\n00:00.000 --> 00:03.000\nVed døren\n\n00:03.000 --> 00:08.000\nSamtalen\n"

# --- WebM -------------------------------------------------------------------------------------------


def element(name: int, content: bytes) -> bytes:
    """An EBML element: its name, its length in eight bytes, what it holds."""
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + (len(content) | 1 << 56).to_bytes(8, "big") + content


def number(name: int, value: int) -> bytes:
    return element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def webm(
    seconds: float | None = 8.0,
    frames: Sequence[bytes] = (b"\0" * 40,) * 4,
    *,
    doc_type: str = "webm",
    kind: int = 1,
    width: int = 320,
    height: int = 180,
) -> bytes:
    """A whole film of one track (kind 1: picture, 2: sound), each frame a key frame."""
    head = element(
        0x1A45DFA3,
        number(0x4286, 1) + number(0x42F7, 1) + number(0x42F2, 4) + number(0x42F3, 8)
        + element(0x4282, doc_type.encode()) + number(0x4287, 2) + number(0x4285, 2),
    )  # fmt: skip
    duration = b"" if seconds is None else element(0x4489, struct.pack(">d", seconds * 1000))
    info = element(0x1549A966, number(0x2AD7B1, 1_000_000) + element(0x4D80, b"t") + element(0x5741, b"t") + duration)
    video = element(0xE0, number(0xB0, width) + number(0xBA, height))
    entry = number(0xD7, 1) + number(0x73C5, 1) + number(0x83, kind) + element(0x86, b"V_VP8") + video
    tracks = element(0x1654AE6B, element(0xAE, entry))
    step = (seconds if seconds is not None and math.isfinite(seconds) else 8.0) * 1000 / len(frames)
    clusters, places, at = b"", [], len(info) + len(tracks)
    for n, frame in enumerate(frames):
        places.append((int(n * step), at + len(clusters)))
        clusters += element(0x1F43B675, number(0xE7, int(n * step)) + element(0xA3, b"\x81\0\0\x80" + frame))
    cues = element(0x1C53BB6B, b"".join(
        element(0xBB, number(0xB3, time) + element(0xB7, number(0xF7, 1) + number(0xF1, place)))
        for time, place in places
    ))  # fmt: skip
    return head + element(0x18538067, info + tracks + clusters + cues)


_DRAW = """async ([count, width, height]) => {
  const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext("2d"), frames = [];
  const encoder = new VideoEncoder({
    output: (chunk) => { const data = new Uint8Array(chunk.byteLength); chunk.copyTo(data); frames.push(data); },
    error: (error) => { throw error; },
  });
  encoder.configure({ codec: "vp8", width, height, bitrate: 200_000 });
  for (let n = 0; n < count; n += 1) {
    pen.fillStyle = `hsl(${300 + n * 4} 45% ${28 + n}%)`;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = "#ffcf7d";
    pen.fillRect(width * 0.42, height * 0.25, width * 0.16, height * 0.75);
    pen.fillRect(n * width / count, height - 8, width / count, 8);
    const frame = new VideoFrame(canvas, { timestamp: n * 500_000 });
    encoder.encode(frame, { keyFrame: true });
    frame.close();
  }
  await encoder.flush();
  return frames.map((data) => btoa(String.fromCharCode(...data)));
}"""


def drawn_webm(page: Any, seconds: float = 8.0) -> bytes:
    """A film that plays: two pictures a second, drawn and coded by the browser of `page`, without waiting for them."""
    frames = page.evaluate(_DRAW, [int(seconds * 2), 320, 180])
    return webm(seconds, [base64.b64decode(frame) for frame in frames])


# --- MP4 --------------------------------------------------------------------------------------------


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


def ftyp(brand: bytes = b"isom", *others: bytes) -> bytes:
    return box(b"ftyp", brand + b"\0\0\2\0" + b"".join(others))


def mvhd(seconds: float = 8.0, *, long: bool = False, scale: int = 1000) -> bytes:
    if long:
        return box(b"mvhd", b"\1\0\0\0" + struct.pack(">QQIQ", 0, 0, scale, int(seconds * scale)) + b"\0" * 80)
    return box(b"mvhd", b"\0\0\0\0" + struct.pack(">IIII", 0, 0, scale, int(seconds * scale)) + b"\0" * 80)


def trak(handler: bytes = b"vide", coding: bytes = b"avc1") -> bytes:
    description = box(b"stsd", b"\0\0\0\0\0\0\0\1" + box(coding, b"\0" * 78))
    table = box(b"minf", box(b"stbl", description))
    return box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 13) + table))


def mp4(seconds: float = 8.0, *traks: bytes, brand: bytes = b"isom", more: bytes = b"", **header: Any) -> bytes:
    moov = box(b"moov", mvhd(seconds, **header) + b"".join(traks or (trak(), trak(b"soun", b"mp4a"))) + more)
    return ftyp(brand) + moov + box(b"mdat", b"\0" * 1000)
