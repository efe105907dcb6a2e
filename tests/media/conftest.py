"""Activities for tests: taken in by the same service as a trainer's upload."""

import shutil
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from h5p_samples import package

from media.models import H5PContent
from media.services.files import FOLDER
from media.services.packages import take_in
from media.services.statements import iri_of

COMPLETED = "http://adlnet.gov/expapi/verbs/completed"


@pytest.fixture(autouse=True)
def _nothing_kept():
    """What another test took in is none of this one's files."""
    shutil.rmtree(Path(storages["private"].path(FOLDER)), ignore_errors=True)


@pytest.fixture
def activity(db):
    """Makes an activity that can be played, unless `approved` is false. `files` are those of the package."""

    def make(
        files: dict[str, bytes] | None = None, *, approved: bool = True, by: Any = None, **fields: Any
    ) -> H5PContent:
        content = H5PContent(**{"title": "Første samtale", **fields})
        take_in(content=content, file=package(files), file_name="samtale.h5p", by=by, may_approve=approved)
        return content

    return make


@pytest.fixture
def told():
    """A statement as the player sends it: of the whole activity, unless told otherwise."""

    def make(content: H5PContent, raw: float | None = 1, most: float = 1, verb: str = COMPLETED, **more: Any) -> Any:
        score = {"raw": raw, "max": most, "scaled": raw / most} if raw is not None else {}
        statement = {
            "id": str(uuid.uuid4()),
            "verb": {"id": verb},
            "object": {"id": iri_of(content)},
            "result": {"score": score, "completion": True},
            "timestamp": "2026-11-27T10:00:00Z",
        }
        return statement | more

    return make
