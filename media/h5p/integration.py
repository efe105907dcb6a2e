"""The H5PIntegration dictionary: all that H5P core needs to know to start one content.

Built on the server, so that a page loads the scripts it needs and nothing else. (h5p-standalone finds the same out in
the browser, with one request for each library.)

Source: H5P core 1.28 as packed in h5p-standalone 3.8.2, frame.bundle.js; what is said here of “core” was read there.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

# The names in `l10n` that core asks for in this set-up. It writes “[Missing translation …]” for one that is not there.
CORE_STRINGS: Final = frozenset(
    {"fullscreen", "disableFullscreen", "contentChanged", "startingOver", "close"}
    | {"copyrights", "copyrightsDescription", "copyrightInformation"}
    | {"contentType", "title", "author", "year", "source", "license", "licenseExtras", "changes"}
    | {"confirmDialogHeader", "confirmDialogBody", "cancelLabel", "confirmLabel"}
    | {"offlineDialogHeader", "offlineDialogBody", "offlineSuccessfulSubmit"}
    | {"offlineDialogRetryMessage", "offlineDialogRetryButtonLabel"}
    | {f"licenseCC{terms}" for terms in ("BY", "BYSA", "BYND", "BYNC", "BYNCSA", "BYNCND")}
    | {f"licenseCC{version}" for version in ("010", "10", "20", "25", "30", "40")}
    | {f"license{name}" for name in ("U", "C", "PD", "PDM", "GPL", "V1", "V2", "V3")}
)
LONGEST_SAVE_EVERY: Final = 86_400  # seconds; a browser's timer that runs for weeks overflows and fires at once

# Core looks the licence up in this list while it starts, and stops at one that it does not find.
_LICENCES: Final = frozenset(
    {"U", "CC BY", "CC BY-SA", "CC BY-ND", "CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND"}
    | {"CC0 1.0", "CC PDM", "GNU GPL", "PD", "ODC PDDL", "C"}
)
_LICENCE_TEXTS: Final = ("licenseVersion", "licenseExtras", "yearFrom", "yearTo")
_CONTENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# jQuery turns these, read from the element's data-content-id, into values that core takes for “no content”.
_NOTHING_TO_JQUERY: Final = frozenset({"0", "null", "false", "NaN"})
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\\"'<>\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class LoadedLibrary:
    """A library the page loads: its scripts and styles as URLs, in the order its library.json gives."""

    name: str
    major: int
    minor: int
    js: Sequence[str] = ()
    css: Sequence[str] = ()

    def __str__(self) -> str:
        return f"{self.name} {self.major}.{self.minor}"


@dataclass(frozen=True, slots=True)
class Display:
    """What core shows below the content.

    Only “Rights of use” can be chosen, which many licences ask for. Core's other buttons (download, copy, embed, and
    the mark that links to h5p.org) lead out of the platform, or need what a sandboxed frame does not have.
    """

    rights: bool = True


def build_integration(
    *,
    content_id: str,
    main: str,
    params: object,
    libraries: Sequence[LoadedLibrary],
    base_url: str,
    iri: str,
    title: str,
    licence: Mapping[str, object],
    state: str | None,
    save_every: int,
    l10n: Mapping[str, str],
    fullscreen: bool,
    display: Display,
    libraries_url: str | None = None,
) -> dict[str, object]:
    """What the player's page sets as `window.H5PIntegration` before frame.bundle.js runs; made of JSON values only.

    content_id: of the element `<div class="h5p-content" data-content-id="…">`; letters, digits, “-” and “_”.
    main: the library that starts, as “H5P.MultiChoice 1.16”; one of `libraries`.
    params: content.json, parsed. Core refuses what is no object.
    libraries: in load order, a library after those it needs.
    base_url: where core finds files: content under `/content/<content_id>/`, libraries under
        `/libraries/<name>-<major>.<minor>/`. Absolute, or from the site's root when the frame has a URL of its own
        (core puts the page's host before it).
    libraries_url: where libraries lie instead, as `<libraries_url>/<name>-<major>.<minor>/`, so that contents can share
        them.
    iri: the name of the content in xAPI; it is never fetched.
    licence: the fields of h5p.json that tell the rights: license, authors, source and so on.
    state: what `getCurrentState` gave last time, as JSON text; None when there is none.
    save_every: seconds between savings; 0 for never, and then there can be no state either.
    l10n: core's own strings; CORE_STRINGS are the names it asks for.
    fullscreen: the `fullscreen` of the main library's library.json; core then draws the button.

    Raises ValueError for what core would not start with, and for a URL outside `base_url` and `libraries_url`.
    """
    if not _CONTENT_ID.fullmatch(content_id) or content_id in _NOTHING_TO_JQUERY:
        raise ValueError(f"content_id: {content_id!r} cannot be used")
    if main not in map(str, libraries):
        raise ValueError(f"main: {main!r} is not among the libraries")
    if not isinstance(params, Mapping):
        raise ValueError("params: not an object")
    if not urlsplit(iri).scheme or _NOT_IN_A_URL.search(iri) or "?" in iri or "#" in iri:
        raise ValueError("iri: not an IRI without query and fragment, as ?subContentId=… is put behind it")
    if not 0 <= save_every <= LONGEST_SAVE_EVERY:
        raise ValueError(f"save_every: not between 0 and {LONGEST_SAVE_EVERY} seconds")
    if state is not None and not save_every:
        raise ValueError("state: core passes it over unless save_every is above 0")

    base = _base(base_url)
    below = _base(libraries_url) if libraries_url is not None else f"{base}/libraries"
    scripts = _once((base, below), (url for library in libraries for url in library.js))
    styles = _once((base, below), (url for library in libraries for url in library.css))
    content = {
        # The constructor that core calls: window.H5P.MultiChoice for “H5P.MultiChoice 1.16”.
        "library": main,
        # A text, because core parses it itself, once for each use, so that no instance changes another's.
        "jsonContent": _json(params, "params"),
        "fullScreen": fullscreen,
        # Read only by the reuse dialog, which is off.
        "exportUrl": "",
        "displayOptions": {
            "frame": display.rights,
            "copyright": display.rights,
            "export": False,
            "copy": False,
            "embed": False,
            "icon": False,
        },
        # The rights dialog, and the name of the whole in every statement.
        "metadata": _metadata(title, licence),
        "title": title,
        # The id of the object of every statement about the whole.
        "url": iri,
        # Where H5P.getPath looks for pictures and films of the content.
        "contentUrl": f"{base}/content/{content_id}",
        # A list by number of the sub-content, 0 being the whole; in each place a text for each kind of data.
        # Core reads it before the instance is built; what arrives later restores nothing.
        "contentUserData": _user_data(state),
        # Loaded by the page, in this order, after core and before `H5P.init`.
        "scripts": scripts,
        "styles": styles,
    }
    return {
        # With H5P.getContentPath and H5P.getLibraryPath, content types make URLs of their own below these.
        "url": base,
        "urlLibraries": below,
        # Core's own request with the score would die in a frame without an origin; the statements tell the score.
        "postUserStatistics": False,
        # Without it some content types, InteractiveBook among them, show no button to hand in and never complete.
        "reportingIsEnabled": True,
        # Seconds. Must be set for a state to be restored; False stops core from collecting states at all.
        "saveFreq": save_every or False,
        # No addresses: core uses them only for a known `user`, and there is none here on purpose. With one, core would
        # save states by itself and write name and e-mail address into every statement.
        "ajax": {},
        "l10n": {"H5P": dict(l10n)},
        # What core writes into frames that it makes itself. With a plain div it makes none.
        "core": {"scripts": [], "styles": []},
        # What H5P.jsLoaded and H5P.cssLoaded tell a content type that would load something again.
        "loadedJs": scripts.copy(),
        "loadedCss": styles.copy(),
        "contents": {f"cid-{content_id}": content},
    }


def _json(value: object, field: str) -> str:
    """JSON as browsers read it: they know no NaN. ASCII only, so that a lone surrogate does no harm."""
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{field}: cannot be written as JSON") from error


def _user_data(state: str | None) -> list[dict[str, str]]:
    """The saved state in its place.

    A state of null is left out: core takes it for “reset by the platform” and tells the learner to start over.
    """
    if state is None:
        return []
    try:
        found = json.loads(state)
        _json(found, "state")
    except (ValueError, RecursionError) as error:
        raise ValueError("state: not JSON") from error
    return [] if found is None else [{"state": state}]


def _base(url: str) -> str:
    """The base without a slash at its end."""
    base = url.rstrip("/")
    parts = urlsplit(base)
    absolute = parts.scheme in ("http", "https") and bool(parts.netloc)
    from_root = not parts.scheme and not parts.netloc and base.startswith("/")
    if not (absolute or from_root) or "?" in base or "#" in base or _leaves(base):
        raise ValueError("base_url: neither http(s)://… nor /…, without query and fragment")
    return base


def _leaves(url: str) -> bool:
    """Whether a browser may read this as another path than it seems: dot segments, backslashes, bad characters."""
    path = unquote(url.partition("#")[0].partition("?")[0])
    return bool(_NOT_IN_A_URL.search(url)) or "\\" in path or not {".", ".."}.isdisjoint(path.split("/"))


def _once(bases: tuple[str, str], urls: Iterable[str]) -> list[str]:
    """Each URL where it first comes: a script that runs twice makes its library anew."""
    kept = list(dict.fromkeys(urls))
    for url in kept:
        if not url.startswith(tuple(f"{base}/" for base in bases)) or _leaves(url):
            raise ValueError(f"libraries: {url!r} is not below the base_url")
    return kept


def _metadata(title: str, licence: Mapping[str, object]) -> dict[str, object]:
    """Title and rights in the shapes that core takes for granted.

    It lists authors and changes without looking at them, and stops when they are something else, so what has another
    shape is left out. A source is shown as a link, so only one of the web is kept.
    """
    code = licence.get("license")
    kept: dict[str, object] = {"title": title, "license": code if isinstance(code, str) and code in _LICENCES else "U"}
    kept |= {name: licence[name] for name in _LICENCE_TEXTS if isinstance(licence.get(name), str | int)}
    source = licence.get("source")
    if isinstance(source, str) and source.startswith(("https://", "http://")) and not _NOT_IN_A_URL.search(source):
        kept["source"] = source
    for name, needed, optional in (("authors", "name", ("role",)), ("changes", "log", ("author", "date"))):
        if people := _texts_of(licence.get(name), needed, optional):
            kept[name] = people
    return kept


def _texts_of(value: object, needed: str, optional: Sequence[str]) -> list[dict[str, str]]:
    """From a list of objects, the texts named, of those objects that have the one that is needed."""
    objects = [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []
    names = (needed, *optional)
    return [
        {name: each[name] for name in names if isinstance(each.get(name), str)}
        for each in objects
        if isinstance(each.get(needed), str)
    ]
