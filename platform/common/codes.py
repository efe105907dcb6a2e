"""Codes that people read aloud and type: 128 random bits in Crockford's base 32."""

import base64
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26  # 26 × 5 bits hold 128
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)


def new_code() -> str:
    """A new code of 26 characters holding 128 random bits."""
    digits = base64.b32encode(bytes(4) + secrets.token_bytes(16)).decode()  # 20 bytes are 32 whole digits
    return digits[-LENGTH:].translate(_CROCKFORD)


def read_code(typed: str) -> str | None:
    """What was typed or pasted, as a code: spaces and dashes dropped, O read as 0, I and L as 1. None if it is none."""
    text = "".join(c for c in typed.upper() if c.isalnum()).translate(_READ_AS)
    if len(text) != LENGTH or any(c not in ALPHABET for c in text):
        return None
    return text


def show_code(code: str) -> str:
    """The code in groups of four, as it stands on the certificate."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
