"""The one who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["device", "party", "inspector", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Principal:
    """A program or person that has proved who it is.

    :param name: of the token or account, as given when it was made
    :param party_uscc: unified social credit code of the party it speaks for, where it speaks for one
    :param csrf: secret of the browser session that forms must send back; ``None`` for bearer tokens
    :param key: stable text that tells principals apart (``token:7``, ``account:1``)
    """

    name: str
    role: Role
    key: str
    party_uscc: str | None = None
    csrf: str | None = None
