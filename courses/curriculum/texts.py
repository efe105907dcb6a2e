"""Rich text as Wagtail keeps it, and as Markdown in a file. What Markdown cannot say stands in the file as HTML."""

import re
from typing import Any

from markdown_it import MarkdownIt
from markdownify import markdownify

# Paragraphs, bold, italic, lists and links: what the editor offers.
_MARKDOWN = MarkdownIt("zero").enable(["emphasis", "list", "link", "escape", "newline", "entity"])
_BLOCK_KEY = re.compile(r' data-block-key="[^"]*"')
_BETWEEN_BLOCKS = re.compile(r"[ \t\r\n]*(</?(?:p|ul|ol|li|h[2-6]|hr|blockquote)\b[^>]*>)[ \t\r\n]*")


def to_html(text: str) -> str:
    """Markdown as Wagtail keeps it."""
    made = str(_MARKDOWN.render(text))
    for written, kept in (("strong", "b"), ("em", "i")):
        made = made.replace(f"<{written}>", f"<{kept}>").replace(f"</{written}>", f"</{kept}>")
    return _plain(made)


def to_file(source: str) -> str | dict[str, str]:
    """Rich text as a file has it: Markdown where that gives the same back, else {"html": …}."""
    kept = _plain(source)
    text = _lines(
        markdownify(kept, bullets="-", strong_em_symbol="*", escape_underscores=False, newline_style="backslash")
    )
    return text if to_html(text) == kept else {"html": kept}


def from_file(value: Any) -> str:
    """What a file has, Markdown or {"html": …}, as Wagtail keeps it."""
    return value["html"] if isinstance(value, dict) else to_html(value)


def _plain(source: str) -> str:
    """Without the editor's own marks, and with nothing between the blocks: the same for the same text."""
    source = _BLOCK_KEY.sub("", source)
    for written, kept in (("strong", "b"), ("em", "i")):
        source = re.sub(rf"<(/?){written}>", rf"<\1{kept}>", source)
    source = re.sub(r"[ \t\r\n]+", " ", source)  # not the space that holds words together
    return _BETWEEN_BLOCKS.sub(r"\1", source).strip(" \t\r\n")


def _lines(text: str) -> str:
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"
