"""Makes doors.webm and its still picture, the film of the demo. By hand, with the test packages installed:

    .venv/bin/python platform/config/demo/media/make_film.py

A browser draws and codes the pictures (VP8, no sound); this puts them into a WebM as its specification says (EBML).
"""

import base64
import shutil
import struct
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
FONT = Path("node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2")
WIDTH, HEIGHT, RATE, KEY_EVERY = 960, 540, 12, 108
# Seconds from which each stands in the picture, and how far the door is open by then.
SCENES = (
    (0, 0.0, "En elev stopper ved døren din.\nHun sier: «Det er ikke noe.»"),
    (9, 0.35, "Du trenger ikke vite alt.\nSi hva du har sett, og spør hvordan hun har det."),
    (18, 0.7, "Lov ikke å holde det hemmelig.\nSi hvem du må snakke med, og hvorfor."),
    (27, 1.0, "Avtal når dere snakkes igjen,\nog hvordan du trygt får tak i henne."),
)
SECONDS = 36
STILL = 24  # the second whose picture stands there before the film is played

_DRAW = """async ([count, rate, keyEvery, width, height, scenes, font, still]) => {
  let picture;
  const face = new FontFace("Inter", `url(data:font/woff2;base64,${font})`, { weight: "100 900" });
  document.fonts.add(await face.load());
  const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext("2d"), frames = [];
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      let text = "";
      for (const byte of data) text += String.fromCharCode(byte);
      frames.push([chunk.timestamp, chunk.type === "key", btoa(text)]);
    },
    error: (error) => { throw error; },
  });
  encoder.configure({ codec: "vp8", width, height, bitrate: 130_000, framerate: rate });
  const ease = (x) => x * x * (3 - 2 * x), mix = (a, b, x) => a + (b - a) * x;
  const shape = (color, ...points) => {
    pen.fillStyle = color;
    pen.beginPath();
    points.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    pen.fill();
  };
  const door = (x, y, w, h, open) => {
    const light = pen.createRadialGradient(x + w / 2, y + h / 2, 0, x + w / 2, y + h / 2, h * (0.6 + open));
    light.addColorStop(0, `rgb(255 207 125 / ${0.55 * open})`);
    light.addColorStop(1, "rgb(255 207 125 / 0)");
    pen.fillStyle = light;
    pen.fillRect(0, 0, width, height);
    const [left, right] = [x - 90 * open, x + w + 70 * open];
    shape(`rgb(255 207 125 / ${0.6 * open})`, [x, y + h], [x + w, y + h], [right, y + h + 90], [left, y + h + 90]);
    shape("#87527c", [x - 5, y - 5], [x + w + 5, y - 5], [x + w + 5, y + h], [x - 5, y + h]);
    shape(open > 0.01 ? "#ffcf7d" : "#582650", [x, y], [x + w, y], [x + w, y + h], [x, y + h]);
    const edge = w * (1 - open * 0.62), swing = 16 * open;
    shape("#35122e", [x, y], [x + edge, y + swing], [x + edge, y + h + swing], [x, y + h]);
    pen.fillStyle = "#ffcf7d";
    pen.beginPath();
    pen.arc(x + edge - 12, y + h * 0.55 + swing / 2, 4.5, 0, 7);
    pen.fill();
  };
  for (let n = 0; n < count; n += 1) {
    const at = n / rate;
    const now = scenes.findLastIndex(([from]) => at >= from);
    const [from, open, words] = scenes[now];
    const before = now ? scenes[now - 1][1] : 0;
    const opened = mix(before, open, ease(Math.min(1, (at - from) / 3)));
    pen.fillStyle = "#4a1d41";
    pen.fillRect(0, 0, width, height);
    shape("#6d3862", [0, 300], [width, 285], [width, height], [0, height]);
    shape("#582650", [0, 345], [width, 335], [width, height], [0, height]);
    door(150, 120, 96, 190, 0);
    door(714, 112, 96, 190, 0);
    door(424, 92, 112, 224, opened);
    pen.fillStyle = "rgb(36 12 31 / 82%)";
    pen.fillRect(0, 404, width, 136);
    pen.globalAlpha = Math.min(1, (at - from) / 0.6);
    pen.fillStyle = "#fff";
    pen.textAlign = "center";
    pen.font = "600 30px Inter";
    words.split("\\n").forEach((line, m) => pen.fillText(line, width / 2, 456 + m * 44));
    pen.globalAlpha = 1;
    const frame = new VideoFrame(canvas, { timestamp: Math.round(at * 1e6) });
    encoder.encode(frame, { keyFrame: n % keyEvery === 0 });
    frame.close();
    if (at === still) picture = await canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
    if (n % 24 === 23) await encoder.flush();
  }
  await encoder.flush();
  const read = new FileReader();
  await new Promise((done) => { read.onload = done; read.readAsDataURL(picture); });
  return [frames, read.result.split(",")[1]];
}"""


def element(name: int, content: bytes) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + (len(content) | 1 << 56).to_bytes(8, "big") + content


def number(name: int, value: int) -> bytes:
    return element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def muxed(frames: list[tuple[int, bool, bytes]]) -> bytes:
    """(milliseconds, is a key frame, data) as a WebM: a cluster for each key frame, and an index of them."""
    head = element(
        0x1A45DFA3,
        number(0x4286, 1) + number(0x42F7, 1) + number(0x42F2, 4) + number(0x42F3, 8)
        + element(0x4282, b"webm") + number(0x4287, 2) + number(0x4285, 2),
    )  # fmt: skip
    length = element(0x4489, struct.pack(">d", SECONDS * 1000))
    info = element(0x1549A966, number(0x2AD7B1, 1_000_000) + element(0x4D80, b"hk") + element(0x5741, b"hk") + length)
    picture = element(0xE0, number(0xB0, WIDTH) + number(0xBA, HEIGHT))
    track = number(0xD7, 1) + number(0x73C5, 1) + number(0x83, 1) + element(0x86, b"V_VP8") + picture
    tracks = element(0x1654AE6B, element(0xAE, track))
    groups: list[list[tuple[int, bool, bytes]]] = []
    for frame in frames:
        if frame[1]:
            groups.append([])
        groups[-1].append(frame)
    clusters, cues = b"", b""
    for group in groups:
        begins = group[0][0]
        place = number(0xF7, 1) + number(0xF1, len(info) + len(tracks) + len(clusters))
        cues += element(0xBB, number(0xB3, begins) + element(0xB7, place))
        blocks = b"".join(
            element(0xA3, b"\x81" + struct.pack(">hB", at - begins, 0x80 if key else 0) + data)
            for at, key, data in group
        )
        clusters += element(0x1F43B675, number(0xE7, begins) + blocks)
    return head + element(0x18538067, info + tracks + clusters + element(0x1C53BB6B, cues))


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page: Any = browser.new_page()
        # An address of this machine, which nobody is asked for: only there does a browser code films.
        page.route("http://localhost/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        page.goto("http://localhost/")
        font = base64.b64encode(FONT.read_bytes()).decode()
        told = [SECONDS * RATE, RATE, KEY_EVERY, WIDTH, HEIGHT, SCENES, font, STILL]
        drawn, still = page.evaluate(_DRAW, told)
        browser.close()
    frames = [(round(at / 1000), key, base64.b64decode(data)) for at, key, data in drawn]
    (HERE / "doors.webm").write_bytes(muxed(frames))
    (HERE / "doors.webp").write_bytes(base64.b64decode(still))


if __name__ == "__main__":
    main()
