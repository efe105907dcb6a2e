"""The tree that pages hang in: one site, one root and one catalog in each language."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from courses.models import CatalogPage
from courses.services.trainers import ensure_trainers_group

SITE_NAME = "Handlekraft"
# With this slug a page's own address, /nb/kurs/<course>/<module>/, is the address where learners read the module.
CATALOG_SLUG = "kurs"


@transaction.atomic
def ensure_site() -> CatalogPage:
    """Makes what is missing of locales, roots, catalogs, site and trainers' rights; returns the catalog in Bokmål."""
    locales = [Locale.objects.get_or_create(language_code=code)[0] for code, _name in settings.LANGUAGES]
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root", locale=locales[0])
    home = _home(root, locales[0])
    catalog = _catalog(home)
    for locale in locales[1:]:
        _catalog(home.get_translation_or_none(locale) or _translation(home, locale, root, _slug(locale)), catalog)
    _ensure_default_site(home)
    ensure_trainers_group()
    return catalog


def _home(root: Any, locale: Any) -> Any:
    """The root of the site in Bokmål: the default site's own, renamed when it is the one Wagtail came with."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    home = site.root_page if site else root.get_children().filter(locale=locale).first()
    if home is None:
        return root.add_child(instance=Page(title=SITE_NAME, slug=_slug(locale), locale=locale))
    if home.slug == "home" and home.title != SITE_NAME:
        home.title = home.draft_title = SITE_NAME
        home.slug = _slug(locale)
        home.locale = locale
        home.save()
    return home


def _slug(locale: Any) -> str:
    return f"handlekraft-{locale.language_code}"


def _translation(page: Any, locale: Any, parent: Any, slug: str) -> Any:
    parent.refresh_from_db()
    copy = type(page)(title=page.title, slug=slug, locale=locale, translation_key=page.translation_key)
    return parent.add_child(instance=copy)


def _catalog(home: Any, original: CatalogPage | None = None) -> CatalogPage:
    home.refresh_from_db()
    found: CatalogPage | None = CatalogPage.objects.child_of(home).first()
    if found:
        return found
    if original:
        return _translation(original, home.locale, home, CATALOG_SLUG)  # type: ignore[no-any-return]  # Wagtail is untyped
    return home.add_child(  # type: ignore[no-any-return]  # Wagtail is untyped
        instance=CatalogPage(title="Kurs", slug=CATALOG_SLUG, locale=home.locale)
    )


def _ensure_default_site(home: Any) -> None:
    address = urlsplit(settings.BASE_URL)
    wanted = {
        "hostname": address.hostname or "localhost",
        "port": address.port or (443 if address.scheme == "https" else 80),
        "site_name": SITE_NAME,
        "root_page": home,
    }
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.pk is None or any(getattr(site, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(site, name, value)
        site.save()
