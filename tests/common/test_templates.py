"""Every template of ours: nothing that the strict content policy blocks, and the exit and the help lines everywhere."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils import translation
from factories import make_person

from common.templatetags import ui
from facts.models import ContactPoint, Source

OURS = [
    Path(config.path)
    for config in apps.get_app_configs()
    if Path(config.path).is_relative_to(settings.BASE_DIR) and ".venv" not in Path(config.path).parts
]
TEMPLATES = sorted(path for folder in OURS for path in (folder / "templates").rglob("*") if path.is_file())
HTML = [path for path in TEMPLATES if path.suffix == ".html"]


def name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def without_comments(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
    return re.sub(r"{#.*?#}|<!--.*?-->", "", text, flags=re.DOTALL)


def test_there_are_templates_to_look_at():
    assert len(HTML) > 40


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_can_be_read(path):
    folder = next(parent for parent in path.parents if parent.name == "templates")
    get_template(str(path.relative_to(folder)))


@pytest.mark.parametrize("path", HTML, ids=name)
def test_nothing_in_a_template_needs_inline_style_or_script(path):
    text = without_comments(path)
    assert not re.search(r"""\sstyle\s*=\s*["']""", text), "a style attribute"
    assert not re.search(r"<style\b", text, re.IGNORECASE), "a style element"
    assert not re.search(r"""\son[a-z]+\s*=\s*["']""", text, re.IGNORECASE), "an inline handler"
    assert "javascript:" not in text.lower()
    for script in re.findall(r"<script\b[^>]*>", text, re.IGNORECASE):
        data = 'type="application/json"' in script
        assert data or re.search(r"\bsrc=", script), "an inline script"


@pytest.mark.parametrize("path", HTML, ids=name)
def test_a_template_fetches_nothing_from_outside(path):
    text = without_comments(path)
    for tag in re.findall(r"<(?:img|script|link|source|iframe|video|audio|use)\b[^>]*>", text, re.IGNORECASE):
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", tag), tag


def extends(path: Path) -> str | None:
    found = re.search(r"""{%\s*extends\s+["']([^"']+)["']""", path.read_text(encoding="utf-8"))
    return found.group(1) if found else None


def root_of(path: Path) -> str | None:
    """The template at the end of the chain of extends."""
    parent = extends(path)
    while parent is not None:
        origin = Path(get_template(parent).origin.name)
        following = extends(origin)
        if following is None:
            return parent
        parent = following
    return None


@pytest.mark.parametrize("path", [path for path in HTML if "<html" in path.read_text(encoding="utf-8")], ids=name)
def test_few_templates_are_whole_pages_of_their_own(path):
    """The third is the page in the frame of an activity, which is no page of ours to whoever looks at it."""
    assert path.name in {"base.html", "500.html", "player.html"}, "extend base.html, work.html or public.html"


@pytest.mark.parametrize("path", [path for path in HTML if extends(path)], ids=name)
def test_every_page_stands_on_our_base(path):
    assert root_of(path) in {"base.html", "wagtailadmin/base.html", "wagtailadmin/admin_base.html"}


@pytest.mark.parametrize("path", [path for path in HTML if extends(path)], ids=name)
def test_no_learner_or_public_page_takes_the_exit_or_the_help_lines_away(path):
    if path.name == "work.html":
        return
    text = without_comments(path)
    assert not re.search(r"{%\s*block\s+(?:exit|header|footer)\s*%}", text)


# --- styles ----------------------------------------------------------------------------------------

CLASS = re.compile(r"hk-[a-z0-9_-]*[a-z0-9]")
BY_NAME = {
    path.relative_to(folder / "templates").as_posix(): path
    for folder in OURS
    for path in HTML
    if path.is_relative_to(folder / "templates")
}


def used_with(name: str, found: set[str] | None = None) -> set[str]:
    """The template and all that it extends and includes."""
    found = set() if found is None else found
    if name in BY_NAME and name not in found:
        found.add(name)
        for other in re.findall(r"""{%\s*(?:extends|include)\s+["']([^"']+)["']""", without_comments(BY_NAME[name])):
            used_with(other, found)
    return found


@pytest.mark.parametrize("name", [name for name, path in BY_NAME.items() if extends(path)])
def test_every_class_of_ours_on_a_page_has_its_style_linked_there(name):
    text = "".join(without_comments(BY_NAME[part]) for part in used_with(name))
    styles = ""
    for sheet in set(re.findall(r"""{%\s*static\s+["']([^"']+\.css)["']""", text)):
        found = finders.find(sheet)
        assert found, f"{sheet} does not exist"
        styles += Path(found).read_text(encoding="utf-8")
    classes = {each for value in re.findall(r'class="([^"]*)"', text) for each in CLASS.findall(value)}
    assert classes <= set(CLASS.findall(styles))


# --- what a reader gets ----------------------------------------------------------------------------


class Page(HTMLParser):
    """Just enough reading of a page: its tags, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def one(self, tag: str, **wanted: str) -> dict[str, str | None]:
        found = [attrs for name, attrs in self.tags if name == tag and wanted.items() <= attrs.items()]
        assert len(found) == 1, (tag, wanted, found)
        return found[0]


@pytest.fixture
def lines(db) -> None:
    import datetime as dt

    ContactPoint.objects.all().delete()
    source = Source.objects.create(
        key="prove",
        title_nb="Kilde",
        publisher="Utgiver",
        sureness="A",
        verified_on=dt.date(2026, 1, 1),
        review_due=dt.date(2027, 1, 1),
    )
    for key, number, day in [("politi", "112", 12), ("alarm", "116 111", 3)]:
        ContactPoint.objects.create(
            key=key,
            name_nb=key.title(),
            number=number,
            tel=number.replace(" ", ""),
            source=source,
            in_footer=True,
            verified_on=dt.date(2026, 4, day),
            review_due=dt.date(2027, 1, 1),
        )


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize("address", ["/nb/konto/login/", "/nb/konto/login/code/", "/nb/finnes/ikke/", "/nb/min-konto/"])
def test_the_exit_and_the_help_lines_are_on_every_page(client, address):
    if "min-konto" in address:
        client.force_login(make_person())
    text = client.get(address).content.decode()
    page = Page(text)
    leave = page.one("a", rel="noreferrer")
    assert leave["href"] == settings.QUICK_EXIT_URL
    page.one("a", href="tel:112")
    page.one("a", href="tel:116111")
    assert "Numrene ble kontrollert 3. april 2026" in text


@pytest.mark.usefixtures("lines")
def test_the_help_lines_cost_one_query(django_assert_num_queries):
    request = RequestFactory().get("/nb/")
    with django_assert_num_queries(1):
        render_to_string("public.html", request=request)


@pytest.mark.usefixtures("lines")
def test_pages_for_work_have_the_numbers_but_no_exit(rf):
    request = rf.get("/nb/rapport/")
    request.user = make_person()
    text = render_to_string("work.html", request=request)
    assert "data-exit" not in text
    assert 'href="tel:112"' in text
    assert '<body data-size="sm">' in text


@pytest.mark.django_db
def test_a_page_says_its_language_and_offers_the_same_page_in_the_others(client):
    page = Page(client.get("/nn/konto/login/?next=/nn/min-konto/").content.decode())
    assert page.one("html")["lang"] == "nn"
    for code in ("nb", "en"):
        links = [a for tag, a in page.tags if tag == "a" and a.get("hreflang") == code]
        assert links, code
        for link in links:
            assert link["lang"] == code
            assert link["href"].startswith(f"/{code}/konto/login/?next=")


@pytest.mark.django_db
def test_an_address_without_a_language_posts_the_choice_instead(client):
    with translation.override("nb"):
        text = render_to_string("public.html", request=RequestFactory().get("/k/ABC/"))
    page = Page(text)
    assert any(a.get("name") == "language" and a.get("value") == "en" for tag, a in page.tags if tag == "button")


@pytest.mark.django_db
def test_the_menu_offers_work_only_to_those_who_have_it(rf):
    request = rf.get("/nb/")
    request.user = make_person("Marit", "Aune")
    plain = render_to_string("base.html", request=request)
    assert "Rapport" not in plain
    assert "Innhold" not in plain
    assert "Marit Aune" in plain
    full = render_to_string("base.html", {"nav": {"content": True}, "nav_here": "content"}, request=request)
    assert "Innhold" in full


# --- errors ----------------------------------------------------------------------------------------


def test_our_fault_is_said_without_database_or_context_processors():
    text = render_to_string("500.html", {"quick_exit_url": settings.QUICK_EXIT_URL})
    page = Page(text)
    assert page.one("a", rel="noreferrer")["href"] == settings.QUICK_EXIT_URL
    page.one("a", href="tel:112")
    assert "Noe sviktet hos oss" in text


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("404.html", "Det du har gjort, er ikke borte"),
        ("403.html", "Du har ikke funksjonen som åpner den"),
        ("403_csrf.html", "det som var lagret, er lagret"),
        ("429.html", "Prøv igjen om noen minutter"),
    ],
)
@pytest.mark.django_db
def test_an_error_page_says_what_to_do(rf, template, words):
    text = render_to_string(template, request=rf.get("/nb/"))
    assert words in text
    Page(text).one("h1")


@pytest.mark.django_db
def test_a_stale_form_is_answered_in_words(client):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/nb/konto/login/", {"login": "a@b.no", "password": "x"})
    assert answer.status_code == 403
    assert "Siden var åpen for lenge" in answer.content.decode()


# --- parts -----------------------------------------------------------------------------------------


def render(text: str, **context: object) -> str:
    return engines["django"].from_string(text).render(context)


def test_a_status_is_icon_and_word_and_colour():
    page = Page(render('{% status_tag "warning" "clock" word %}', word="Forny <først>"))
    assert page.one("span")["data-color"] == "warning"
    assert page.one("use")["href"].endswith("common/icons.svg#clock")
    assert "Forny &lt;først&gt;" in render('{% status_tag "warning" "clock" word %}', word="Forny <først>")


def test_every_status_has_its_shape_in_the_sprite():
    sprite = (settings.BASE_DIR / "platform/common/static/common/icons.svg").read_text(encoding="utf-8")
    ids = re.findall(r'<symbol id="([^"]+)"', sprite)
    assert len(ids) == len(set(ids))
    assert {"check", "clock", "warn", "cross", "ban", "half", "open", "waived"} <= set(ids)
    used = {found for path in HTML for found in re.findall(r'{% icon "([^"]+)" %}', path.read_text(encoding="utf-8"))}
    assert used <= set(ids)


def test_a_field_ties_its_label_help_and_message_to_its_control():
    from django import forms

    class Form(forms.Form):
        email = forms.EmailField(label="E-post", help_text="Den du har på jobben")
        role = forms.ChoiceField(label="Rolle", choices=[("a", "Lærer"), ("b", "Leder")], widget=forms.RadioSelect)
        day = forms.DateField(label="Dag", required=False)

    form = Form({"email": "nora", "day": "i går"})
    page = Page(render('{% for field in form %}{% include "parts/field.html" %}{% endfor %}', form=form))
    email = page.one("input", name="email")
    assert email["aria-invalid"] == "true"
    assert email["aria-describedby"] == "id_email_helptext id_email_error"
    page.one("label", **{"for": "id_email"})
    page.one("p", id="id_email_error")
    group = page.one("fieldset")
    assert group["aria-describedby"] == "id_role_error"
    page.one("input", id="id_role_1", value="b")
    assert page.one("input", name="day")["type"] == "date"


def test_the_error_summary_leads_to_each_field_and_takes_focus():
    from django import forms

    class Form(forms.Form):
        email = forms.EmailField(label="E-post")
        role = forms.ChoiceField(label="Rolle", choices=[("a", "Lærer")], widget=forms.RadioSelect)

    text = render('{% include "parts/form_errors.html" %}', form=Form({}))
    page = Page(text)
    assert page.one("section")["tabindex"] == "-1"
    assert [a["href"] for tag, a in page.tags if tag == "a"] == ["#id_email", "#id_role_0"]
    assert "2 felt må rettes" in text
    assert "ds-error-summary" not in render('{% include "parts/form_errors.html" %}', form=Form())


def test_pagination_keeps_the_rest_of_the_address(rf):
    from django.core.paginator import Paginator

    page_obj = Paginator(range(200), 10).page(5)
    text = render_to_string("parts/pagination.html", {"page": page_obj}, request=rf.get("/nb/personer/?q=aune&page=5"))
    links = [a["href"] for tag, a in Page(text).tags if tag == "a"]
    assert "?q=aune&page=4" in links
    assert "?q=aune&page=6" in links
    assert len(links) < 10


def test_a_share_is_written_with_a_point_in_every_language():
    with translation.override("nb"):
        assert ui.percent_of(1, 3) == "33.33%"
        assert ui.percent_of(1, 0) == "0.00%"
