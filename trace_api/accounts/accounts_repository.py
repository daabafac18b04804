"""Statements on tokens, accounts and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from trace_api.accounts.principal import Principal, Role


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What is known of a token; never the token."""

    id: int
    name: str
    role: Role
    party_uscc: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account that may log in."""

    id: int
    name: str
    role: Role
    party_uscc: str | None
    password_hash: str


def add_token(
    connection: Connection,
    name: str,
    role: Role,
    party_uscc: str | None,
    hashed: bytes,
    expires_at: datetime | None,
) -> int:
    """Keep a new token; give its number."""
    found = connection.execute(
        text(
            "INSERT INTO token (name, role, party_uscc, hash, expires_at)"
            " VALUES (:name, :role, :party, :hash, :expires) RETURNING id"
        ),
        {"name": name, "role": role, "party": party_uscc, "hash": hashed, "expires": expires_at},
    )
    return int(found.scalar_one())


def token_principal(connection: Connection, hashed: bytes) -> Principal | None:
    """Give who presents the token of this hash, unless it is revoked, expired or unknown."""
    row = connection.execute(
        text(
            "SELECT id, name, role, party_uscc FROM token"
            " WHERE hash = :hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())"
        ),
        {"hash": hashed},
    ).one_or_none()
    return Principal(row.name, row.role, f"token:{row.id}", row.party_uscc) if row else None


def tokens(connection: Connection) -> list[TokenRow]:
    """Give every token, oldest first."""
    rows = connection.execute(
        text("SELECT id, name, role, party_uscc, created_at, expires_at, revoked_at FROM token ORDER BY id")
    )
    return [TokenRow(*row) for row in rows]


def revoke_tokens(connection: Connection, which: str) -> list[int]:
    """Revoke the live token of a number, else all of a name; give their numbers."""
    revoke = "UPDATE token SET revoked_at = now() WHERE revoked_at IS NULL AND {} = :which RETURNING id"
    for column in ("id::text", "name"):
        done = connection.execute(text(revoke.format(column)), {"which": which}).scalars().all()
        if done:
            return sorted(done)
    return []


def add_account(
    connection: Connection, name: str, role: Role, party_uscc: str | None, password_hash: str
) -> int | None:
    """Keep a new account and give its number; ``None`` when the name is taken."""
    found = connection.execute(
        text(
            "INSERT INTO account (name, role, party_uscc, password_hash) VALUES (:name, :role, :party, :hash)"
            " ON CONFLICT (name) DO NOTHING RETURNING id"
        ),
        {"name": name, "role": role, "party": party_uscc, "hash": password_hash},
    )
    return found.scalar_one_or_none()


def any_account(connection: Connection) -> bool:
    """Say whether anybody can log in."""
    return bool(connection.execute(text("SELECT EXISTS (SELECT FROM account)")).scalar_one())


def account(connection: Connection, name: str) -> AccountRow | None:
    """Give the account of that name unless it is disabled."""
    row = connection.execute(
        text(
            "SELECT id, name, role, party_uscc, password_hash FROM account"
            " WHERE name = :name AND disabled_at IS NULL"
        ),
        {"name": name},
    ).one_or_none()
    return AccountRow(*row) if row else None


def add_session(connection: Connection, hashed: bytes, account_id: int, csrf: str, hours: float) -> None:
    """Keep a new log-in, and forget those that ended."""
    connection.execute(text("DELETE FROM session WHERE expires_at < now()"))
    connection.execute(
        text(
            "INSERT INTO session (hash, account, csrf, expires_at)"
            " VALUES (:hash, :account, :csrf, now() + make_interval(secs => :seconds))"
        ),
        {"hash": hashed, "account": account_id, "csrf": csrf, "seconds": hours * 3600},
    )


def session_principal(connection: Connection, hashed: bytes) -> Principal | None:
    """Give who logged in with the cookie of this hash, while it lasts."""
    row = connection.execute(
        text(
            "SELECT a.id, a.name, a.role, a.party_uscc, s.csrf"
            " FROM session s JOIN account a ON a.id = s.account"
            " WHERE s.hash = :hash AND s.expires_at > now() AND a.disabled_at IS NULL"
        ),
        {"hash": hashed},
    ).one_or_none()
    return Principal(row.name, row.role, f"account:{row.id}", row.party_uscc, row.csrf) if row else None


def end_session(connection: Connection, hashed: bytes) -> None:
    """Forget a log-in."""
    connection.execute(text("DELETE FROM session WHERE hash = :hash"), {"hash": hashed})
