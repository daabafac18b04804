"""Passwords (argon2id) and the secrets that this server makes."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

# argon2-cffi's defaults are RFC 9106's low-memory profile: 64 MiB, 3 passes; some 50 ms a log-in.
_hasher = PasswordHasher()

# Each hash takes 64 MiB while it is made: so many at once, or a crowd at the log-in takes all memory.
_at_once = BoundedSemaphore(2)

# Room for a sentence; a bound because the hash function reads all of it.
LONGEST_PASSWORD = 1024
SHORTEST_PASSWORD = 10


def hash_password(password: str) -> str:
    """Give the argon2id hash of a password, parameters and salt included."""
    with _at_once:
        return _hasher.hash(password)


def password_matches(password: str, kept: str | None) -> bool:
    """Say whether this is the password of the hash; takes as long when there is no hash."""
    if len(password) > LONGEST_PASSWORD:
        return False
    known = kept or _nobody()
    try:
        with _at_once:
            _hasher.verify(known, password)
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobody() -> str:
    """Give what is verified against when the account does not exist, so that the answer takes as long."""
    return _hasher.hash(secrets.token_urlsafe(16))


def new_secret() -> str:
    """Give 256 random bits as text, for tokens and cookies."""
    return secrets.token_urlsafe(32)


def new_password() -> str:
    """Give a password of 96 random bits in four groups that can be read aloud."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))


def secret_hash(secret: str) -> bytes:
    """Give what is kept of a secret of :func:`new_secret`; as it is random, a plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
