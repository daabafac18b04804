"""Who may do what: tokens of programs, accounts of people, sessions of browsers."""

from trace_api.accounts.access import Anyone, RequiredRole, require_person, verify_csrf
from trace_api.accounts.principal import ROLES, Principal, Role

__all__ = ["ROLES", "Anyone", "Principal", "RequiredRole", "Role", "require_person", "verify_csrf"]
