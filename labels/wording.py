"""Knows the fixed words on labels, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Caption(NamedTuple):
    """What stands before a value, in both languages."""

    zh: str
    en: str


CAPTIONS: Mapping[str, Caption] = MappingProxyType(
    {
        "00": Caption("物流单元代码", "SSCC"),
        "01": Caption("商品条码", "GTIN"),
        "02": Caption("内装商品", "CONTENT"),
        "10": Caption("批次", "LOT"),
        "11": Caption("生产日期", "MADE"),
        "13": Caption("包装日期", "PACKED"),
        "15": Caption("保质期至", "BEST BEFORE"),
        "16": Caption("销售截止", "SELL BY"),
        "17": Caption("有效期至", "EXPIRES"),
        "21": Caption("序列号", "SERIAL"),
        "37": Caption("数量", "COUNT"),
        "400": Caption("订单号", "ORDER"),
        "401": Caption("托运号", "CONSIGNMENT"),
        "410": Caption("交货地", "SHIP TO"),
        "7007": Caption("收获日期", "HARVESTED"),
        "drug_code": Caption("药品追溯码", "DRUG CODE"),
        "organic_code": Caption("有机码", "ORGANIC CODE"),
        "equipment_code": Caption("设备代码", "EQUIPMENT CODE"),
        "producer": Caption("生产者", "PRODUCER"),
        "spec": Caption("规格", "SPEC"),
        "net_weight": Caption("净重", "NET WEIGHT"),
        "code": Caption("代码", "CODE"),
    }
)
"""Captions by application identifier, by scheme of a code that is not GS1's, or by member of
:class:`labels.content.Product`."""

SCAN_ME = ("扫码查溯源", "Scan to trace")
SCANNERS = ("扫描枪读取全部数据", "Full data for scanners")
LOGISTIC_TITLE = ("物流单元标签", "Logistic label")
STATION_TITLE = ("工位指令码", "Station commands")
ONE_AT_A_TIME = "只扫描需要的一张 · scan one card at a time"
PROJECT = "溯源 Suyuan"
COLON = "："

FIXED: tuple[str, ...] = (
    *(text for caption in CAPTIONS.values() for text in caption),
    *SCAN_ME, *SCANNERS, *LOGISTIC_TITLE, *STATION_TITLE, ONE_AT_A_TIME, PROJECT, COLON,
)  # fmt: skip
"""All of them, for the font."""
