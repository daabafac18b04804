"""Identifiers of Chinese law and of regimes that are not GS1's, as a table: layout, check rule, severity, level.

A layout is a row of fields. A value is read field by field, so that an error can name the field and the character.
``verified`` tells whether the rule was found in a text or recomputed on published codes; what was not is taken as it
stands and never blocks more than the form requires.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from lineage.identifiers.check_characters import USCC_ALPHABET
from lineage.identifiers.charsets import DIGITS
from lineage.identifiers.identifier import Kind

Level = Literal["class", "batch", "instance", "party", "site", "document"]
Severity = Literal["block", "warn"]

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALNUM = DIGITS + _UPPER
_PROVINCES_ZH = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


class Field(NamedTuple):
    """One part of a code."""

    zh: str
    en: str
    alphabet: str
    length: int
    check: str = ""
    """Name of a rule of ``regimes.FIELD_RULES`` that the part must meet."""
    shortest: int = 0
    """Fewest characters, when fewer than ``length`` are allowed."""


class Layout(NamedTuple):
    """A row of fields; ``prefix`` stands before them and is a part of the value."""

    prefix: str
    fields: tuple[Field, ...]


class RegimeScheme(NamedTuple):
    """One scheme of identifiers."""

    name: str
    zh: str
    en: str
    level: Level
    kind: Kind
    layouts: tuple[Layout, ...]
    check: str = ""
    """Name of a rule of ``regimes.VALUE_RULES`` for the whole value; empty when no check is published."""
    severity: Severity = "block"
    """What a failed check means: refused, or taken with a warning and looked up in the register."""
    aliases: tuple[str, ...] = ()
    verified: bool = True
    keep: str = ""
    """Characters that belong to the value although they are separators elsewhere."""
    class_fields: int = 0
    """As many leading fields name the class that the thing belongs to."""


def _d(zh: str, en: str, length: int, check: str = "", shortest: int = 0) -> Field:
    return Field(zh, en, DIGITS, length, check, shortest)


def _one(*fields: Field, prefix: str = "") -> tuple[Layout, ...]:
    return (Layout(prefix, fields),)


_REGION = _d("行政区划", "region", 6, "province")
_TEXT = Field("代码", "code", "text", 80, "", 1)

_EQUIPMENT_CLASS = (Field("设备类别", "equipment class", "123456789F", 1), Field("设备品种", "equipment variety", _ALNUM, 3))


def _equipment(maker: Field, serial: int) -> Layout:
    return Layout(
        "",
        (*_EQUIPMENT_CLASS, maker, _d("制造年份", "year of make", 4, "year"),
         Field("顺序号", "serial", _ALNUM, 1), _d("顺序号", "serial", serial - 1)),
    )  # fmt: skip


_PARTIES = (
    RegimeScheme(
        "uscc", "统一社会信用代码", "unified social credit code", "party", "party",
        _one(
            Field("登记管理部门", "registration authority", USCC_ALPHABET.replace("0", ""), 1),
            Field("机构类别", "kind of body", USCC_ALPHABET, 1),
            _REGION,
            Field("主体标识码", "organisation code", USCC_ALPHABET, 9),
            Field("校验码", "check character", USCC_ALPHABET, 1),
        ), "uscc",
    ),
    RegimeScheme(
        "org_code", "组织机构代码", "organisation code", "party", "party",
        _one(Field("本体代码", "body", _ALNUM, 8), Field("校验码", "check character", DIGITS + "X", 1)), "org_code",
    ),
    RegimeScheme(
        "lei", "法人机构识别编码", "legal entity identifier", "party", "party",
        _one(Field("代码", "code", _ALNUM, 18), _d("校验码", "check digits", 2)), "lei",
    ),
    RegimeScheme("agri_party_code", "农产品追溯主体码", "party code of the national agricultural platform", "party", "party",
                 _one(_TEXT), verified=False),
    RegimeScheme("party", "本地主体代码", "party code of this deployment", "party", "party", _one(_TEXT)),
)  # fmt: skip

_FOOD = (
    RegimeScheme(
        "sc_license", "食品生产许可证编号", "food production licence", "document", "document",
        _one(Field("食品或添加剂", "food or additive", "12", 1), _d("食品类别", "food category", 2), _REGION,
             _d("顺序号", "serial", 4), _d("校验码", "check digit", 1), prefix="SC"),
        "mod_11_10", "warn", ("sc_licence",),
    ),
    RegimeScheme(
        "jy_license", "食品经营许可证编号", "food business licence", "document", "document",
        _one(Field("主体业态", "kind of business", "123", 1), _REGION, _d("顺序号", "serial", 6),
             _d("校验码", "check digit", 1), prefix="JY"),
        "mod_11_10", "warn", ("jy_licence",), verified=False,
    ),
    RegimeScheme("yb_filing", "仅销售预包装食品备案编号", "filing of a seller of pre-packed food", "document", "document",
                 _one(_d("编号", "number", 14), prefix="YB"), verified=False),
    RegimeScheme("qs_license", "食品生产许可证编号(旧 QS)", "food production licence before 2018", "document", "document",
                 _one(_d("编号", "number", 12), prefix="QS"), verified=False),
    RegimeScheme("tlc", "追溯批次代码", "traceability lot code (21 CFR 1.1310)", "batch", "lot", _one(_TEXT)),
)  # fmt: skip

_DRUGS = (
    RegimeScheme(
        "drug_code", "药品追溯码", "drug traceability code", "instance", "item",
        (Layout("", (_d("药品标识码", "drug identification code", 7), _d("序列号", "serial", 13))),),
        aliases=("drug_trace_code",), class_fields=1,
    ),
    RegimeScheme(
        "drug_standard_code", "国家药品编码本位码", "national drug code", "class", "class",
        _one(_d("国别码", "country", 2, "is_86"), _d("类别码", "kind", 1, "is_9"), _d("企业标识", "company", 5),
             _d("产品标识", "product", 5), _d("校验码", "check digit", 1)),
        "gs1",
    ),
    RegimeScheme(
        "drug_approval_no", "药品批准文号", "drug approval number", "class", "class",
        (
            Layout("国药准字", (Field("类别", "kind", "HZSJTFB", 1), _d("编号", "number", 8))),
            Layout("国药准字", (Field("类别", "kind", "HZSJTFB", 1), Field("境外来源", "origin", "CJ", 1), _d("编号", "number", 8))),
        ),
        aliases=("drug_approval",), verified=False,
    ),
)  # fmt: skip

_EQUIPMENT = (
    RegimeScheme(
        "equipment_code", "特种设备设备代码", "special equipment code", "instance", "item",
        (
            _equipment(_d("制造单位代号", "maker", 5), 4),
            _equipment(_d("登记机关行政区划", "region of the authority", 6, "province"), 4),
            _equipment(_d("制造单位代号", "maker", 5), 5),
        ),
        aliases=("eq_device_code", "device_code"),
    ),
    RegimeScheme(
        "eq_registration_code", "特种设备注册代码(旧)", "registration code of special equipment before 2014", "instance", "item",
        _one(*_EQUIPMENT_CLASS, _REGION, _d("注册年份", "year", 4, "year"), _d("注册月份", "month", 2, "month"),
             Field("顺序号", "serial", _ALNUM, 1), _d("顺序号", "serial", 3)),
    ),
    RegimeScheme(
        "eq_use_cert", "特种设备使用登记证编号", "certificate of registration of special equipment", "document", "document",
        _one(Field("设备种类", "kind", "锅容管瓶梯起索游车", 1), Field("设备品种", "variety", _ALNUM, 2),
             Field("省份", "province", _PROVINCES_ZH, 1), Field("地市", "prefecture", _UPPER, 1),
             _d("顺序号", "serial", 5, "", 1), Field("括号", "bracket", "(", 1), _d("年份", "year", 2),
             Field("括号", "bracket", ")", 1)),
    ),
    RegimeScheme(
        "eq_ts_license", "特种设备生产/充装许可证编号", "licence of makers and fillers of special equipment", "document", "document",
        _one(_d("编号", "number", 7), Field("连字符", "hyphen", "-", 1), _d("有效期年份", "year of expiry", 4, "year"), prefix="TS"),
        keep="-",
    ),
    RegimeScheme(
        "cylinder_code", "气瓶编号(制造单位代号-瓶号-制造年份)", "gas cylinder: maker, number, year", "instance", "item",
        _one(Field("制造单位代号", "maker", _ALNUM, 10, "", 2), Field("连字符", "hyphen", "-", 1),
             Field("瓶号", "cylinder number", _ALNUM, 20, "", 1), Field("连字符", "hyphen", "-", 1), _d("制造年份", "year", 4, "year")),
        keep="-", verified=False,
    ),
)  # fmt: skip

_AGRICULTURE = (
    RegimeScheme(
        "organic_code", "有机码", "organic code", "instance", "item",
        _one(_d("认证机构", "certification body", 3), _d("年份", "year", 2), _d("随机码", "random number", 12)),
    ),
    RegimeScheme(
        "green_gf", "绿色食品企业信息码", "green food enterprise code", "document", "document",
        _one(_REGION, _d("年份", "year", 2), _d("顺序号", "serial", 4), prefix="GF"),
    ),
    RegimeScheme(
        "green_lb", "绿色食品产品编号", "green food product number", "class", "class",
        tuple(
            Layout("LB-", (_d("产品类别", "category", 2), Field("连字符", "hyphen", "-", 1), _d("年份", "year", 2),
                           _d("月份", "month", 2, "month"), _d("省份", "province", 2), _d("顺序号", "serial", 4),
                           Field("级别", "grade", "A", grade)))
            for grade in (1, 2)
        ), keep="-",
    ),
    RegimeScheme(
        "agi_certificate", "农产品地理标志登记证书编号", "certificate of a geographical indication", "document", "document",
        (
            Layout("AGI", (_d("编号", "number", 5),)),
            Layout("AGI", (_d("年份", "year", 4, "year"), Field("连字符", "hyphen", "-", 1), _d("批次", "batch", 2),
                           Field("连字符", "hyphen", "-", 1), _d("编号", "number", 4))),
        ), keep="-",
    ),
    RegimeScheme(
        "ear_tag", "畜禽标识编码", "ear tag of livestock", "instance", "item",
        _one(Field("畜种", "species", "123", 1), _REGION, _d("标识顺序号", "serial", 8)), aliases=("animal_ear_tag",),
    ),
    RegimeScheme("iso11784", "动物射频识别码", "animal RFID code (ISO 11784)", "instance", "item",
                 _one(_d("国家代码", "country", 3), _d("识别码", "code", 12)), verified=False),
    RegimeScheme(
        "pesticide_unit_code", "农药单元识别代码", "pesticide unit code", "instance", "item",
        _one(Field("登记类别", "kind of registration", "123", 1), _d("登记证号后六位", "end of the registration number", 6),
             Field("生产类型", "kind of production", "123", 1), _d("产品规格", "pack size", 3), _d("随机码", "random number", 21)),
    ),
    RegimeScheme(
        "vetdrug_trace_code", "兽药追溯码", "veterinary drug trace code", "instance", "item",
        _one(_d("追溯码申请日期", "date of application", 8, "date"), _d("企业流水号", "company", 5), _d("随机码", "random number", 11)),
    ),
    RegimeScheme("ny1430", "农产品产地编码 (NY/T 1430)", "place of origin code (NY/T 1430)", "site", "site", _one(_TEXT),
                 verified=False),
    RegimeScheme("ny1431", "农产品追溯码 (NY/T 1431)", "agricultural trace code (NY/T 1431)", "batch", "lot", _one(_TEXT),
                 verified=False),
    RegimeScheme("compliance_cert", "承诺达标合格证", "certificate of promised compliance", "document", "document", _one(_TEXT)),
)  # fmt: skip

_GOODS = (
    RegimeScheme(
        "ccc_certificate", "CCC 证书编号", "CCC certificate", "document", "document",
        _one(_d("年份", "year", 4, "year_20"), _d("认证机构", "body", 2), _d("产品类别", "category", 4), _d("顺序号", "serial", 6)),
    ),
    RegimeScheme("ecode", "物联网标识 Ecode", "Ecode (GB/T 31866)", "instance", "item", _one(_TEXT), verified=False),
)  # fmt: skip

_LOCAL = (
    RegimeScheme("item", "本地单品代码", "item code of this deployment", "instance", "item", _one(_TEXT)),
    RegimeScheme("lot", "本地批次代码", "lot code of this deployment", "batch", "lot", _one(_TEXT)),
    RegimeScheme("unit", "本地物流单元代码", "logistic unit code of this deployment", "instance", "unit", _one(_TEXT)),
    RegimeScheme("product", "本地产品代码", "product code of this deployment", "class", "class", _one(_TEXT)),
    RegimeScheme("site", "本地场所代码", "site code of this deployment", "site", "site", _one(_TEXT)),
    RegimeScheme("plot", "地块代码", "plot code of this deployment", "site", "site", _one(_TEXT)),
    RegimeScheme("document", "本地单据代码", "document code of this deployment", "document", "document", _one(_TEXT)),
)

REGIME_SCHEMES = {
    scheme.name: scheme for scheme in (*_PARTIES, *_FOOD, *_DRUGS, *_EQUIPMENT, *_AGRICULTURE, *_GOODS, *_LOCAL)
}
ALIASES = {alias: scheme.name for scheme in REGIME_SCHEMES.values() for alias in scheme.aliases}


def find(name: str) -> RegimeScheme | None:
    """Give a scheme by its name or one of its other names, in any case."""
    lowered = name.lower()
    return REGIME_SCHEMES.get(ALIASES.get(lowered, lowered))
