"""Making and ending tokens, accounts and sessions."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from lineage import identifiers
from trace_api.accounts import accounts_repository as repository
from trace_api.accounts.passwords import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    hash_password,
    new_password,
    new_secret,
    password_matches,
    secret_hash,
)
from trace_api.accounts.principal import ROLES, Principal, Role
from trace_api.errors import TraceApiError

FIRST_ADMIN = "admin"
PASSWORD_FILE = "first-admin-password"  # noqa: S105 - a file's name
LONGEST_NAME = 200


class AccountError(TraceApiError):
    """A token or account that cannot be made as asked."""

    code = "bad-account"


def create_token(
    connection: Connection, name: str, role: str, party_uscc: str | None = None, days: float | None = None
) -> str:
    """Make a bearer token and give it; it is not kept and cannot be shown again.

    :param party_uscc: for the role ``party``: whose things it may see; without one it sees what it captured
    :raises AccountError: unknown role, bad name, or a code that is no unified social credit code
    """
    checked, party = _checked(name, role, party_uscc)
    secret = new_secret()
    expires = datetime.now(UTC) + timedelta(days=days) if days is not None else None
    repository.add_token(connection, name, checked, party, secret_hash(secret), expires)
    return secret


def create_account(
    connection: Connection, name: str, role: str, password: str, party_uscc: str | None = None
) -> int:
    """Make an account that may log in; give its number.

    :raises AccountError: as :func:`create_token`, and for a taken name or a password too short
    """
    checked, party = _checked(name, role, party_uscc)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    number = repository.add_account(connection, name, checked, party, hash_password(password))
    if number is None:
        raise AccountError(f"the name {name!r} is taken", code="name-taken")
    return number


def first_admin(connection: Connection, data_dir: Path) -> Path | None:
    """Make the administrator of a new server; keep the password in a file that only its owner reads.

    :return: the file's path when the account was made now, ``None`` when there already are accounts
    """
    if repository.any_account(connection):
        return None
    password = new_password()
    if repository.add_account(connection, FIRST_ADMIN, "admin", None, hash_password(password)) is None:
        return None  # another server on the same database was faster
    path = data_dir / PASSWORD_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password + "\n")
    return path


def log_in(connection: Connection, name: str, password: str, hours: float) -> tuple[str, Principal] | None:
    """Check a password and begin a session.

    :return: the value of the session cookie and who logged in; ``None`` when name or password are wrong
    """
    found = repository.account(connection, name[:LONGEST_NAME].replace("\0", ""))
    if not password_matches(password, found.password_hash if found else None) or found is None:
        return None
    secret, csrf = new_secret(), new_secret()
    repository.add_session(connection, secret_hash(secret), found.id, csrf, hours)
    return secret, Principal(found.name, found.role, f"account:{found.id}", found.party_uscc, csrf)


def log_out(connection: Connection, secret: str) -> None:
    """End the session of this cookie value."""
    repository.end_session(connection, secret_hash(secret))


def _checked(name: str, role: str, party_uscc: str | None) -> tuple[Role, str | None]:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise AccountError("a name has 1 to 200 printable characters")
    known = next((each for each in ROLES if each == role), None)
    if known is None:
        raise AccountError(f"{role!r} is no role", hint=f"Roles: {', '.join(ROLES)}.")
    if not party_uscc:
        return known, None
    return known, identifiers.read(party_uscc.removeprefix("uscc:"), scheme="uscc").value
