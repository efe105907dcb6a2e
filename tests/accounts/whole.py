"""A person with a row in every table that leads to one: what export, erasure and merging must all know of."""

import datetime as dt
import uuid
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from factories import make_grant, make_membership, make_person
from h5p_samples import package
from wagtail.admin.models import EditingSession, FormState
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.log_actions import log
from wagtail.models import (
    APIToken,
    Comment,
    CommentReply,
    Page,
    PageSubscription,
    Task,
    TaskState,
    UploadedFile,
    Workflow,
    WorkflowState,
)
from wagtail.users.models import UserProfile
from worlds import World

from accounts.models import User
from agencies.models import MembershipPause
from assessments.models import Answer, Attempt, Item, ItemVersion, Topic
from assessments.services import allow_attempts
from certification.models import Cycle, Notice, Policy, RequirementRule
from certification.services import settle_person
from certification.services.decisions import extend, waive
from courses.models import Edition, LocalRoutine, ModuleProgress, PartDone
from courses.services import ensure_site
from media.h5p.xapi import read_statement
from media.models import DocumentFile, H5PContent, H5PLibrary, Video, VideoProgress
from media.services.packages import take_in
from media.services.statements import iri_of, take_in_statements
from media.services.states import save_state
from tests.courses.synthetic import make_picture

DAY = dt.timedelta(days=1)
REASON = "Hun er sykmeldt etter en operasjon."
CHOSEN = "Ringer hjem"


def whole_person(world: World, **fields: Any) -> User:
    """Certified in the world's certification, on leave, an author and a manager, and half-way through a draft."""
    person = make_person(**{"first_name": "Ingrid", "last_name": "Solheim", "password": "hemmelig-1", **fields})
    job = make_membership(person, world.school)
    MembershipPause.objects.create(membership=job, valid_from=timezone.localdate() - 9 * DAY)
    _learned(world, person)
    _decided(world, person)
    _function(world, person)
    _sat_a_quiz(world, person)
    _did_an_activity(person)
    _authored(person)
    _worked_in_the_admin(person)
    _signs_in(person)
    return person


def _learned(world: World, person: User) -> None:
    day = timezone.localdate() - 30 * DAY
    world.take_test(person, day - DAY, passed=False)
    world.read_course(person, day)
    world.take_test(person, day)
    settle_person(person.pk)
    edition = Edition.objects.create(
        course_key=world.course_key, number=_next(Edition), published_by=person, latest=False
    )
    module = uuid.uuid4()
    ModuleProgress.objects.create(person=person, course_key=world.course_key, module_key=module, edition=edition)
    PartDone.objects.create(person=person, course_key=world.course_key, module_key=module, part_id="del-1")
    slot = f"rutine-{_next(LocalRoutine)}"
    LocalRoutine.objects.create(unit=world.school, slot=slot, text="Ring.", written_by=person)
    cycle = Cycle.objects.get(person=person)
    Notice.objects.create(person=person, cycle=cycle, stage=Notice.Stage.OPENED, message_id=f"<{uuid.uuid4()}>")


def _decided(world: World, person: User) -> None:
    boss, colleague = make_person("Marit", "Aune"), world.teacher()
    cycle = Cycle.objects.get(person=person)
    extend(cycle=cycle, until=cycle.expires_on + 20 * DAY, reason=REASON, decided_by=boss, agency=world.agency)
    waive(
        person=colleague, certification=world.certification, agency=world.agency, reason="Annen oppgave",
        decided_by=person, first_day=timezone.localdate(),
    )  # fmt: skip


def _function(world: World, person: User) -> None:
    make_grant(person, world.school)
    make_grant(make_person(), world.school, given_by=person)
    national = Policy.objects.get(pk=world.policy.pk)
    national.pk, national.version, national.made_by = None, f"v{_next(Policy)}", person
    national.valid_from = timezone.localdate() + 900 * DAY  # in force for nobody yet
    national.save(force_insert=True)
    rule = RequirementRule.objects.get(pk=world.rule.pk)
    rule.pk, rule.public_id, rule.thread, rule.made_by = None, uuid.uuid4(), uuid.uuid4(), person
    rule.valid_from = timezone.localdate() + 900 * DAY
    rule.save(force_insert=True)


def _sat_a_quiz(world: World, person: User) -> None:
    topic, _created = Topic.objects.get_or_create(key="plikter", defaults={"name_nb": "Plikter"})
    item = Item.objects.create(code=f"p{_next(Item)}", topic=topic, stem_nb="Hva gjør du?", why_nb="Fordi.")
    options = [{"key": "a", "text": {"nb": CHOSEN}, "correct": False, "harmful": True}]
    options.append({"key": "b", "text": {"nb": "Lytter"}, "correct": True, "harmful": False})
    content = {"kind": "single", "stem": {"nb": "Hva gjør du?"}, "why": {"nb": "Fordi."}, "options": options}
    version = ItemVersion.objects.create(item=item, number=1, content=content, digest="0" * 64, made_by=person)
    leave = allow_attempts(
        person=person, quiz=world.quiz, given_for="practice", pass_mark=80, attempts=None, cool_down_days=0,
        opens_on=timezone.localdate(), agency=None,
    )  # fmt: skip
    drawn = [{"version": version.pk, "options": ["a", "b"]}]
    attempt = Attempt.objects.create(
        person=person, quiz=world.quiz, allowance=leave, number=1, draw=drawn, pass_mark=80
    )
    Answer.objects.create(attempt=attempt, position=0, version=version, option="a", sequence=1)


def _did_an_activity(person: User) -> None:
    content = H5PContent(title=f"Øvelse {_next(H5PContent)}", created_by=person)
    version = take_in(content=content, file=package(), file_name="x.h5p", by=person, may_approve=True).version
    H5PLibrary.objects.update(brought_by=person, judged_by=person)
    told = {
        "id": str(uuid.uuid4()), "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": iri_of(content)}, "result": {"score": {"raw": 1, "max": 2}},
    }  # fmt: skip
    take_in_statements(person=person, version=version, statements=[read_statement(told)])
    save_state(person=person, version=version, state='{"chosen": 1}', sequence=7)


def _authored(person: User) -> None:
    page = ensure_site()
    picture = make_picture()
    picture.uploaded_by_user = person
    picture.save()
    DocumentFile.objects.create(title="Ark", uploaded_by_user=person)
    video = Video.objects.create(title="Samtalen", kind="webm", seconds=60, uploaded_by=person)
    VideoProgress.objects.create(person=person, video=video, ranges=[[0, 30]], position=30)
    Image.objects.create(title="Gammelt", file=picture.file.name, width=1, height=1, uploaded_by_user=person)
    Document.objects.create(title="Gammelt", uploaded_by_user=person)
    UploadedFile.objects.create(file="halvferdig.png", uploaded_by_user=person)
    revision = page.save_revision(user=person)
    Page.objects.filter(pk=page.pk).update(owner=person, locked=True, locked_by=person)
    comment = Comment.objects.create(page=page, user=person, resolved_by=person, text="Se her", contentpath="title")
    CommentReply.objects.create(comment=comment, user=person, text="Ja")
    workflow = Workflow.objects.create(name=f"Flyt {_next(Workflow)}")
    task = Task.objects.create(name="Les", content_type=ContentType.objects.get_for_model(Task))
    state = WorkflowState.objects.create(
        workflow=workflow, requested_by=person, object_id=f"x{person.pk}", status=WorkflowState.STATUS_CANCELLED,
        content_type=ContentType.objects.get_for_model(Page), base_content_type=ContentType.objects.get_for_model(Page),
    )  # fmt: skip
    TaskState.objects.create(
        workflow_state=state, revision=revision, task=task, finished_by=person,
        content_type=ContentType.objects.get_for_model(TaskState),
    )  # fmt: skip
    log(instance=page, action="wagtail.edit", user=person)
    log(instance=make_person(), action="wagtail.edit", user=person)
    log(instance=person, action="wagtail.edit", user=person)  # a log of what was done to her


def _worked_in_the_admin(person: User) -> None:
    page = ensure_site()
    about = {"content_type": ContentType.objects.get_for_model(Page), "object_id": str(page.pk)}
    EditingSession.objects.create(user=person, last_seen_at=timezone.now(), **about)
    FormState.objects.create(user=person, data="title=x", last_updated_at=timezone.now(), **about)
    APIToken.objects.create(user=person, name="min", key_hash=uuid.uuid4().hex, prefix="x")
    PageSubscription.objects.create(user=person, page=page, comment_notifications=True)
    UserProfile.objects.create(user=person)


def _signs_in(person: User) -> None:
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    person.groups.add(Group.objects.get_or_create(name="Lesegruppen")[0])
    person.user_permissions.add(Permission.objects.order_by("pk")[0])


def _next(model: Any) -> int:
    number: int = model._default_manager.count() + 1
    return number
