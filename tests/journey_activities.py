"""Activities for journeys: taken in by the service, and put on a page of a course of their own."""

import io
import json
from pathlib import Path
from typing import Any

_PUT_ON_A_PAGE = """
import json, sys, uuid
from courses.models import CoursePage, ModulePage
from courses.services import ensure_site
from media.models import H5PContent
from media.services.packages import take_in

asked = json.loads({asked!r})
blocks = []
for one in asked["activities"]:
    content = H5PContent(title=one["title"], as_text=one.get("as_text", ""))
    with open(one["file"], "rb") as file:
        take_in(content=content, file=file, file_name="x.h5p", by=None, may_approve=True)
    value = {{"activity": content.pk, "done_when": "finished", "least": 70, "required": False}}
    blocks.append({{"type": "activity", "id": str(uuid.uuid4()), "value": value | one.get("block", {{}})}})
    print("activity", content.public_id)
catalog = ensure_site()
course = catalog.add_child(instance=CoursePage(title=asked["course"], slug=asked["slug"], lead="Ingress", live=False))
parts = [
    {{"type": "part", "id": str(uuid.uuid4()), "value": {{"title": title, "body": body}}}}
    for title, body in (
        ("Øv", blocks),
        ("Etterpå", [{{"type": "text", "id": str(uuid.uuid4()), "value": "<p>Slutt.</p>"}}]),
    )
]
module = course.add_child(
    instance=ModulePage(title="Modulen", slug="modulen", lead="Ingress", parts=json.dumps(parts), live=False)
)
for page in (module, course):
    page.save_revision().publish()
"""


def put_on_a_page(stack: Any, folder: Path, slug: str, *activities: dict[str, Any]) -> list[str]:
    """Makes a course with one module that shows the activities; gives their public ids.

    Each has `title` and `package` (bytes ready to be read), perhaps `as_text` and `block` (its author's choices).
    """
    asked = []
    for number, activity in enumerate(activities):
        package: io.BytesIO = activity.pop("package")
        path = folder / f"{slug}-{number}.h5p"
        path.write_bytes(package.read())
        asked.append({**activity, "file": str(path)})
    told = json.dumps({"course": f"Kurset {slug}", "slug": slug, "activities": asked})
    output = stack.python(_PUT_ON_A_PAGE.format(asked=told))
    return [line.split()[1] for line in output.splitlines() if line.startswith("activity ")]


def address(slug: str, part: int = 1) -> str:
    return f"/nb/kurs/{slug}/modulen/?del={part}"
