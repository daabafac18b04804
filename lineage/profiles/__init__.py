"""Regime profiles: what the law asks, as versioned data with legal basis and effective dates.

The files lie in ``data``: one for each version of each regime. Code evaluates profiles and knows no law by
heart; to change a deadline is to add a file, not to change code.
"""

from lineage.profiles.model import (
    Basis,
    Duration,
    Effective,
    Limit,
    Limits,
    Profile,
    Recall,
    RecallLevel,
    Retention,
    Stage,
    Words,
)
from lineage.profiles.reading import GENERAL, ProfileError, all_profiles, profile_for, regimes

__all__ = [
    "GENERAL",
    "Basis",
    "Duration",
    "Effective",
    "Limit",
    "Limits",
    "Profile",
    "ProfileError",
    "Recall",
    "RecallLevel",
    "Retention",
    "Stage",
    "Words",
    "all_profiles",
    "profile_for",
    "regimes",
]
