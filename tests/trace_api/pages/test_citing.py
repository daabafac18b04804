"""How legal bases are cited."""

import re
from datetime import date

import pytest

from lineage.profiles import profile_for, regimes
from trace_api.pages.citing import citation
from trace_api.pages.languages import words


@pytest.mark.parametrize(
    ("basis", "zh", "en"),
    [
        ("食品安全法 53, 54", "《食品安全法》第53、54条", "Food Safety Law, articles 53, 54"),
        (
            "特种设备安全法 18; TSG 23-2021",
            "《特种设备安全法》第18条；TSG 23—2021《气瓶安全技术规程》",
            "Special Equipment Safety Law, article 18; TSG 23-2021, safety of gas cylinders",
        ),
        ("产品质量法 41-43", "《产品质量法》第41–43条", "Product Quality Law, articles 41–43"),
        ("药品召回管理办法 (2022)", "《药品召回管理办法》（2022年）", "Measures for Drug Recall (2022)"),
        (
            "特种设备安全法 26 (no term named; design)",
            "《特种设备安全法》第26条",
            "Special Equipment Safety Law, article 26",
        ),
        ("疫苗管理法 37: within the range", "《疫苗管理法》第37条", "Vaccine Administration Law, article 37"),
        ("GB/T 38158-2019", "GB/T 38158-2019", "GB/T 38158-2019"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_a_basis_is_cited_in_both_languages(basis: str | None, zh: str, en: str) -> None:
    assert citation(basis, words("zh")) == zh
    assert citation(basis, words("en")) == en


def test_every_basis_that_a_page_shows_names_its_law_in_both_languages() -> None:
    wrong = []
    for regime in sorted(regimes()):
        profile = profile_for(regime, date(2026, 11, 1))
        bases = [stage.basis for stage in profile.stages]
        bases += [level.basis for level in profile.recall.levels] if profile.recall else []
        wrong += [basis for basis in bases if re.search(r"[\u4e00-\u9fff]", citation(basis, words("en")))]
        wrong += [basis for basis in bases if re.search(r"[a-z]{3}", citation(basis, words("zh")))]
    assert wrong == []
