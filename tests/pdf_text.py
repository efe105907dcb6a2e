"""The text of a PDF of ours, as a reader's software finds it: what is drawn, letter by letter, through the fonts' maps.

Only as much of the format as Typst writes: plain objects, compressed streams, fonts with a map to Unicode.
"""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)\s*endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
_INNER = rb"\((?:[^\\()]|\\.)*\)"  # brackets that match are left as they are in a string
_LITERAL = rb"\((?:[^\\()]|\\.|" + _INNER + rb")*\)"
_STRING = re.compile(rb"(" + _LITERAL + rb")|<([0-9A-Fa-f]*)>", re.DOTALL)
_SHOWN = rb"(?:\[((?:" + _LITERAL + rb"|[^\]\\(])*)\]TJ|(" + _LITERAL + rb"|<[0-9A-Fa-f]*>)Tj)"
_DRAWN = re.compile(rb"/(f\d+) [\d.]+ Tf|(BT)|" + _SHOWN, re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _streams(pdf: bytes) -> dict[int, tuple[bytes, bytes]]:
    """Each object's dictionary and its stream, unpacked."""
    found = {}
    for match in _OBJECT.finditer(pdf):
        body = match.group(2)
        stream = _STREAM.search(body)
        data = b""
        if stream:
            data = stream.group(1)
            if b"FlateDecode" in body[: stream.start()]:
                data = zlib.decompressobj().decompress(data)
        found[int(match.group(1))] = (body[: stream.start()] if stream else body, data)
    return found


def _letters(cmap: bytes) -> dict[int, str]:
    letters = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in re.findall(rb"<(\w+)>\s*<(\w+)>", part):
            letters[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, text in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", part):
            begin = bytes.fromhex(text.decode()).decode("utf-16-be")
            for code in range(int(first, 16), int(last, 16) + 1):
                letters[code] = begin[:-1] + chr(ord(begin[-1]) + code - int(first, 16))
    return letters


def _bytes_of(literal: bytes) -> bytes:
    def plain(match: re.Match[bytes]) -> bytes:
        octal, other = match.groups()
        return bytes([int(octal, 8)]) if octal else _ESCAPED.get(other, other)

    return _ESCAPE.sub(plain, literal)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page; what is drawn apart stands apart by one space, and more space than that is one."""
    objects = _streams(pdf)
    pages = []
    kids = re.search(rb"/Kids\[([^\]]*)\]", next(head for head, _ in objects.values() if b"/Type/Pages" in head))
    for number in re.findall(rb"(\d+) 0 R", kids.group(1)):
        head = objects[int(number)][0]
        resources = objects[int(re.search(rb"/Resources (\d+) 0 R", head).group(1))][0]
        letters = {}
        for name, font in _FONT.findall(resources):
            cmap = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(font)][0])
            letters[name] = _letters(objects[int(cmap.group(1))][1]) if cmap else {}
        content = objects[int(re.search(rb"/Contents (\d+) 0 R", head).group(1))][1]
        text, font_name = "", b""
        for found in _DRAWN.finditer(content):
            if found.group(2):
                text += " "
            elif found.group(1):
                font_name = found.group(1)
            else:
                strings = _STRING.findall(found.group(3) or found.group(4) or b"")
                drawn = b"".join(
                    _bytes_of(each[1:-1]) if each else bytes.fromhex(code.decode()) for each, code in strings
                )
                codes = [int.from_bytes(drawn[place : place + 2], "big") for place in range(0, len(drawn), 2)]
                text += "".join(letters.get(font_name, {}).get(code, "\ufffd") for code in codes)
        pages.append(re.sub(r"\s+", " ", text.replace("\u200b", "")).strip())
    return pages


def text_of(pdf: bytes) -> str:
    return " ".join(pages_of(pdf))
