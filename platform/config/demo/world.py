"""Who is in the demo: three agencies, their units, and about three hundred invented people."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from agencies.models import Grant, Unit
from config.demo.names import FAMILY, FEMALE, MALE

# Story → how often it is met, of a hundred people who are not written out by hand.
STORIES = {
    "valid": 40, "renewed": 19, "window": 9, "in_progress": 6, "new": 6, "overdue": 6, "grace": 4, "expired": 4,
    "leave": 2, "failed": 2, "waived": 1, "halfway": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Worker:
    """One person at one unit. `story` is how she stands with the foundation course, `path_story` with her sector's."""

    first: str
    last: str
    role: str
    story: str
    path_story: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit: people written out by hand, and how many more of which roles."""

    name: str
    kind: str
    staff: tuple[Worker, ...] = ()
    more: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An agency with its places. `paths` are what it requires besides the foundation: (course, sector)."""

    code: str
    name: str
    kind: str
    domain: str
    places: tuple[Place, ...]
    paths: tuple[tuple[str, str], ...]


SCHOOL_STAFF = {"teacher": 15, "assistant": 3, "head": 1, "counsellor": 1}

ORGANISATIONS = (
    Organisation(
        "DEMO",
        "Fjordvik kommune",
        Unit.Kind.MUNICIPALITY,
        "fjordvik.example",
        (
            Place(
                "Lia ungdomsskole",
                Unit.Kind.SCHOOL,
                (
                    Worker("Ingrid", "Solheim", "teacher", "halfway", "new"),
                    Worker("Kari", "Amundsen", "teacher", "window", "valid"),
                    Worker("Jon Erik", "Bakken", "assistant", "grace", "expired"),
                    Worker("Siri", "Dahl", "head", "valid", "valid"),
                    Worker("Thomas", "Eide", "teacher", "in_progress", "new"),
                    Worker("Nora", "Hansen", "teacher", "new", "new"),
                    Worker("Amir", "Johansen", "counsellor", "valid", "renewed"),
                    Worker("Marte", "Lie", "teacher", "window", "in_progress"),
                    Worker("Linh", "Nguyen", "school_nurse", "valid", "valid"),
                    Worker("Petter", "Olsen", "assistant", "overdue", "overdue"),
                    Worker("Leila", "Rahimi", "teacher", "expired", "expired"),
                    Worker("Åse", "Aasen", "teacher", "leave", "leave"),
                    Worker("Mikkel", "Sara", "diversity_adviser", "valid", "valid"),
                ),
                {"teacher": 5},
            ),
            Place(
                "Bråten skole",
                Unit.Kind.SCHOOL,
                (
                    Worker("Bjørn", "Berg", "head", "valid", "window"),
                    Worker("Anne", "Østby", "teacher", "valid_late", "valid"),
                    Worker("Yusuf", "Ali", "teacher", "window", "valid"),
                    Worker("Grete", "Lund", "teacher", "overdue", "overdue"),
                    Worker("Henrik", "Strand", "teacher", "new", "new"),
                    Worker("Ida", "Myhre", "assistant", "in_progress", "new"),
                    Worker("Sofie", "Haugen", "teacher", "valid", "valid"),
                    Worker("Ole", "Knutsen", "teacher", "waived", "waived"),
                    Worker("Maria", "Kowalska", "teacher", "renewed", "valid"),
                    Worker("Tor", "Ødegård", "assistant", "expired", "expired"),
                    Worker("கவிதா", "Sivakumar", "teacher", "valid", "in_progress"),
                ),
                {"teacher": 6, "assistant": 2},
            ),
            Place("Havna barneskole", Unit.Kind.SCHOOL, (), SCHOOL_STAFF),
            Place("Solsiden skole", Unit.Kind.SCHOOL, (), SCHOOL_STAFF),
            Place("Nordbygda oppvekstsenter", Unit.Kind.SCHOOL, (), {"teacher": 9, "assistant": 3, "head": 1}),
            Place(
                "Strandveien barnehage",
                Unit.Kind.KINDERGARTEN,
                (
                    Worker("Hilde", "Nilsen", "kindergarten_head", "valid"),
                    Worker("Fatima", "Hussein", "kindergarten_teacher", "valid"),
                    Worker("Lars", "Pedersen", "kindergarten_teacher", "overdue"),
                    Worker("Elin", "Ruud", "kindergarten_teacher", "new"),
                    Worker("Jonas", "Sæther", "kindergarten_teacher", "failed"),
                    Worker("Wenche", "Tangen", "kindergarten_teacher", "window"),
                ),
                {"kindergarten_teacher": 4},
            ),
            Place(
                "Bjørkelia barnehage", Unit.Kind.KINDERGARTEN, (), {"kindergarten_head": 1, "kindergarten_teacher": 10}
            ),
            Place(
                "Måkereiret barnehage", Unit.Kind.KINDERGARTEN, (), {"kindergarten_head": 1, "kindergarten_teacher": 9}
            ),
            Place(
                "Helsestasjonen",
                Unit.Kind.OFFICE,
                (
                    Worker("Berit", "Ulriksen", "health_head", "valid", "valid"),
                    Worker("Camilla", "Vang", "school_nurse", "renewed", "valid"),
                    Worker("Erik", "Wold", "gp", "grace", "window"),
                    Worker("Zahra", "Karimi", "midwife", "valid", "valid"),
                    Worker("Gunn", "Åsheim", "midwife", "suspended", "suspended"),
                    Worker("Pål", "Iversen", "gp", "revoked", "expired"),
                    Worker("Randi", "Jensen", "school_nurse", "new", "new"),
                ),
                {"school_nurse": 5, "midwife": 2, "gp": 4},
            ),
            Place("Barneverntjenesten", Unit.Kind.OFFICE, (), {"child_welfare_worker": 12}),
            Place("Nav Fjordvik", Unit.Kind.OFFICE, (), {"nav_adviser": 14}),
        ),
        (("skole", "school"), ("helse", "health")),
    ),
    Organisation(
        "DEMO-POLITI",
        "Vestfjord politidistrikt",
        Unit.Kind.POLICE_DISTRICT,
        "politi.example",
        (
            Place(
                "Fjordvik politistasjon",
                Unit.Kind.STATION,
                (Worker("Jonas", "Hauge", "patrol_officer", "window", "new"),),
                {"patrol_officer": 16, "investigator": 7, "police_head": 1},
            ),
            Place(
                "Nordnes politistasjon",
                Unit.Kind.STATION,
                (),
                {"patrol_officer": 12, "investigator": 4, "police_head": 1},
            ),
            Place("Indre lensmannskontor", Unit.Kind.STATION, (), {"patrol_officer": 8, "investigator": 2}),
            Place("Operasjonssentralen", Unit.Kind.DEPARTMENT, (), {"patrol_officer": 11, "police_head": 1}),
        ),
        (("politi", "police"),),
    ),
    Organisation(
        "DEMO-HELSE",
        "Fjordvik helseforetak",
        Unit.Kind.HEALTH_TRUST,
        "helse.example",
        (
            Place("Føde- og barselavdelingen", Unit.Kind.WARD, (), {"midwife": 14, "nurse": 6, "health_head": 1}),
            Place("Akuttmottaket", Unit.Kind.WARD, (), {"nurse": 16, "doctor": 5, "health_head": 1}),
            Place(
                "Barne- og ungdomspsykiatrisk poliklinikk",
                Unit.Kind.WARD,
                (),
                {"doctor": 4, "nurse": 8, "health_head": 1},
            ),
        ),
        (("helse", "health"),),
    ),
)

# Function → (name, agency or unit it is on). Whoever has none of it is a learner.
GRANTS = (
    ("Marit Aune", Grant.Function.MANAGER, "Fjordvik kommune"),
    ("Trine Bakke", Grant.Function.TRAINER, "Fjordvik kommune"),
    ("Arne Moen", Grant.Function.ADMINISTRATOR, "Fjordvik kommune"),
    ("Karin Vik", Grant.Function.COORDINATOR, "Fjordvik kommune"),
    ("Berit Ulriksen", Grant.Function.MANAGER, "Helsestasjonen"),
    ("Siri Dahl", Grant.Function.MANAGER, "Lia ungdomsskole"),
    ("Bjørn Berg", Grant.Function.MANAGER, "Bråten skole"),
)

# What a unit has answered where modules ask: (unit, slot, answer).
ROUTINES = (
    (
        "Fjordvik kommune",
        "melding",
        "Du melder selv i skjemaet på kommunens nettside, under «Barnevern». Haster det, ringer du barneverntjenesten "
        "på dagtid og barnevernvakta ellers. Begge numrene står på baksiden av adgangskortet.",
    ),
    (
        "Fjordvik kommune",
        "drofting",
        "Barneverntjenesten svarer på drøfting uten navn hver dag mellom ni og tolv. "
        "Helsestasjonen har en egen kontaktperson.",
    ),
    (
        "Lia ungdomsskole",
        "samtale",
        "Grupperom 2 ved biblioteket er alltid ledig i siste time. Si fra i ekspedisjonen at du trenger ro, "
        "ikke hvorfor.",
    ),
)

# Those who work in two places count once in each and once above: (name, unit, role, days ago).
SECOND_JOBS = (
    ("Linh Nguyen", "Helsestasjonen", "school_nurse", 500),
    ("Amir Johansen", "Bråten skole", "counsellor", 300),
    ("Zahra Karimi", "Føde- og barselavdelingen", "midwife", 420),
    ("Camilla Vang", "Bråten skole", "school_nurse", 640),
)


def staff_of(place: Place, chance: random.Random, taken: set[tuple[str, str]]) -> Iterator[Worker]:
    """Everybody at a place: those written out, and the others by chance, which is the same every time."""
    for worker in place.staff:
        taken.add((worker.first, worker.last))
        yield worker
    for role, number in place.more.items():
        for _ in range(number):
            first, last = _name(chance, taken)
            yield Worker(first, last, role, _story(chance), _story(chance))


def _story(chance: random.Random) -> str:
    return chance.choices(list(STORIES), weights=list(STORIES.values()))[0]


def _name(chance: random.Random, taken: set[tuple[str, str]]) -> tuple[str, str]:
    while True:
        name = chance.choice(FEMALE if chance.random() < 0.7 else MALE), chance.choice(FAMILY)
        if name not in taken:
            taken.add(name)
            return name
