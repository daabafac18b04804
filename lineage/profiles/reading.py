"""Reads the profile files of this folder, once, and picks the version that holds on a day."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby

import msgspec

from lineage.errors import LineageError
from lineage.profiles.model import Limits, Profile

GENERAL = "general"
"""The profile of things whose regime is unknown; its limits stand in for those that others leave out."""


class ProfileError(LineageError):
    """A profile file that does not say what a profile has to say."""


def read_profile(text: str, name: str) -> Profile:
    """Read one file.

    :raises ProfileError: with the name of the file and the place in it
    """
    try:
        return msgspec.convert(tomllib.loads(text), Profile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        hint = "compare it with the profiles beside it"
        raise ProfileError("profile", f"{name}: {error}", hint=hint) from error


@cache
def all_profiles() -> tuple[Profile, ...]:
    """Give every version of every regime, each with all limits filled in."""
    folder = files(__package__) / "data"
    read = [
        read_profile(file.read_text("utf-8"), file.name)
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]
    general = next(profile for profile in read if profile.regime == GENERAL)
    return tuple(
        msgspec.structs.replace(profile, limits=_filled(profile.limits, general.limits)) for profile in read
    )


@cache
def profile_for(regime: str | None, day: date) -> Profile:
    """Give the version of a regime's profile that holds on a day.

    Before the first version the first one is given; an unknown regime gives the general profile.
    """
    versions = _versions().get(regime or GENERAL) or _versions()[GENERAL]
    holding = [version for version in versions if version.effective.holds(day)]
    return holding[-1] if holding else versions[0]


def regimes() -> tuple[str, ...]:
    """Give the names of all regimes but the general one."""
    return tuple(name for name in _versions() if name != GENERAL)


@cache
def _versions() -> dict[str, tuple[Profile, ...]]:
    ordered = sorted(all_profiles(), key=lambda profile: (profile.regime, profile.effective.from_))
    return {name: tuple(its) for name, its in groupby(ordered, key=lambda profile: profile.regime)}


def _filled(limits: Limits, general: Limits) -> Limits:
    return Limits(
        **{name: getattr(limits, name) or getattr(general, name) for name in Limits.__struct_fields__}
    )
