"""Who may do what: tokens of programs, accounts of people, sessions of browsers."""

from trace_api.accounts.access import Anyone, require, require_person, verify_csrf
from trace_api.accounts.principal import ROLES, Principal, Role

__all__ = ["ROLES", "Anyone", "Principal", "Role", "require", "require_person", "verify_csrf"]
