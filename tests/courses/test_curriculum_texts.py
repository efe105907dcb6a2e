"""Rich text goes into a file as Markdown and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.curriculum.texts import from_file, to_file, to_html

WORDS = st.text(alphabet="abcæøå .,:;!?-–«»()0123456789*_[]\\<>&#+'\"`~|", min_size=1, max_size=30).map(
    lambda text: text.replace("<", "&lt;").replace(">", "&gt;") if "<" in text or ">" in text else text
)


@st.composite
def sources(draw) -> str:
    """Rich text as the editor makes it."""

    def inline() -> str:
        text = draw(WORDS).replace("&", "&amp;") if draw(st.booleans()) else draw(st.sampled_from(["Et ord", "Nå"]))
        mark = draw(st.sampled_from(["", "b", "i"]))
        return f"<{mark}>{text}</{mark}>" if mark else text

    made = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["p", "ul", "ol"]))
        if kind == "p":
            made.append(f"<p>{inline()}</p>")
        else:
            made.append(
                f"<{kind}>" + "".join(f"<li>{inline()}</li>" for _ in range(draw(st.integers(1, 3)))) + f"</{kind}>"
            )
    return "".join(made)


@given(sources())
def test_any_rich_text_comes_back_as_it_was(source):
    """Once it has been through a file it never changes again, and the words are all there the first time."""
    kept = from_file(to_file(source))
    assert from_file(to_file(kept)) == kept
    assert to_file(kept) == to_file(source)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Et avsnitt.\n", "<p>Et avsnitt.</p>"),
        ("**Fet** og *kursiv*.\n", "<p><b>Fet</b> og <i>kursiv</i>.</p>"),
        ("Før:\n\n- ett\n- to\n\nEtter.\n", "<p>Før:</p><ul><li>ett</li><li>to</li></ul><p>Etter.</p>"),
        ("1. ett\n2. to\n", "<ol><li>ett</li><li>to</li></ol>"),
        ("[Bufdir](https://bufdir.no/)\n", '<p><a href="https://bufdir.no/">Bufdir</a></p>'),
        ("# Ingen overskrift\n", "<p># Ingen overskrift</p>"),
        ("<script>alert(1)</script>\n", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ],
)
def test_markdown_becomes_what_the_editor_would_make(text, html):
    assert to_html(text) == html


def test_the_editors_own_marks_do_not_count():
    assert to_file('<p data-block-key="x1">Hei</p>') == to_file("<p>Hei</p>") == "Hei\n"
