"""The profile files: complete, consistent, and the version of the day."""

from datetime import date

import pytest

from lineage.profiles import GENERAL, Duration, Limits, ProfileError, all_profiles, profile_for, regimes
from lineage.profiles.reading import read_profile
from lineage.trace import CATALOGUE

REGIMES = {
    "food",
    "drug",
    "vaccine",
    "special_equipment",
    "gas_cylinder",
    "agri_crop",
    "agri_livestock",
    "consumer",
}
DAY = date(2026, 5, 1)


def test_every_regime_has_a_profile() -> None:
    assert set(regimes()) == REGIMES


@pytest.mark.parametrize("regime", sorted(REGIMES | {GENERAL}))
def test_a_profile_says_everything_that_is_asked_of_it(regime: str) -> None:
    profile = profile_for(regime, DAY)
    assert profile.regime == regime
    for name in Limits.__struct_fields__:
        assert profile.limit(name).basis
    for step in (None, "commissioning", "shipping", "receiving", "retail_selling", "no such step"):
        stage = profile.stage_of(step)
        assert stage is not None
        assert stage.duty.zh
        assert stage.duty.en
        assert stage.basis
    assert sum("*" in stage.steps for stage in profile.stages) == 1
    for rule in profile.rules:
        assert rule.code in CATALOGUE
        assert rule.effect in ("block", "hold", "warn")


def test_the_clocks_of_recalls() -> None:
    food, drug = profile_for("food", DAY), profile_for("drug", DAY)
    level = food.recall_level(1)
    assert level is not None
    assert (level.start, level.complete) == (Duration(hours=24), Duration(working_days=10))
    third = drug.recall_level(3)
    assert third is not None
    assert (third.start, third.progress_every) == (Duration(days=7), Duration(days=7))
    assert food.recall_level(9) is None


def test_the_version_of_the_day_is_taken() -> None:
    assert profile_for("food", date(2001, 1, 1)).regime == "food"
    assert profile_for("no such regime", DAY).regime == GENERAL
    assert profile_for(None, DAY).regime == GENERAL
    for profile in all_profiles():
        assert profile.effective.holds(profile.effective.from_)


HEAD = 'regime = "x"\nname = { zh = "x", en = "x" }\nversion = 1\neffective = { from = 2020-01-01 }\n'
RECALL = """
[recall]
rule = { zh = "x", en = "x" }
responsible = "x"
[[recall.levels]]
level = 1
trigger = { zh = "x", en = "x" }
basis = "x"
verified = false
start = { hours = 1, days = 1 }
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("regime = ", "Invalid value"),
        ('regime = "x"', "missing required field `name`"),
        (HEAD + "law = 1", "unknown field `law`"),
        (HEAD + RECALL, "exactly one of"),
    ],
)
def test_a_profile_that_says_something_else_is_refused(text: str, says: str) -> None:
    with pytest.raises(ProfileError) as caught:
        read_profile(text, "x.toml")
    assert says in caught.value.message
    assert caught.value.message.startswith("x.toml")
