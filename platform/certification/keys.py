"""The keys that sign: one current Ed25519 key, and every public key there ever was.

They lie in `DATA_DIR/keys/signing.json`, a JWK set whose first key is the current one; of older ones only the public
half is kept. `BADGE_KEY` in the environment (a JWK, or a JWK set whose first key is the current one) comes before the
file: for installations with several machines. Public keys are never taken away: what they signed must stay checkable.
"""

import copy
import fcntl
import functools
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

ALGORITHM = "EdDSA"


def _registry() -> jws.JWSRegistry:
    """This one algorithm, under the name that wallets and badge readers know.

    RFC 9864 calls it Ed25519 now, and the library warns of the older name: its copy here does not.
    """
    algorithm = copy.copy(jws.JWSRegistry.algorithms[ALGORITHM])
    algorithm.security_warning = None
    registry = jws.JWSRegistry(algorithms=[ALGORITHM])
    registry.algorithms = {ALGORITHM: algorithm}
    return registry


_ONLY_ED25519 = _registry()
_WRONG_KEY = "BADGE_KEY must be a private Ed25519 JWK, or a JWK set that begins with one."


class BadSignatureError(Exception):
    """Not a token that one of our keys has signed."""


class KeyFromEnvironmentError(Exception):
    """The current key is set in the environment, so it cannot be changed here."""


def sign(payload: bytes | dict[str, Any], typ: str, *, show_key: bool = False) -> str:
    """A compact JWS by the current key. `show_key` puts the public key in the header, which Open Badges asks for."""
    key = _keys()[0]
    header: dict[str, Any] = {"alg": ALGORITHM, "typ": typ, "kid": _kid(key)}
    if show_key:
        header["jwk"] = key.as_dict(private=False)
    body = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    return jws.serialize_compact(header, body, key, registry=_ONLY_ED25519)


def sign_jws(payload: dict[str, Any], typ: str) -> str:
    """A compact JWS of `payload`, signed by the current key."""
    return sign(payload, typ)


def verify_jws(token: str) -> dict[str, Any]:
    """What a token of ours says. Only our own published keys count, whatever key its header shows.

    Raises BadSignatureError for anything else.
    """
    try:
        found = jws.extract_compact(token.encode(), registry=_ONLY_ED25519)
        key = next((key for key in _keys() if _kid(key) == found.headers().get("kid")), None)
        if key is None or not jws.validate_compact(found, key, registry=_ONLY_ED25519):
            raise BadSignatureError
        payload = json.loads(found.payload)
    except (JoseError, ValueError) as error:
        raise BadSignatureError from error
    if not isinstance(payload, dict):
        raise BadSignatureError
    return payload


def public_keys() -> list[dict[str, Any]]:
    """Every public key as a JWK, the current one first. `kid` is its thumbprint (RFC 7638)."""
    return [{**_public(key), "alg": ALGORITHM, "use": "sig"} for key in _keys()]


def rotate() -> str:
    """Makes a new current key and returns its `kid`. The old one is kept as a public key."""
    if settings.BADGE_KEY:
        raise KeyFromEnvironmentError
    with _locked():
        new = _new_key()
        _write([new.as_dict(private=True), *(_public(key) for key in _stored())])
    return _kid(new)


def new_environment_key() -> str:
    """A value for `BADGE_KEY`: a new current key, followed by every public key there has been."""
    known = _keys() if settings.BADGE_KEY else _stored()
    keys = [_new_key().as_dict(private=True), *(_public(key) for key in known)]
    return json.dumps({"keys": keys}, separators=(",", ":"))


# --- where they are kept --------------------------------------------------------------------------


def _keys() -> list[OKPKey]:
    """All of them, the current one first. The first caller ever makes it, however many call at once."""
    stored = _stored()
    if settings.BADGE_KEY:
        try:
            given = _parsed(settings.BADGE_KEY)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ImproperlyConfigured(_WRONG_KEY) from error
        if not given or not given[0].is_private:
            raise ImproperlyConfigured(_WRONG_KEY)
        known = {_kid(key) for key in given}
        return [*given, *(key for key in stored if _kid(key) not in known)]
    if stored:
        return list(stored)
    with _locked():
        if not _file().exists():
            _write([_new_key().as_dict(private=True)])
    return list(_stored())


def _file() -> Path:
    return Path(settings.DATA_DIR) / "keys" / "signing.json"


def _stored() -> tuple[OKPKey, ...]:
    try:
        return _parsed(_file().read_text())
    except FileNotFoundError:
        return ()


@functools.lru_cache(maxsize=8)
def _parsed(text: str) -> tuple[OKPKey, ...]:
    """A JWK or a JWK set. Read again on every use, so that a rotation counts at once in every process; parsed once."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise TypeError(_WRONG_KEY)
    keys = tuple(OKPKey.import_key(key) for key in value.get("keys", [value]))
    if any(key.curve_name != "Ed25519" for key in keys):
        raise ValueError(_WRONG_KEY)
    return keys


def _new_key() -> OKPKey:
    return OKPKey.generate_key("Ed25519", private=True)


def _kid(key: OKPKey) -> str:
    return key.thumbprint()


def _public(key: OKPKey) -> dict[str, Any]:
    bare = key.as_dict(private=False)
    return {"kty": bare["kty"], "crv": bare["crv"], "x": bare["x"], "kid": _kid(key)}


@contextmanager
def _locked() -> Iterator[None]:
    """One writer at a time, in whatever process. The lock goes with the process that held it."""
    folder = _file().parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write(keys: list[dict[str, Any]]) -> None:
    """Whole or not at all: a reader never meets half a file. mkstemp gives it the permissions 0600."""
    handle, name = tempfile.mkstemp(dir=_file().parent)
    with os.fdopen(handle, "w") as file:
        json.dump({"keys": keys}, file)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(_file())
