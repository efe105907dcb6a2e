"""A small course as files, loaded from a folder of the test's own."""

import pytest

from common.in_step import Verdict
from courses.curriculum import load_curriculum
from tests.courses import content_files


@pytest.fixture
def contents():
    content_files.make_facts()
    return content_files.files()


@pytest.fixture
def load(tmp_path, contents):
    """Writes the files as they stand in `contents` and loads them; what was not the same, by name."""

    def run(**options):
        loaded = load_curriculum(content_files.write(tmp_path, contents), **options)
        return {told.name: told.verdict for told in loaded.told if told.verdict != Verdict.SAME}

    return run
