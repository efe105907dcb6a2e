"""What every installation begins with: sectors, professional roles and the RVTS regions."""

from django.db import transaction

from agencies.models import Region, Role, Sector

# key: (bokmål, nynorsk, English)
SECTORS = {
    "school": ("Skole", "Skule", "School"),
    "police": ("Politi", "Politi", "Police"),
    "health": ("Helse", "Helse", "Health"),
    "child_welfare": ("Barnevern", "Barnevern", "Child welfare"),
    "nav": ("NAV", "NAV", "NAV, labour and welfare"),
    "immigration": ("Utlendingsforvaltning", "Utlendingsforvaltning", "Immigration"),
    "foreign_service": ("Utenrikstjenesten", "Utanrikstenesta", "Foreign service"),
    "kindergarten": ("Barnehage", "Barnehage", "Kindergarten"),
}

# key: (sector, bokmål, nynorsk, English)
ROLES = {
    "teacher": ("school", "Lærer", "Lærar", "Teacher"),
    "head": ("school", "Rektor", "Rektor", "Head teacher"),
    "assistant": ("school", "Assistent", "Assistent", "Assistant"),
    "counsellor": ("school", "Rådgiver", "Rådgivar", "School counsellor"),
    "diversity_adviser": ("school", "Mangfoldsrådgiver", "Mangfaldsrådgivar", "Diversity adviser"),
    "school_nurse": ("health", "Helsesykepleier", "Helsesjukepleiar", "School nurse"),
    "health_head": ("health", "Avdelingsleder, helse", "Avdelingsleiar, helse", "Head of a health service"),
    "gp": ("health", "Fastlege", "Fastlege", "General practitioner"),
    "doctor": ("health", "Lege i sykehus", "Lege i sjukehus", "Hospital doctor"),
    "nurse": ("health", "Sykepleier", "Sjukepleiar", "Nurse"),
    "midwife": ("health", "Jordmor", "Jordmor", "Midwife"),
    "kindergarten_teacher": (
        "kindergarten",
        "Barnehagelærer",
        "Barnehagelærar",
        "Kindergarten teacher",
    ),
    "kindergarten_head": ("kindergarten", "Styrer", "Styrar", "Kindergarten head"),
    "police_head": ("police", "Leder i politiet", "Leiar i politiet", "Police manager"),
    "patrol_officer": ("police", "Patruljebetjent", "Patruljebetjent", "Patrol officer"),
    "investigator": ("police", "Etterforsker", "Etterforskar", "Investigator"),
    "child_welfare_worker": (
        "child_welfare",
        "Barnevernspedagog",
        "Barnevernspedagog",
        "Child welfare worker",
    ),
    "nav_adviser": ("nav", "NAV-veileder", "NAV-rettleiar", "NAV adviser"),
}

REGIONS = {
    "rvts-nord": ("RVTS Nord", "RVTS Nord", "RVTS North"),
    "rvts-midt": ("RVTS Midt", "RVTS Midt", "RVTS Central"),
    "rvts-vest": ("RVTS Vest", "RVTS Vest", "RVTS West"),
    "rvts-sor": ("RVTS Sør", "RVTS Sør", "RVTS South"),
    "rvts-ost": ("RVTS Øst", "RVTS Aust", "RVTS East"),
}


@transaction.atomic
def load_roles() -> dict[str, Role]:
    """Sectors, roles and RVTS regions, where they are missing; gives every role of this list by its key.

    What is there is left as it is: names may have been changed by the installation.
    """
    for key, names in REGIONS.items():
        Region.objects.get_or_create(key=key, defaults=_names(names))
    sectors = {key: Sector.objects.get_or_create(key=key, defaults=_names(names))[0] for key, names in SECTORS.items()}
    return {
        key: Role.objects.get_or_create(key=key, defaults={"sector": sectors[sector], **_names(names)})[0]
        for key, (sector, *names) in ROLES.items()
    }


def _names(names: "tuple[str, ...] | list[str]") -> dict[str, str]:
    return dict(zip(("name_nb", "name_nn", "name_en"), names, strict=True))
