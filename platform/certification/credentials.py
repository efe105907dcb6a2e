"""The JSON of a badge and of a status list, as Open Badges 3.0 and Bitstring Status List v1.0 want it. Pure."""

import base64
import datetime as dt
import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
BADGE_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
KEY_CONTEXT = "https://www.w3.org/ns/cid/v1"
# What a list can say of a badge. The words are the standard's, and stand in the address of the list.
REVOCATION, SUSPENSION = "revocation", "suspension"
PURPOSES = (REVOCATION, SUSPENSION)
LIST_SIZE = 131_072  # the least that the standard allows: one among so many is hard to single out
# How long a reader may keep a list, and after how long a list that somebody kept is no longer believed.
LIST_FRESH = dt.timedelta(minutes=5)
LIST_HOLDS = dt.timedelta(days=1)
# "If present, MUST be set to JWT", says Open Badges of what it signs; a list is a plain credential.
BADGE_TYP, LIST_TYP = "JWT", "vc+jwt"


@dataclass(frozen=True, slots=True)
class Achievement:
    """What was achieved, in one language. `others` are the addresses of the same in other languages."""

    address: str
    language: str
    name: str
    description: str
    criteria: str
    version: str = ""
    others: Mapping[str, str] | None = None

    def json(self) -> Json:
        found: Json = {
            "id": self.address,
            "type": ["Achievement"],
            "achievementType": "Certification",
            "inLanguage": self.language,
            "name": self.name,
            "description": self.description,
            "criteria": {"narrative": self.criteria},
        }
        if self.version:
            found["version"] = self.version
        if self.others:
            found["related"] = [
                {"id": address, "type": ["Related"], "inLanguage": language}
                for language, address in self.others.items()
            ]
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """Where the status of one badge is to be read: an index, and the address of the list for each purpose."""

    index: int
    lists: Mapping[str, str]


def midnight(day: dt.date, time_zone: str) -> dt.datetime:
    """The instant at which `day` begins there, in UTC."""
    return dt.datetime.combine(day, dt.time(), tzinfo=ZoneInfo(time_zone)).astimezone(dt.UTC)


def instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def badge(
    *,
    address: str,
    issuer: Json,
    person_name: str,
    achievement: Achievement,
    description: str,
    valid_from: dt.date,
    expires_on: dt.date,
    time_zone: str,
    awarded_on: dt.date,
    place: Place,
) -> Json:
    """An AchievementCredential. It holds to the end of the last day, where the certificate was earned.

    She is named, and nothing else is said of her: no address that would follow her from place to place.
    """
    return {
        "@context": [VC_CONTEXT, BADGE_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "AchievementCredential"],
        "issuer": issuer,
        "name": achievement.name,
        "description": description,
        "validFrom": instant(midnight(valid_from, time_zone)),
        "validUntil": instant(midnight(expires_on + dt.timedelta(days=1), time_zone)),
        "awardedDate": instant(midnight(awarded_on, time_zone)),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": person_name}
            ],
            "achievement": achievement.json(),
        },
        "credentialStatus": [
            {
                "id": f"{place.lists[purpose]}#{place.index}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose,
                "statusListIndex": str(place.index),
                "statusListCredential": place.lists[purpose],
            }
            for purpose in PURPOSES
        ],
    }


def status_list(*, address: str, issuer: str, purpose: str, indexes: Iterable[int], now: dt.datetime) -> Json:
    """A BitstringStatusListCredential in which the bits at `indexes` are set."""
    return {
        "@context": [VC_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        # From the day's beginning: a reader whose clock is slow must not think it is to come.
        "validFrom": instant(midnight(now.astimezone(dt.UTC).date(), "UTC")),
        "validUntil": instant(now + LIST_HOLDS),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "ttl": int(LIST_FRESH.total_seconds() * 1000),
            "encodedList": encoded_list(indexes),
        },
    }


def encoded_list(indexes: Iterable[int], size: int = LIST_SIZE) -> str:
    """Bits, the first one leftmost, packed by GZIP and written as multibase base64url without padding."""
    bits = bytearray(size // 8)
    for index in indexes:
        if not 0 <= index < size:
            raise ValueError(f"{index} is outside a list of {size}")
        bits[index // 8] |= 0x80 >> index % 8
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(bits)
    return "u" + base64.urlsafe_b64encode(packed.getvalue()).rstrip(b"=").decode()


def claims(credential: Json) -> Json:
    """What is signed: the credential, with the claims by which any reader of JWTs knows id, issuer and dates."""
    issuer = credential["issuer"]
    return {
        **credential,
        "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
        "jti": credential["id"],
        "nbf": _seconds(credential["validFrom"]),
        "exp": _seconds(credential["validUntil"]),
    }


def _seconds(written: str) -> int:
    return int(dt.datetime.fromisoformat(written).timestamp())


def issuer_profile(*, address: str, name: str, url: str) -> Json:
    """Who issues, as it stands in every badge."""
    return {"id": address, "type": ["Profile"], "name": name, "url": url}


def issuer_document(*, profile: Json, keys_address: str, keys: Sequence[Json]) -> Json:
    """The issuer's own page: who it is, and by which keys it signs and has signed."""
    methods = [
        {
            "id": f"{profile['id']}#{key['kid']}",
            "type": "JsonWebKey",
            "controller": profile["id"],
            "publicKeyJwk": dict(key),
        }
        for key in keys
    ]
    return {
        "@context": [KEY_CONTEXT, BADGE_CONTEXT],
        **profile,
        "jwks_uri": keys_address,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def lines_of(text: str, *, width: int, most: int) -> list[str]:
    """`text` in at most `most` lines of about `width` letters, since an SVG does not break lines itself."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + " …"]
    return [line if len(line) <= width + 2 else line[:width] + "…" for line in lines]
