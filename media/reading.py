"""Activities as a page shows them to one person: at her place, with what they are played from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.models import User
from media.h5p.integration import Display, LoadedLibrary, build_integration
from media.h5p.library import LibraryName
from media.models import H5PContent, H5PLibrary, H5PResult, H5PState, H5PVersion
from media.player_words import core_strings
from media.playing import Playable, content_key, libraries_key
from media.services.libraries import approved, describe
from media.services.statements import iri_of

SAVE_EVERY = 10  # seconds


@dataclass(frozen=True, slots=True)
class ActivityReading:
    """An activity for one person. `player_url` is None while a library of it waits for approval, or was stopped."""

    content: H5PContent
    version: H5PVersion | None
    player_url: str | None
    state: str
    result: H5PResult | None

    @property
    def begun(self) -> bool:
        return bool(self.state) or self.result is not None


def read_activities(*, person: User | None, content_ids: Collection[int], language: str) -> dict[int, ActivityReading]:
    """The activities by key, in two queries however many there are. Without a person, as a preview shows them."""
    if not content_ids:
        return {}
    found = _at_her_place(person).in_bulk(list(content_ids))
    versions = [content.current for content in found.values() if content.current]
    needed = {LibraryName.parse(name) for version in versions for name in version.needs}
    rows = approved([name.machine_name for name in needed], slim=True)
    return {
        pk: ActivityReading(
            content=content,
            version=content.current,
            player_url=_player_url(content.current, rows, language) if content.current else None,
            state=content.state or "",
            result=getattr(content, "mine", None),
        )
        for pk, content in found.items()
    }


def _at_her_place(person: User | None) -> QuerySet[Any]:
    """Contents with their version, where she left it as `state`, and her result as `mine` where there is one."""
    left = H5PState.objects.filter(person=person, version=OuterRef("current"))
    return (
        H5PContent.objects.annotate(mine=FilteredRelation("results", condition=Q(results__person=person)))
        .annotate(state=Subquery(left.values("state")[:1]))
        .select_related("current", "mine")  # type: ignore[misc]  # the second is joined above
        .defer("current__params", "current__files")
    )


def _player_url(version: H5PVersion, rows: dict[LibraryName, H5PLibrary], language: str) -> str | None:
    order = [rows.get(LibraryName.parse(name)) for name in version.needs]
    playable = Playable(version.pk, tuple(row.pk for row in order if row is not None))
    if len(playable.library_ids) < len(order):
        return None
    path = reverse("h5p_player", args=[content_key(playable), language])
    return f"{settings.H5P_PLAYER_ORIGIN}{path}"


def read_player(playable: Playable, key: str) -> tuple[H5PVersion, dict[str, object]] | None:
    """The version and the dictionary that starts it; None when one of the libraries has been stopped since."""
    version = H5PVersion.objects.select_related("content").filter(pk=playable.version_id).first()
    libraries = in_order(playable.library_ids)
    if version is None or libraries is None:
        return None
    base = content_base(key)
    below = libraries_base(libraries_key(playable.library_ids))
    main = LibraryName.parse(version.main)
    integration = build_integration(
        content_id=str(version.pk),
        main=version.main,
        params=version.params,
        libraries=[_loaded(library, below) for library in libraries],
        base_url=base,
        libraries_url=below,
        iri=iri_of(version.content),
        title=version.content.title,
        licence=version.description,
        state=None,
        save_every=SAVE_EVERY,
        l10n=core_strings(),
        fullscreen=any(describe(row).fullscreen for row in libraries if row.name == main),
        display=Display(),
    )
    return version, integration


def content_base(key: str) -> str:
    """The address that all files of a content lie below."""
    player = reverse("h5p_player", args=[key, "nb"])
    return player[: player.index(key) + len(key)]


def libraries_base(key: str) -> str:
    """The address that all files of some libraries lie below."""
    bundle = reverse("h5p_bundle", args=[key, "samlet.js"])
    return bundle[: bundle.index(key) + len(key)]


def in_order(library_ids: Sequence[int]) -> list[H5PLibrary] | None:
    """The libraries in this order, None unless all of them may run."""
    rows = H5PLibrary.objects.filter(state=H5PLibrary.State.APPROVED).defer("semantics").in_bulk(list(library_ids))
    return [rows[pk] for pk in library_ids] if len(rows) == len(set(library_ids)) else None


def _loaded(library: H5PLibrary, below: str) -> LoadedLibrary:
    folder = f"{below}/{library.name.folder}"
    told = describe(library)
    return LoadedLibrary(
        library.machine_name,
        library.major,
        library.minor,
        js=[f"{folder}/{path}" for path in told.preloaded_js],
        css=[f"{folder}/{path}" for path in told.preloaded_css],
    )
