"""What can be wrong with the content of a GS1 element string, and how it is said.

The codes are those of the GS1 Barcode Syntax Tests in this package's spelling (``GS1_LINTER_ILLEGAL_MONTH``
is ``illegal-month``), so that verdicts can be compared with those of any other implementation.
"""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """The first thing found wrong with a value: what, from which character, for how many characters."""

    code: str
    start: int
    length: int


SENTENCES: dict[str, tuple[str, str]] = {
    "non-digit-character": ("only digits are allowed here", "此处只允许数字"),
    "invalid-cset82-character": ("the character is not in the GS1 set of 82", "字符不在 GS1 的 82 字符集内"),
    "invalid-cset39-character": (
        "only A–Z, 0–9, #, - and / are allowed here",
        "此处只允许 A–Z、0–9、#、- 和 /",
    ),
    "invalid-cset64-character": ("only the base64url alphabet is allowed here", "此处只允许 base64url 字符"),
    "invalid-cset64-padding": ("the base64url padding is wrong", "base64url 填充不正确"),
    "incorrect-check-digit": ("the check digit is wrong", "校验码不正确"),
    "too-short-for-check-digit": ("too short to hold a check digit", "长度不足以包含校验码"),
    "incorrect-check-pair": ("the two check characters are wrong", "两位校验字符不正确"),
    "too-short-for-check-pair": ("too short to hold two check characters", "长度不足以包含两位校验字符"),
    "too-long-for-check-pair-implementation": ("too long to be checked", "过长，无法校验"),
    "too-short-for-gcp": ("too short to start with a GS1 company prefix", "过短，不能包含 GS1 厂商识别代码"),
    "invalid-gcp-prefix": (
        "a GS1 company prefix starts with four digits",
        "GS1 厂商识别代码的前四位必须是数字",
    ),
    "invalid-import-idx-character": ("not a character of an importer index", "不是有效的进口商索引字符"),
    "importer-idx-must-be-one-character": ("an importer index is one character", "进口商索引只能有一个字符"),
    "illegal-zero-value": ("zero is not allowed here", "此处不允许为零"),
    "illegal-zero-prefix": ("a leading zero is not allowed here", "此处不允许以零开头"),
    "not-zero": ("must be zero", "必须为零"),
    "not-zero-or-one": ("must be 0 or 1", "必须为 0 或 1"),
    "invalid-winding-direction": ("a winding direction is 0, 1 or 9", "卷绕方向只能是 0、1 或 9"),
    "invalid-biological-sex-code": (
        "an ISO 5218 code is 0, 1, 2 or 9",
        "ISO 5218 性别代码只能是 0、1、2 或 9",
    ),
    "not-iso3166": ("not an ISO 3166 country number", "不是 ISO 3166 国家数字代码"),
    "not-iso3166-or-999": (
        "neither an ISO 3166 country number nor 999",
        "既不是 ISO 3166 国家数字代码也不是 999",
    ),
    "not-iso3166-alpha2": ("not an ISO 3166 two-letter country code", "不是 ISO 3166 两位字母国家代码"),
    "not-iso4217": ("not an ISO 4217 currency number", "不是 ISO 4217 货币数字代码"),
    "iban-too-short": ("too short for an IBAN", "IBAN 过短"),
    "iban-too-long": ("too long for an IBAN", "IBAN 过长"),
    "invalid-iban-character": ("an IBAN has capital letters and digits only", "IBAN 只含大写字母和数字"),
    "illegal-iban-country-code": ("an IBAN starts with a country code", "IBAN 必须以国家代码开头"),
    "incorrect-iban-checksum": ("the check digits of the IBAN are wrong", "IBAN 校验码不正确"),
    "date-too-short": ("the date has too few digits", "日期位数不足"),
    "date-too-long": ("the date has too many digits", "日期位数过多"),
    "illegal-month": ("there is no such month", "月份不存在"),
    "illegal-day": ("there is no such day in that month", "该月没有这一天"),
    "hour-too-short": ("an hour has two digits", "小时应为两位数字"),
    "hour-too-long": ("an hour has two digits", "小时应为两位数字"),
    "illegal-hour": ("an hour is 00 to 23", "小时应为 00 至 23"),
    "minute-too-short": ("a minute has two digits", "分钟应为两位数字"),
    "minute-too-long": ("a minute has two digits", "分钟应为两位数字"),
    "illegal-minute": ("a minute is 00 to 59", "分钟应为 00 至 59"),
    "second-too-short": ("a second has two digits", "秒应为两位数字"),
    "second-too-long": ("a second has two digits", "秒应为两位数字"),
    "illegal-second": ("a second is 00 to 59", "秒应为 00 至 59"),
    "hour-with-minute-too-short": ("a time of day has four digits", "时分应为四位数字"),
    "hour-with-minute-too-long": ("a time of day has four digits", "时分应为四位数字"),
    "invalid-length-for-piece-of-total": (
        "piece and total have the same number of digits",
        "件号与总件数位数必须相同",
    ),
    "zero-piece-number": ("the number of the piece is zero", "件号为零"),
    "zero-total-pieces": ("the total of pieces is zero", "总件数为零"),
    "piece-number-exceeds-total": ("the number of the piece exceeds the total", "件号大于总件数"),
    "position-in-sequence-malformed": ("expected position/total, like 1/3", "应为“位置/总数”，例如 1/3"),
    "position-exceeds-end": ("the position exceeds the total", "位置大于总数"),
    "invalid-percent-sequence": (
        "% must be followed by two hexadecimal digits",
        "% 之后必须是两位十六进制数字",
    ),
    "latitude-invalid-length": ("a latitude has ten digits", "纬度应为十位数字"),
    "invalid-latitude": ("a latitude is at most 1800000000", "纬度最大为 1800000000"),
    "longitude-invalid-length": ("a longitude has ten digits", "经度应为十位数字"),
    "invalid-longitude": ("a longitude is at most 3600000000", "经度最大为 3600000000"),
    "invalid-media-type": ("not an AIDC media type", "不是有效的 AIDC 介质类型"),
    "invalid-package-type": (
        "not a package type of UN/ECE Recommendation 21",
        "不是 UN/ECE 21 号建议书的包装类型",
    ),
    "not-hyphen": ("must be a hyphen", "必须是连字符"),
    "requires-non-digit-character": (
        "needs at least one character that is no digit",
        "至少需要一个非数字字符",
    ),
}


def sentence(code: str) -> str:
    """Say a fault in English. Faults of coupons are rare enough to be said in the words of their code."""
    said = SENTENCES.get(code)
    return (
        said[0]
        if said
        else code.replace("-", " ").replace("vli", "length digit").replace("gcp", "company prefix")
    )


def sentence_zh(code: str) -> str:
    """Say a fault in Chinese; those of coupons in one sentence for all."""
    said = SENTENCES.get(code)
    return said[1] if said else "优惠券代码的内容不正确"
