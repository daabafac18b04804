"""Reads identifiers of the schemes in ``regime_schemes``: normal form, fields, check rule.

Reading
    1. normal form: full width to half width, no blanks, no separators but those of the scheme, capitals
    2. field by field along each layout; the layout that comes farthest gives the error
    3. the check rule of the scheme: refused, or taken with a warning
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from lineage.errors import IdentifierError
from lineage.identifiers import check_characters
from lineage.identifiers.identifier import LOCAL_HOST, Identifier, Warning_
from lineage.identifiers.percent import escape
from lineage.identifiers.regime_schemes import TEXT, Field, Layout, RegimeScheme, schemes

_SEPARATORS = re.compile(r"[\s‐-―−-]+")
PROVINCES = frozenset(
    f"{area}{number}"
    for area, numbers in {1: 5, 2: 3, 3: 7, 4: 6, 6: 5}.items()
    for number in range(1, numbers + 1)
) | {"50", "51", "52", "53", "54", "71", "81", "82"}
"""First two digits of GB/T 2260. Only these are checked: counties come and go, and development zones use
numbers of their own."""

NATIONAL = "10"
"""Stands in place of a province where a national authority registered a body."""


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return digits[:2] in ("19", "20")


FIELD_RULES: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "province": (
        lambda digits: digits[:2] in PROVINCES,
        "no province has the number {}",
        "省级行政区划代码 {} 不存在",
    ),
    "registrar": (
        lambda digits: digits[:2] in PROVINCES or digits[:2] == NATIONAL,
        "no province has the number {}",
        "省级行政区划代码 {} 不存在",
    ),
    "month": (lambda digits: "01" <= digits <= "12", "{} is no month", "月份 {} 不存在"),
    "year": (
        lambda digits: digits[:2] in ("19", "20"),
        "{} is no year of 1900 to 2099",
        "年份 {} 不在 1900 至 2099 之间",
    ),
    "year_20": (
        lambda digits: digits[:2] == "20",
        "{} is no year of 2000 to 2099",
        "年份 {} 不在 2000 至 2099 之间",
    ),
    "date": (_is_date, "{} is no date", "日期 {} 不存在"),
    "is_86": (lambda digits: digits == "86", "it starts with 86, not {}", "国别码应为 86，不是 {}"),
    "is_9": (lambda digits: digits == "9", "a drug has kind 9, not {}", "药品类别码应为 9，不是 {}"),
}
"""Rules for one field: predicate, and what is said when it fails."""

VALUE_RULES: dict[str, Callable[[str], tuple[str, int]]] = {
    "uscc": lambda value: (check_characters.uscc_check(value[:17]), 1),
    "org_code": lambda value: (check_characters.org_code_check(value[:8]), 1),
    "gs1": lambda value: (check_characters.gs1_check_digit(value[:-1]), 1),
    "mod_11_10": lambda value: (check_characters.mod_11_10(value[2:-1]), 1),
    "lei": lambda value: (f"{98 - int(''.join(str(int(c, 36)) for c in value[:18] + '00')) % 97:02d}", 2),
}
"""Rules for a whole value: the check characters it should end in, and how many they are."""


def normalise(text: str, keep: str = "") -> str:
    """Step 1: the form under which a value is stored.

    O is never taken for 0 nor I for 1: a mistyped letter is refused, not guessed.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if "-" in keep:
        folded = re.sub(r"\s+", "", folded)
        return re.sub(r"[‐-―−]", "-", folded).upper()
    return _SEPARATORS.sub("", folded).upper()


def _free_text(text: str) -> str:
    """The form of codes that nobody has laid down: as written, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def _allowed(field: Field, char: str) -> bool:
    return char.isprintable() if field.alphabet == TEXT else char in field.alphabet


def _fault(scheme: RegimeScheme, position: int, en: str, zh: str) -> IdentifierError:
    return IdentifierError(
        "scheme-format",
        f"{scheme.en} ({scheme.zh}), character {position + 1}: {en}",
        position=position,
        message_zh=f"{scheme.zh}第 {position + 1} 位：{zh}",
    )


def _read_field(scheme: RegimeScheme, field: Field, value: str, at: int, reserved: int) -> int:
    """Read one field and give where it ends; ``reserved`` characters after it belong to others."""
    least = field.shortest
    end = at
    limit = max(at + least, min(at + field.length, len(value) - reserved))
    while end < limit:
        if end == len(value):
            missing = limit - end
            raise _fault(
                scheme,
                end,
                f"too short, {missing} missing in the {field.en}",
                f"长度不足，{field.zh}缺 {missing} 位",
            )
        if not _allowed(field, value[end]):
            if end - at >= least:
                break
            raise _fault(
                scheme,
                end,
                f"{value[end]!r} is not allowed in the {field.en}",
                f"{field.zh}不允许字符 {value[end]!r}",
            )
        end += 1
    if field.check:
        holds, en, zh = FIELD_RULES[field.check]
        part = value[at:end]
        if not holds(part):
            shown = part[:2] if field.check in ("province", "registrar") else part
            raise _fault(scheme, at, f"{en.format(shown)} ({field.en})", f"{zh.format(shown)}({field.zh})")
    return end


def _read_layout(scheme: RegimeScheme, layout: Layout, value: str) -> list[str]:
    """Step 2: divide a value into the fields of one layout."""
    for at, char in enumerate(layout.prefix):
        if value[at : at + 1] != char:
            raise _fault(scheme, at, f"it starts with {layout.prefix}", f"应以 {layout.prefix} 开头")
    at = len(layout.prefix)
    parts: list[str] = []
    for index, field in enumerate(layout.fields):
        reserved = sum(later.shortest for later in layout.fields[index + 1 :])
        end = _read_field(scheme, field, value, at, reserved)
        parts.append(value[at:end])
        at = end
    if at < len(value):
        raise _fault(scheme, at, f"too long, {len(value) - at} too many", f"过长，多出 {len(value) - at} 位")
    return parts


def fields(scheme: RegimeScheme, value: str) -> list[tuple[Field, str]]:
    """Divide a normalised value into its named fields.

    :raises IdentifierError: it fits no layout; the error is that of the layout that came farthest
    """
    farthest: IdentifierError | None = None
    for layout in scheme.layouts:
        try:
            return list(zip(layout.fields, _read_layout(scheme, layout, value), strict=True))
        except IdentifierError as error:
            if farthest is None or (error.position or 0) > (farthest.position or 0):
                farthest = error
    raise farthest or IdentifierError("scheme-format", f"{scheme.en} has no layout")


def _check(scheme: RegimeScheme, value: str) -> tuple[Warning_, ...]:
    """Step 3."""
    warnings: list[Warning_] = []
    if scheme.check:
        wanted, length = VALUE_RULES[scheme.check](value)
        if value[-length:] != wanted:
            en = f"{scheme.en} ({scheme.zh}): the check character should be {wanted}, not {value[-length:]}"
            zh = f"{scheme.zh}：校验码应为 {wanted}，不是 {value[-length:]}"
            if scheme.severity == "block":
                raise IdentifierError("check-digit", en, position=len(value) - length, message_zh=zh)
            warnings.append(
                Warning_("check-digit", f"{en}; look it up in the register", f"{zh}；请核对登记信息")
            )
    if scheme.name == "uscc" and value[16] != _inner_org_check(value):
        warnings.append(
            Warning_(
                "org-code", "the organisation code inside fails its own check", "其中的组织机构代码校验不通过"
            )
        )
    return tuple(warnings)


def _inner_org_check(uscc: str) -> str:
    return check_characters.org_code_check(uscc[8:16])


def local_uri(scheme: str, value: str) -> str:
    """Write the canonical URI of a value of a scheme that is not GS1's."""
    return f"{LOCAL_HOST}/id/{scheme}/{escape(value)}"


def read(scheme: RegimeScheme, text: str) -> Identifier:
    """Read a value of a scheme.

    :raises IdentifierError: the form is wrong, or a check fails whose severity is ``block``; positions
        count in the normal form
    """
    value = _free_text(text) if scheme.is_text else normalise(text, scheme.keep)
    if scheme.class_fields:
        class_value = _class_only(scheme, value)
        if class_value:
            uri = local_uri(scheme.name, class_value)
            return Identifier(uri, "class", scheme.name, class_value, class_id=uri)
    parts = fields(scheme, value)
    warnings = _check(scheme, value)
    class_id = None
    if scheme.class_fields:
        class_id = local_uri(scheme.name, "".join(part for _, part in parts[: scheme.class_fields]))
    return Identifier(
        local_uri(scheme.name, value), scheme.kind, scheme.name, value, class_id=class_id, warnings=warnings
    )


def _class_only(scheme: RegimeScheme, value: str) -> str | None:
    """Give the value when it is just the fields of the class, as in ``drug_code:8385793``."""
    leading = scheme.layouts[0].fields[: scheme.class_fields]
    if len(value) != sum(field.length for field in leading):
        return None
    return value if all(char in leading[0].alphabet for char in value) else None


def candidates(text: str) -> tuple[str, ...]:
    """Give the schemes with a fixed form that a text without scheme would fit."""
    found = []
    for scheme in schemes().values():
        if scheme.is_text:
            continue
        try:
            read(scheme, text)
        except IdentifierError:
            continue
        found.append(scheme.name)
    return tuple(found)
