"""Opening a .h5p from anywhere: what is taken in, what is refused, and that nothing but H5PError comes out."""

import hashlib
import io
import stat
import struct
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.h5p.building import write_package
from media.h5p.errors import Code, H5PError
from media.h5p.package import CONTENT_KINDS, DEFAULT_LIMITS, LIBRARY_KINDS, MIB, Limits, is_safe_name, open_package

FILES = {
    "h5p.json": b'{"title": "Greeting"}',
    "H5P.Greeting-1.0/library.json": b"{}",
    "H5P.Greeting-1.0/greeting.js": b"H5P.Greeting = function () {};\n" * 40,
    "content/content.json": b'{"text": "Hei"}',
    "content/images/tree.png": hashlib.shake_256(b"tree").digest(900),
}
GREETING = "content/content.json"
# Where in its entry of the directory a field stands; the first two take two bytes, the rest four (APPNOTE.TXT 4.3.12).
FIELDS = {"flags": 8, "method": 10, "crc": 16, "packed": 20, "size": 24, "offset": 42}


class Sink(io.RawIOBase):
    """Takes what is written and keeps only how much it was."""

    size = 0

    def write(self, data: Any) -> int:
        self.size += len(data)
        return len(data)


def package(files: Mapping[str, bytes] = FILES) -> bytes:
    out = io.BytesIO()
    write_package(out, files)
    return out.getvalue()


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, mode: int = 0, comment: bytes = b"") -> bytes:
    """A ZIP of any names, also those that `write_package` refuses, each as often as it is given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            info = zipfile.ZipInfo("x" * len(name))
            info.filename = name  # a ZipInfo made from the name would cut and turn it
            info.external_attr = mode << 16
            info.compress_type = method
            info.comment = comment
            if name in archive.namelist():
                archive.NameToInfo.pop(name)  # else zipfile warns
            archive.writestr(info, data)
    return out.getvalue()


def lying(data: bytes, name: str, **fields: int) -> bytes:
    """The archive `data`, with other values in the directory for the file called `name`."""
    forged = bytearray(data)
    entry = forged.rindex(name.encode()) - 46  # the directory comes after the files
    assert forged[entry : entry + 4] == b"PK\x01\x02"
    for field, value in fields.items():
        struct.pack_into("<H" if FIELDS[field] <= 10 else "<L", forged, entry + FIELDS[field], value)
    return bytes(forged)


def many(entries: int, said: int) -> bytes:
    """An archive that is all directory: `entries` of them, while its end record speaks of `said`."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0) + b"content/a"
    return entry * entries + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, said, said, len(entry) * entries, 0, 0)


def contents(data: bytes, limits: Limits = DEFAULT_LIMITS) -> dict[str, bytes]:
    with open_package(io.BytesIO(data), limits) as archive:
        return {name: archive.read(name) for name in archive.names}


def refused(data: bytes, limits: Limits = DEFAULT_LIMITS) -> list[tuple[Code, str]]:
    """The problems found when `data` is opened and, if that is well, everything in it is read."""
    with pytest.raises(H5PError) as caught:
        contents(data, limits)
    return [(problem.code, problem.where) for problem in caught.value.problems]


# What is taken in


def test_a_package_gives_its_files_and_their_digests():
    out = io.BytesIO()
    assert contents(package()) == FILES
    with open_package(io.BytesIO(package())) as archive:
        assert archive.copy(GREETING, out) == hashlib.sha256(FILES[GREETING]).hexdigest()
    assert out.getvalue() == FILES[GREETING]


def test_the_file_it_reads_from_stays_open():
    file = io.BytesIO(package())
    open_package(file).close()
    assert not file.closed


def test_folders_hidden_files_and_what_lies_beside_the_description_are_left_out_whatever_they_are():
    extra = [
        "content/",
        "__MACOSX/content/._a.exe",
        ".git/config.exe",
        "content/_old/x.html",
        "readme.html",
        "Makefile",
    ]
    data = zipped(*FILES.items(), *((name, b"" if name.endswith("/") else b"x") for name in extra))
    assert list(contents(data)) == list(FILES)


def test_an_archive_with_a_comment_is_taken():
    out = io.BytesIO(zipped(*FILES.items(), comment=b"of a file"))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"Laget i Fjordvik" * 1000
    assert contents(out.getvalue()) == FILES


def test_a_package_written_without_seeking_is_taken():
    class Pipe(io.RawIOBase):
        written = b""

        def write(self, data: Any) -> int:
            self.written += data
            return len(data)

    pipe = Pipe()
    write_package(pipe, FILES)
    assert contents(pipe.written) == FILES


@pytest.mark.parametrize("name", ["LICENSE", "a.JS", *(f"a.{kind}" for kind in sorted(LIBRARY_KINDS))])
def test_a_library_may_hold_code_and_text(name):
    assert contents(package({f"H5P.A-1.0/deep/{name}": b"x"}))


@pytest.mark.parametrize("kind", sorted(CONTENT_KINDS | {"PNG"}))
def test_content_may_hold_pictures_sound_film_documents_and_data(kind):
    assert contents(package({f"content/deep/a.{kind}": b"x"}))


# What is refused


@pytest.mark.parametrize("data", [b"", b"P", b"hello" * 100, b"%PDF-1.7", b"Rar!\x1a\x07\x01\x00", b"\0" * 70_000])
def test_what_is_no_archive_is_told_so(data):
    assert refused(data) == [(Code.NOT_AN_ARCHIVE, "")]


@pytest.mark.parametrize("kept", [4, 100, 0.5, -1, -22, -23])
def test_a_truncated_archive_is_damaged(kept):
    data = package()
    kept = int(len(data) * kept) if isinstance(kept, float) else kept
    assert refused(data[:kept]) == [(Code.DAMAGED, "")]


@pytest.mark.parametrize("around", [(b"", b"<script>"), (b"GIF89a", b""), (b"", package())])
def test_an_archive_with_something_around_it_is_damaged(around):
    assert refused(around[0] + package() + around[1])[0] == (Code.DAMAGED, "")


@pytest.mark.parametrize(
    "name",
    [
        "../x.json",
        "content/../../x.json",
        "./h5p.json",
        "/etc/passwd",
        "content//x.json",
        "C:/x.json",
        "content/x.json:stream",
        "content\\x.json",
        "content/a\0.json",
        "content/a\nb.json",
        "content/\N{RIGHT-TO-LEFT OVERRIDE}gnp.json",
        "content/" + "a" * 243 + ".json",
        "../",
        "__MACOSX/../../x",
    ],
)
def test_a_name_that_could_lead_elsewhere_is_unsafe(name):
    found = refused(zipped((name, b"")))
    assert [code for code, _ in found] == [Code.UNSAFE_NAME]
    assert found[0][1].isprintable()
    assert len(found[0][1]) <= 255


@pytest.mark.parametrize("name", ["content/" + "å" * 242 + ".json", "content/a..b.json", "content/a b (1)~$&'.json"])
def test_an_unusual_name_is_safe(name):
    assert contents(zipped((name, b"x"))) == {name: b"x"}


def test_a_name_that_is_not_utf_8_is_unsafe():
    data = package({"content/sk\u00e5l.png": b"x"}).replace("\u00e5".encode(), b"\xe5\x20")
    assert refused(data) == [(Code.UNSAFE_NAME, "content/sk\N{REPLACEMENT CHARACTER} l.png")]


def test_a_name_in_utf_8_is_read_as_such_even_if_the_archive_does_not_say_so():
    data = package({"content/skål.png": b"x"})
    assert contents(lying(data, "content/skål.png", flags=0)) == {"content/skål.png": b"x"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("content/a.json", "content/a.json"),
        ("content/a.json", "content/A.JSON"),
        ("content/å.json", unicodedata.normalize("NFD", "content/Å.json")),
        ("content/straße.json", "content/STRASSE.json"),
        ("content/a.json/b.json", "content/a.json"),
        ("H5P.A-1.0/x", "H5P.A-1.0/X/y/z.js"),
    ],
)
def test_two_names_that_are_one_file_on_some_system_are_refused(one, other):
    assert [code for code, _ in refused(zipped((one, b"1"), (other, b"2")))] == [Code.SAME_NAME_TWICE]


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR])
@pytest.mark.parametrize("name", [GREETING, "content/.hidden"])
def test_links_and_devices_are_refused_also_where_they_would_be_left_out(name, mode):
    assert refused(zipped((name, b"/etc/passwd"), mode=mode | 0o777)) == [(Code.NOT_A_FILE, name)]


@pytest.mark.parametrize(
    "kind", ["svg", "html", "js", "xml", "swf", "SVG", "css", "htm", "xhtml", "php", "png.js", "zip"]
)
def test_content_may_not_hold_what_a_browser_would_run(kind):
    assert refused(package({f"content/a.{kind}": b"x"})) == [(Code.KIND_NOT_ALLOWED, f"content/a.{kind}")]


@pytest.mark.parametrize(
    "name", ["content/README", "content/a.", "Content/a.js", "H5P.A-1.0/a.html", "H5P.A-1.0/a.exe", "H5P.A-1.0/a."]
)
def test_other_kinds_are_refused(name):
    assert refused(package({name: b"x"})) == [(Code.KIND_NOT_ALLOWED, name)]


@pytest.mark.parametrize("flags", [0x1, 0x41, 0x2000])
def test_an_encrypted_file_is_refused(flags):
    assert refused(lying(package(), GREETING, flags=flags)) == [(Code.ENCRYPTED, GREETING)]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_way_of_packing_than_the_two_usual_ones_is_refused(method):
    assert refused(zipped((GREETING, b"{}"), method=method)) == [(Code.DAMAGED, GREETING)]


@pytest.mark.parametrize("lie", [{"crc": 1}, {"size": 5}, {"size": 16}, {"flags": 0x20}, {"offset": 1}, {"packed": 3}])
def test_a_directory_that_does_not_agree_with_the_file_is_damage(lie):
    assert refused(lying(package(), GREETING, **lie))[0][0] is Code.DAMAGED


def test_damage_inside_a_file_is_found_when_it_is_read():
    data = bytearray(package())
    data[data.index(FILES["content/images/tree.png"]) + 500] ^= 1
    assert refused(bytes(data)) == [(Code.DAMAGED, "content/images/tree.png")]


@pytest.mark.parametrize("entries", [3, 100_000])
def test_a_directory_with_more_entries_than_it_says_is_damaged(entries):
    assert refused(many(entries, said=2)) == [(Code.DAMAGED, "")]


@pytest.mark.parametrize("at", [4, 6, 8])
def test_an_archive_in_several_parts_is_damaged(at):
    data = bytearray(package())
    data[at - 22] ^= 1
    assert refused(bytes(data)) == [(Code.DAMAGED, "")]


LARGE_END = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 0, 0, 0, 0)
LOCATOR = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)


@pytest.mark.parametrize("comment", [bytes(30_000), LOCATOR, LARGE_END + LOCATOR], ids=["long", "part", "end"])
def test_a_comment_may_not_fill_memory_or_pass_for_another_end_of_the_archive(comment):
    assert refused(zipped((GREETING, b"{}"), comment=comment), Limits(files=10)) == [(Code.DAMAGED, "")]


def test_files_that_share_their_bytes_are_refused():
    """As in the archives that unpack to petabytes without being packed hard."""
    data = zipped(("content/a.json", b"[]" * 500), ("content/b.json", b"[]" * 500))
    assert refused(lying(data, "content/b.json", offset=0))[0] == (Code.DAMAGED, "content/a.json")


def test_a_file_that_reaches_into_the_next_one_or_the_directory_is_refused():
    data = zipped(("content/a.json", b"[]"), ("content/b.json", b"[]"), method=zipfile.ZIP_STORED)
    for name in ("content/a.json", "content/b.json"):
        assert refused(lying(data, name, packed=3, size=3)) == [(Code.DAMAGED, name)]


def test_every_problem_is_told_up_to_fifty():
    two = refused(zipped(("../x", b""), ("content/a.js", b""), (GREETING, b"{}")))
    assert two == [(Code.UNSAFE_NAME, "../x"), (Code.KIND_NOT_ALLOWED, "content/a.js")]
    assert len(refused(package({f"content/{number}.js": b"" for number in range(60)}))) == 50


# Limits


def test_a_package_may_be_as_large_as_the_limit_and_no_larger():
    data = package()
    assert contents(data, Limits(package=len(data)))
    assert refused(data, Limits(package=len(data) - 1)) == [(Code.PACKAGE_TOO_LARGE, "")]


@pytest.mark.parametrize(
    ("name", "limit"), [("a.png", "file"), ("a.mp4", "video"), ("a.WAV", "video"), ("a.json", "json")]
)
def test_a_file_may_be_as_large_as_the_limit_of_its_kind_and_no_larger(name, limit):
    narrow = Limits(**{"file": 1, "video": 1, "json": 1, limit: 10})
    assert contents(package({f"content/{name}": bytes(10)}), narrow)
    assert refused(package({f"content/{name}": bytes(11)}), narrow) == [(Code.FILE_TOO_LARGE, f"content/{name}")]


def test_all_files_together_may_be_as_large_as_the_limit_and_no_larger():
    data, size = package(), sum(map(len, FILES.values()))
    assert contents(data, Limits(unpacked=size))
    assert refused(data, Limits(unpacked=size - 1)) == [(Code.UNPACKED_TOO_LARGE, "")]


def test_what_is_left_out_does_not_count_as_unpacked():
    assert contents(zipped(("notes.txt", bytes(500)), (GREETING, b"{}")), Limits(unpacked=2)) == {GREETING: b"{}"}


def test_there_may_be_as_many_entries_as_the_limit_and_no_more():
    assert contents(package(), Limits(files=len(FILES)))
    assert refused(package(), Limits(files=len(FILES) - 1)) == [(Code.TOO_MANY_FILES, "")]


def test_a_hundred_thousand_entries_are_refused_at_once_and_in_little_memory():
    file = io.BytesIO(many(100_000, said=0xFFFF))
    tracemalloc.start()
    with pytest.raises(H5PError) as caught:
        open_package(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [problem.code for problem in caught.value.problems] == [Code.TOO_MANY_FILES]
    assert peak < MIB / 2


def test_a_large_file_may_be_packed_as_hard_as_the_limit_and_no_harder():
    blanks = zipped((GREETING, b" " * (MIB + 1)))
    ratio = (MIB + 1) // len(zlib.compress(b" " * (MIB + 1), wbits=-15))
    assert contents(blanks, Limits(ratio=ratio + 1))
    assert refused(blanks, Limits(ratio=ratio)) == [(Code.COMPRESSED_TOO_HARD, GREETING)]
    assert contents(zipped((GREETING, b" " * MIB)), Limits(ratio=1))


def bomb() -> bytes:
    """80 MB of zeros in 80 kB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content/film.mp4", bytes(80_000_000))
    return out.getvalue()


def test_eighty_megabytes_of_zeros_are_refused():
    assert refused(bomb()) == [(Code.COMPRESSED_TOO_HARD, "content/film.mp4")]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(), Code.COMPRESSED_TOO_HARD),
        (Limits(video=500_000), Code.FILE_TOO_LARGE),
        (Limits(unpacked=500_000), Code.UNPACKED_TOO_LARGE),
    ],
)
def test_a_file_that_lies_about_its_size_is_stopped_while_it_is_read(limits, code):
    data = lying(bomb(), "content/film.mp4", size=10, crc=zlib.crc32(bytes(10)))
    out = Sink()
    with open_package(io.BytesIO(data), limits) as archive, pytest.raises(H5PError) as caught:
        archive.copy("content/film.mp4", out)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert out.size <= 8 * MIB


def test_real_bytes_add_up_over_the_archive_and_each_file_counts_once():
    true = {"content/a.mp4": bytes(600), "content/b.mp4": bytes(600)}
    data = lying(package(true), "content/b.mp4", size=600)
    with open_package(io.BytesIO(data), Limits(unpacked=1200)) as archive:
        for name in (*true, *true):
            archive.copy(name, Sink())
    small = zipped(*true.items())
    for name in true:
        small = lying(small, name, size=10)
    with open_package(io.BytesIO(small), Limits(unpacked=1199)) as archive:
        with pytest.raises(H5PError, match="damaged"):
            archive.copy("content/a.mp4", Sink())
        with pytest.raises(H5PError, match="unpacked-too-large"):
            archive.copy("content/b.mp4", Sink())


def test_a_reader_may_set_a_narrower_limit_but_no_wider_one():
    with open_package(io.BytesIO(package()), Limits(json=len(FILES["h5p.json"]))) as archive:
        assert archive.read(GREETING, limit=15) == FILES[GREETING]
        with pytest.raises(H5PError, match="file-too-large") as caught:
            archive.read(GREETING, limit=14)
        assert caught.value.problems[0].facts == {"limit": 14}
    lied = lying(package(), GREETING, size=1)
    with open_package(io.BytesIO(lied)) as archive, pytest.raises(H5PError, match="file-too-large"):
        archive.read(GREETING, limit=14)


def test_a_file_that_is_not_there_is_missing():
    with (
        open_package(io.BytesIO(package())) as archive,
        pytest.raises(H5PError, match=r"content/x\.json: missing-file"),
    ):
        archive.read("content/x.json")


def test_a_full_disk_is_not_the_fault_of_the_package():
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

    with open_package(io.BytesIO(package())) as archive, pytest.raises(OSError, match="No space left"):
        archive.copy(GREETING, Full())


def test_copying_thirty_megabytes_takes_little_memory():
    film = hashlib.shake_256(b"film").digest(MIB) * 30
    file = io.BytesIO(package({"content/film.mp4": film, "content/film.bmp": film}))
    with open_package(file) as archive:
        for name in archive.names:
            out = Sink()
            tracemalloc.start()
            archive.copy(name, out)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert out.size == len(film)
            assert peak < 4 * MIB


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good archive with some bytes set, cut out or put in, most often where structures are."""
    data = bytearray(draw(st.sampled_from([package(), zipped(*FILES.items(), ("content/empty.txt", b""))])))
    for _ in range(draw(st.integers(1, 4))):
        marks = [0, *(at for at in range(len(data) - 1) if data[at : at + 2] == b"PK")]
        at = draw(st.integers(0, max(len(data) - 1, 0)) | st.sampled_from(marks))
        at = min(at + draw(st.integers(0, 50)), len(data))
        new = draw(st.binary(max_size=4) | st.sampled_from([b"\xff\xff", b"\xff\xff\xff\xff", b"PK\x05\x06", b"\0\0"]))
        data[at : at + draw(st.sampled_from([len(new), 0, 1, 30]))] = new
    return bytes(data)


@settings(max_examples=200, deadline=None)
@given(mutated())
def test_a_changed_archive_is_read_or_refused_and_nothing_else(data):
    with suppress(H5PError), open_package(io.BytesIO(data), Limits(unpacked=MIB)) as archive:
        for name in archive.names:
            assert is_safe_name(name)
            archive.copy(name, Sink())


PLACES = [("content", "json"), ("content/images", "png"), ("H5P.A-1.0", "js"), ("H5P.A-1.0/x", "css")]
LETTERS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@given(st.lists(st.tuples(st.sampled_from(PLACES), LETTERS, st.binary(max_size=300)), max_size=8))
def test_what_is_written_is_what_is_read(drawn):
    files = {f"{folder}/{number}{name}.{kind}": data for number, ((folder, kind), name, data) in enumerate(drawn)}
    files["h5p.json"] = b"{}"
    read = contents(package(files))
    assert read == files
    assert list(read) == ["h5p.json", *sorted(files.keys() - {"h5p.json"})]


def test_the_same_files_give_the_same_package_in_whatever_order():
    assert package(dict(reversed(FILES.items()))) == package(FILES)


def test_a_package_of_blanks_can_be_opened_again():
    files = {"content/content.json": b" " * 2 * MIB, "content/long.txt": b"0123456789" * MIB}
    assert contents(package(files)) == files


def test_a_name_that_would_be_refused_is_not_written():
    out = io.BytesIO()
    with pytest.raises(ValueError, match="x"):
        write_package(out, {"../x": b""})
    assert out.getvalue() == b""
