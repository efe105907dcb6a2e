"""Names inside a sentence stand in the quotation marks of its language."""

import pytest
from django.utils import translation

from common.quoting import quoted


@pytest.mark.parametrize(
    ("language", "told"), [("nb", "«Én», «To 100 %»"), ("nn", "«Én», «To 100 %»"), ("en", "“Én”, “To 100 %”")]
)
def test_each_name_has_the_marks_of_the_language(language, told):
    with translation.override(language):
        assert quoted(["Én", "To 100 %"]) == told
        assert quoted([]) == ""
