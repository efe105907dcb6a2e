"""Killed in the middle of an upload: nothing half is there, what was left is found, and the next upload is whole."""

import datetime as dt
import multiprocessing
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone
from h5p_samples import playable_package
from processes import upload_and_be_killed

from media.models import H5PContent, H5PFile, H5PLibrary, H5PVersion
from media.services.checking import check_files, check_versions
from media.services.files import forget, orphans, strays
from media.services.packages import take_in

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's test database lives in one process"),
    pytest.mark.django_db(transaction=True),
]
LATER = timezone.now() + dt.timedelta(days=2)


@pytest.mark.parametrize("after", [1, 5, None], ids=["after one file", "after five files", "while rows are written"])
def test_nothing_half_stays_and_the_next_upload_is_whole(tmp_path: Path, after: int | None) -> None:
    package = tmp_path / "x.h5p"
    package.write_bytes(playable_package().read())
    words = (connection.settings_dict["NAME"], storages["private"].path(""), str(package), after)
    worker = multiprocessing.get_context("spawn").Process(target=upload_and_be_killed, args=words)
    worker.start()
    worker.join(timeout=120)
    assert worker.exitcode == -9
    for model in (H5PContent, H5PVersion, H5PLibrary):
        assert not model.objects.exists()
    left = H5PFile.objects.count()
    assert left == after if after is not None else left > 5
    assert len(orphans(LATER)) == left

    with package.open("rb") as file:
        take_in(content=H5PContent(title="Hel"), file=file, file_name="x.h5p", by=None, may_approve=True)
    assert [*check_files(), *check_versions()] == []
    assert orphans(LATER) == []
    H5PVersion.objects.update(package="0" * 64)
    assert [forget(file, LATER) for file in orphans(LATER)] == [True]
    assert strays() == []
