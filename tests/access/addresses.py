"""Every address of our own and of the sign-in package, and who may open it. A new address is declared here.

An address that stands twice is about two things. People who are not named by `expects` may not open it, in the way
that `others` says; nobody is sent to sign in.
"""

import json

from agencies.services.people import person_fingerprint
from agencies.services.units import unit_fingerprint
from tests.access.asking import ELSEWHERE, MISSING, NOT_ASKED_THIS_WAY, OPENS, REFUSED
from tests.access.describing import (
    ALL_ELSEWHERE,
    ASKED_ANOTHER_WAY,
    CONTENT_ONLY,
    DECISIONS,
    DECISIONS_AT_LIA,
    DECISIONS_ELSEWHERE,
    EVERYBODY,
    FIGURES,
    FIGURES_ABOVE,
    FIGURES_AT_LIA,
    OWN,
    PEOPLE_LIST,
    PERSON_AT_LIA,
    PERSON_ELSEWHERE,
    ROSTER_AT_LIA,
    ROSTER_ELSEWHERE,
    ROSTER_LIST,
    ROSTER_TOO_HIGH,
    Address,
    a_document,
    a_function,
    a_job,
    a_name,
    a_person,
    a_place,
    a_rule,
    a_statement,
    a_status_list,
    a_version,
    an_achievement,
    an_answer,
    attempt,
    code,
    day,
    film,
    her_case,
    her_job,
    in_the_frame,
    its_track,
    language,
    last_day,
    module,
    new_cycles,
    no_one,
    no_status_list,
    of_libraries,
    quiz,
    signed_in,
    the_activity,
    the_agency,
    the_learner,
    unit,
    what_was_seen,
    who,
)
from tests.access.small_world import PEOPLE, ROSTER, STANDINGS

SIGNED_IN = tuple(name for name in PEOPLE if name != "nobody")

OURS = [
    # --- for all ----------------------------------------------------------------------------------
    Address("", ALL_ELSEWHERE),
    Address("health/", EVERYBODY),
    Address("uploads/<path:name>", EVERYBODY, lambda w: {"name": w.picture.file.name}),
    Address("uploads/<path:name>", signed_in(MISSING, MISSING), lambda w: {"name": w.document.file.name}),
    Address("i18n/setlang/", ALL_ELSEWHERE, post=language, by=PEOPLE, writes=False),
    Address("nb/kontroll/", EVERYBODY, post=code, writes=False),
    Address("k/<slug:code>/", EVERYBODY, code, names={name: {"learner"} for name in PEOPLE}),
    Address("k/<slug:code>/", signed_in(MISSING, MISSING), lambda w: {"code": "0" * 26}),
    Address("merke/utsteder/", EVERYBODY),
    Address("merke/nokler.json", EVERYBODY),
    Address("merke/status/<int:number>/<slug:purpose>/", EVERYBODY, a_status_list),
    Address("merke/status/<int:number>/<slug:purpose>/", signed_in(MISSING, MISSING), no_status_list),
    Address("merke/sertifisering/<uuid:public_id>/<slug:language>/", EVERYBODY, an_achievement),
    Address("h5p/s/<str:key>/spiller/<slug:language>/", EVERYBODY, in_the_frame(language="nb")),
    Address("h5p/s/<str:key>/spiller/<slug:language>/", signed_in(MISSING, MISSING), of_libraries(language="nb")),
    Address("h5p/s/<str:key>/content/<int:version_id>/<path:path>", EVERYBODY, in_the_frame(path="content.json")),
    Address("h5p/b/<str:key>/<str:name>", EVERYBODY, of_libraries(name="samlet.js")),
    Address("h5p/b/<str:key>/<str:name>", signed_in(MISSING, MISSING), in_the_frame(name="samlet.js")),
    Address(
        "h5p/b/<str:key>/<str:folder>/<path:path>",
        EVERYBODY,
        of_libraries(folder="HandlekraftShared-2.1", path="shared.js"),
    ),
    # Where it is no demo, its pages are not there.
    Address("nb/demo/", signed_in(MISSING, MISSING)),
    Address("nb/demo/inn/", ASKED_ANOTHER_WAY),
    # --- for whoever is signed in, each her own ---------------------------------------------------
    Address("nb/", signed_in()),
    Address("nb/sti/<slug:key>/", signed_in(), lambda w: {"key": w.base.path.key}),
    Address("nb/sertifikater/", signed_in()),
    Address("nb/sertifikat/<slug:code>/", OWN, code),
    Address("nb/sertifikat/<slug:code>/pdf/", OWN, code),
    Address("nb/sertifikat/<slug:code>/merke/", OWN, code),
    Address("nb/sertifikat/<slug:code>/merke.svg", OWN, code),
    Address("nb/sertifikat/<slug:code>/merke.jwt", OWN, code),
    Address("nb/sertifikat/<slug:code>/merke.json", OWN, code),
    Address("nb/min-konto/", signed_in(), post=language),
    Address("nb/min-konto/opplysninger.zip", signed_in()),
    Address("nb/kurs/<str:course_slug>/<str:module_slug>/", signed_in(), module),
    Address("nb/rutiner/", signed_in()),
    Address("nb/ord/", signed_in()),
    Address("nb/kurs/<str:course_slug>/<str:module_slug>/utskrift.pdf", signed_in(), module),
    Address(r"nb/^((?:kurs/(?:[\w-]+/)*)?)$", ALL_ELSEWHERE, lambda w: {"address": w.course.url}),
    Address("nb/prove/<slug:code>/", signed_in(), quiz, post=no_one, by=("learner",), writes=False),
    Address("nb/forsok/<uuid:attempt_id>/<int:number>/", OWN, attempt(number=1), post=an_answer),
    Address(
        "nb/forsok/<uuid:attempt_id>/svar/",
        ASKED_ANOTHER_WAY,
        attempt(),
        post=lambda w: json.dumps(an_answer(w)),
        by=("learner",),
    ),
    Address(
        "nb/forsok/<uuid:attempt_id>/lever/", OWN | {"learner": ELSEWHERE}, attempt(), post=no_one, by=("learner",)
    ),
    Address("nb/forsok/<uuid:attempt_id>/resultat/", OWN, attempt("failed")),
    Address("nb/forsok/<uuid:attempt_id>/resultat/", OWN | {"learner": ELSEWHERE}, attempt()),
    # --- films: of a course, and of none yet ------------------------------------------------------
    Address("film/<uuid:video_id>/", signed_in(), film()),
    Address("film/<uuid:video_id>/", CONTENT_ONLY, film("draft_film")),
    Address("film/<uuid:video_id>/spor/<int:track_id>.vtt", signed_in(), its_track()),
    Address("film/<uuid:video_id>/spor/<int:track_id>.vtt", CONTENT_ONLY, its_track("draft_film")),
    Address(
        "film/<uuid:video_id>/sett/",
        signed_in(NOT_ASKED_THIS_WAY),
        film(),
        post=what_was_seen,
        by=SIGNED_IN,
    ),
    Address("film/<uuid:video_id>/lest/", signed_in(NOT_ASKED_THIS_WAY), film(), post=no_one, by=SIGNED_IN),
    Address("h5p/<uuid:content_id>/hendelser/", ASKED_ANOTHER_WAY, the_activity, post=a_statement, by=PEOPLE[:-1]),
    Address("h5p/<uuid:content_id>/plass/", ASKED_ANOTHER_WAY, the_activity, post=a_place, by=PEOPLE[:-1]),
    Address("h5p/<uuid:content_id>/lest/", ASKED_ANOTHER_WAY, the_activity, post=no_one, by=PEOPLE[:-1]),
    # --- for who sees figures ---------------------------------------------------------------------
    Address("nb/rapport/", FIGURES),
    Address("nb/rapport/<uuid:unit_id>/", FIGURES_AT_LIA, unit("lia")),
    Address("nb/rapport/<uuid:unit_id>/", FIGURES_ABOVE, the_agency),
    Address("nb/rapport/<uuid:unit_id>/", FIGURES_ABOVE | {"coordinator": MISSING}, unit("neighbour")),
    Address("nb/rapport/<uuid:unit_id>/tall.csv", FIGURES_AT_LIA, unit("lia")),
    Address("nb/rapport/<uuid:unit_id>/tall.csv", FIGURES_ABOVE, the_agency),
    Address("nb/rapport/<uuid:unit_id>/per-dato/", FIGURES_AT_LIA, unit("lia")),
    Address("nb/rapport/<uuid:unit_id>/per-dato/", FIGURES_ABOVE, the_agency),
    # --- for who sees people ----------------------------------------------------------------------
    Address("nb/rapport/<uuid:unit_id>/per-dato/personer.csv", PERSON_AT_LIA, unit("lia"), names=STANDINGS),
    Address("nb/rapport/<uuid:unit_id>/per-dato/personer.csv", PERSON_ELSEWHERE, unit("neighbour")),
    Address("nb/personer/<uuid:person_id>/per-dato/", PERSON_AT_LIA, the_learner, names=STANDINGS),
    Address("nb/personer/<uuid:person_id>/per-dato/", PERSON_AT_LIA, a_person("both"), names=STANDINGS),
    Address("nb/personer/<uuid:person_id>/per-dato/", PERSON_ELSEWHERE, a_person("left")),
    Address("nb/personer/<uuid:person_id>/per-dato/", PERSON_ELSEWHERE, a_person("neighbour")),
    Address("nb/personer/", PEOPLE_LIST, names=STANDINGS),
    Address("nb/personer/personer.csv", PEOPLE_LIST, names=STANDINGS),
    Address("nb/personer/<uuid:person_id>/", PERSON_AT_LIA, the_learner, names=STANDINGS),
    Address("nb/personer/<uuid:person_id>/", PERSON_AT_LIA, a_person("both"), names=STANDINGS),
    Address("nb/personer/<uuid:person_id>/", PERSON_ELSEWHERE, a_person("left")),
    Address("nb/personer/<uuid:person_id>/", PERSON_ELSEWHERE, a_person("neighbour")),
    # --- for administrators -----------------------------------------------------------------------
    Address("nb/virksomhet/", ROSTER_LIST),
    Address(
        "nb/virksomhet/enheter/ny/",
        ROSTER_LIST,
        post=lambda w: {"name_nb": "Ny", "kind": "school", "parent": w.lia.public_id},
        by=("administrator",),
    ),
    Address(
        "nb/virksomhet/enheter/<uuid:unit_id>/",
        ROSTER_AT_LIA,
        unit("lia"),
        post=lambda w: {"name_nb": "Ny", "kind": "school", "seen": unit_fingerprint(w.lia)},
    ),
    Address("nb/virksomhet/enheter/<uuid:unit_id>/", ROSTER_ELSEWHERE, the_agency),
    Address(
        "nb/virksomhet/enheter/<uuid:unit_id>/flytt/",
        ROSTER_AT_LIA,
        unit("lia_base"),
        post=lambda w: {"parent": w.lia_loft.public_id, "day": day(), "seen": w.lia_base.path},
    ),
    Address(
        "nb/virksomhet/enheter/<uuid:unit_id>/flytt/",
        ROSTER_TOO_HIGH,
        unit("lia"),
        post=lambda w: {"parent": w.braten.public_id, "day": day(), "seen": w.lia.path},
    ),
    Address("nb/virksomhet/enheter/<uuid:unit_id>/legg-ned/", ROSTER_AT_LIA, unit("lia_base"), post=last_day),
    Address("nb/virksomhet/enheter/<uuid:unit_id>/legg-ned/", ROSTER_TOO_HIGH, unit("lia"), post=last_day),
    Address("nb/virksomhet/personer/", ROSTER_LIST, names=ROSTER),
    Address(
        "nb/virksomhet/personer/",
        ROSTER_LIST,
        lambda w: {"address": "/nb/virksomhet/personer/?vis=sluttet"},
        names=ROSTER,
    ),
    Address("nb/virksomhet/personer/ny/", ROSTER_LIST, post=lambda w: a_name(w) | a_job(w), by=("administrator",)),
    Address("nb/virksomhet/personer/<uuid:person_id>/", ROSTER_AT_LIA, the_learner, names=ROSTER),
    Address("nb/virksomhet/personer/<uuid:person_id>/", ROSTER_AT_LIA, a_person("both"), names=ROSTER),
    Address("nb/virksomhet/personer/<uuid:person_id>/", ROSTER_AT_LIA, a_person("left"), names=ROSTER),
    Address("nb/virksomhet/personer/<uuid:person_id>/", ROSTER_ELSEWHERE, a_person("neighbour")),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/endre/",
        ROSTER_AT_LIA,
        the_learner,
        names=ROSTER,
        post=lambda w: a_name(w) | {"seen": person_fingerprint(w.people["learner"])},
    ),
    *(
        Address(
            "nb/virksomhet/personer/<uuid:person_id>/endre/",
            ROSTER_TOO_HIGH,
            a_person(name),
            post=lambda w, name=name: a_name(w) | {"seen": person_fingerprint(w.people[name])},
        )
        for name in ("both", "left")
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/slett/",
        ROSTER_AT_LIA | {"operator": OPENS},
        the_learner,
        names=ROSTER | {"operator": {"learner"}},
        post=lambda w: {"ground": "asked", "typed": w.people["learner"].email},
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/sla-sammen/",
        ROSTER_AT_LIA | {"operator": OPENS},
        the_learner,
        names=ROSTER | {"operator": {"learner"}},
        post=lambda w: {"email": w.people["colleague"].email},
        writes=False,
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/sla-sammen/<uuid:other_id>/",
        ROSTER_AT_LIA | {"operator": OPENS},
        lambda w: the_learner(w) | {"other_id": w.people["colleague"].public_id},
        names=ROSTER | {"operator": {"learner", "colleague"}},
        post=lambda w: {"typed": w.people["colleague"].email},
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/ny-stilling/", ROSTER_AT_LIA, the_learner, names=ROSTER, post=a_job
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/ny-stilling/", ROSTER_ELSEWHERE, a_person("neighbour"), post=a_job
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/ny-funksjon/",
        ROSTER_AT_LIA,
        the_learner,
        names=ROSTER,
        post=a_function,
    ),
    Address("nb/virksomhet/stillinger/<uuid:membership_id>/flytt/", ROSTER_AT_LIA, her_job, names=ROSTER, post=a_job),
    Address(
        "nb/virksomhet/stillinger/<uuid:membership_id>/avslutt/", ROSTER_AT_LIA, her_job, names=ROSTER, post=last_day
    ),
    Address(
        "nb/virksomhet/stillinger/<uuid:membership_id>/permisjon/",
        ROSTER_AT_LIA,
        her_job,
        names=ROSTER,
        post=lambda w: {"first_day": day()},
    ),
    Address(
        "nb/virksomhet/stillinger/<uuid:membership_id>/permisjon/<int:pause_id>/avslutt/",
        ROSTER_AT_LIA,
        lambda w: {"membership_id": w.jobs["colleague"].public_id, "pause_id": w.pause.pk},
        names=ROSTER,
        post=last_day,
    ),
    Address(
        "nb/virksomhet/stillinger/<uuid:membership_id>/permisjon/<int:pause_id>/avslutt/",
        ROSTER_AT_LIA | {"administrator": MISSING},
        lambda w: {**her_job(w), "pause_id": w.pause.pk},
        post=last_day,
    ),
    Address(
        "nb/virksomhet/funksjoner/<uuid:grant_id>/avslutt/",
        ROSTER_AT_LIA,
        lambda w: {"grant_id": w.grants["manager"].public_id},
        names=ROSTER,
        post=last_day,
    ),
    Address(
        "nb/virksomhet/funksjoner/<uuid:grant_id>/avslutt/",
        ROSTER_ELSEWHERE,
        lambda w: {"grant_id": w.grants["coordinator"].public_id},
        post=last_day,
    ),
    # --- rules, policies and decisions -------------------------------------------------------------
    # A rule is a whole agency's: those who administer one school read it, and nobody here administers the agency.
    Address("nb/krav/", ROSTER_LIST),
    Address("nb/krav/nytt/", who()),
    Address("nb/krav/<uuid:rule_id>/endre/", who(), a_rule),
    Address("nb/krav/<uuid:rule_id>/avslutt/", who(), a_rule),
    Address("nb/regler/", who("operator")),
    Address("nb/regler/<slug:key>/", who("operator"), lambda w: {"key": "grunnkurs"}),
    Address("nb/regler/<slug:key>/ny/", who("operator"), lambda w: {"key": "grunnkurs"}, post=a_version),
    Address(
        "nb/regler/<slug:key>/<uuid:agency_id>/ny/",
        who(),
        lambda w: {"key": "grunnkurs", "agency_id": w.base.agency.public_id},
    ),
    # New cycles are opened by those who decide, in their own units; how far it has come is shown to who asked for it.
    Address(
        "nb/omganger/ny/",
        who("manager", "sibling_manager", "administrator", "sibling_administrator"),
        post=new_cycles,
        by=("manager", "administrator"),
    ),
    Address(
        "nb/omganger/<uuid:batch_id>/",
        who(others=REFUSED)
        | dict.fromkeys(("manager", "sibling_manager", "administrator", "sibling_administrator"), MISSING),
        lambda w: {"batch_id": "00000000-0000-4000-8000-000000000000"},
    ),
    # With one certification required of her it leads straight to that.
    Address(
        "nb/vedtak/<uuid:person_id>/",
        DECISIONS_AT_LIA | {"manager": ELSEWHERE, "administrator": ELSEWHERE},
        the_learner,
    ),
    Address("nb/vedtak/<uuid:person_id>/<slug:key>/", DECISIONS_AT_LIA, her_case(), names=DECISIONS),
    Address(
        "nb/rutiner/<uuid:unit_id>/",
        DECISIONS_AT_LIA,
        unit("lia"),
        post=lambda w: {"rutine-melding": "Ring barnevernet."},
        writes=False,
    ),
    # What nobody requires of her is not there to decide about.
    Address("nb/vedtak/<uuid:person_id>/<slug:key>/", DECISIONS_ELSEWHERE, her_case(key="zeta")),
    Address(
        "nb/vedtak/<uuid:person_id>/<slug:key>/<slug:kind>/",
        DECISIONS_AT_LIA,
        her_case(kind="fritak"),
        names=DECISIONS,
        post=lambda w: {"reason": "Etter avtale.", "first_day": day()},
    ),
    *(
        Address(
            f"nb/vedtak/<uuid:person_id>/<slug:key>/<uuid:decision_id>/{what}/",
            DECISIONS_ELSEWHERE,
            her_case(decision_id="00000000-0000-4000-8000-000000000000"),
        )
        for what in ("angre", "avslutt")
    ),
]

TO_SECOND = who(others=ELSEWHERE)  # to type the password again before her second factor is touched
DOOR = signed_in(ELSEWHERE, OPENS)

SIGN_IN_PACKAGE = [
    # An address is given by rosters and administrators: nobody changes her own here.
    Address("nb/konto/email/", ALL_ELSEWHERE),
    Address("nb/konto/confirm-email/", ALL_ELSEWHERE),
    Address("nb/konto/confirm-email/<path:key>/", ALL_ELSEWHERE, lambda w: {"key": "abc"}),
    Address(
        r"nb/konto/^confirm-email/(?P<key>[-:\w]+)/$",
        ALL_ELSEWHERE,
        lambda w: {"address": "/nb/konto/confirm-email/a:b/"},
    ),
    Address("nb/konto/login/", DOOR),
    Address("nb/konto/login/code/", DOOR),
    Address("nb/konto/login/code/confirm/", signed_in(ELSEWHERE)),
    Address("nb/konto/signup/", DOOR),  # says that it is closed
    Address("nb/konto/logout/", signed_in()),
    Address("nb/konto/inactive/", EVERYBODY),
    Address("nb/konto/reauthenticate/", TO_SECOND),
    Address("nb/konto/password/change/", TO_SECOND),  # those of this world have none to change
    Address("nb/konto/password/set/", signed_in()),
    Address("nb/konto/password/reset/", EVERYBODY),
    Address("nb/konto/password/reset/done/", EVERYBODY),
    Address("nb/konto/password/reset/key/done/", EVERYBODY),
    Address(
        r"nb/konto/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        EVERYBODY,  # says that the link does not hold
        lambda w: {"address": "/nb/konto/password/reset/key/1-abc/"},
    ),
    Address("nb/konto/2fa/", signed_in()),
    Address("nb/konto/2fa/authenticate/", signed_in(ELSEWHERE)),
    Address("nb/konto/2fa/reauthenticate/", signed_in()),
    Address("nb/konto/2fa/totp/activate/", TO_SECOND),
    Address("nb/konto/2fa/totp/deactivate/", TO_SECOND),
    Address("nb/konto/2fa/recovery-codes/", signed_in(MISSING)),
    Address("nb/konto/2fa/recovery-codes/generate/", TO_SECOND),
    Address("nb/konto/2fa/recovery-codes/download/", signed_in(MISSING)),
]

A_DOCUMENT = r"dokumenter/^(\d+)/(.*)$"
DOCUMENTS = [
    # A document has the permissions of the published pages it is on, and its collection may narrow them further.
    Address(A_DOCUMENT, signed_in(), a_document("document")),
    Address(A_DOCUMENT, signed_in(), a_document("inside")),
    Address(A_DOCUMENT, who("trainer", "operator", others=MISSING), a_document("loose")),
    Address(
        "dokumenter/authenticate_with_password/<int:restriction_id>/",
        signed_in(MISSING, MISSING),
        lambda w: {"restriction_id": 0},
    ),
]

ADDRESSES = [*OURS, *SIGN_IN_PACKAGE, *DOCUMENTS]
