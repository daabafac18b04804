"""Headings of tables: the names of our columns, and what a Chinese table calls them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from trace_api.masterdata.model import COLUMNS

_NAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "parties": {
        "uscc": "统一社会信用代码",
        "name": "名称 主体名称 企业名称 单位名称",
        "name_en": "英文名称",
        "roles": "角色 主体角色",
        "pgln": "参与方位置码",
        "phone": "电话 联系电话",
        "region": "行政区划代码 行政区划",
    },
    "sites": {
        "site_id": "场所代码 位置码",
        "name": "名称 场所名称",
        "name_en": "英文名称",
        "operator_uscc": "运营单位统一社会信用代码 统一社会信用代码",
        "address": "地址 详细地址",
        "region": "行政区划代码 行政区划",
        "city": "城市",
        "lat": "纬度",
        "lon": "经度",
    },
    "products": {
        "product_id": "产品代码 商品条码",
        "name": "名称 产品名称",
        "name_en": "英文名称",
        "regime": "监管类别",
        "producer_uscc": "生产者统一社会信用代码 生产企业统一社会信用代码 统一社会信用代码",
        "spec": "规格",
        "shelf_life_days": "保质期(天) 保质期天数",
        "storage_min_c": "贮存温度下限(℃) 贮存温度下限",
        "storage_max_c": "贮存温度上限(℃) 贮存温度上限",
        "approval_number": "批准文号",
    },
    "licences": {
        "kind": "证照类型 证书类型",
        "number": "证照编号 证书编号 许可证编号",
        "holder_uscc": "持证单位统一社会信用代码 统一社会信用代码",
        "site_id": "场所代码 位置码",
        "product_id": "产品代码 商品条码",
        "valid_from": "有效期起 有效期自",
        "valid_to": "有效期止 有效期至",
        "authority": "发证机关",
        "scope": "许可范围 范围",
    },
}


def normal(heading: str) -> str:
    """Give a heading without what people add to one: blanks, a mark of required columns, wide brackets."""
    text = "".join(unicodedata.normalize("NFKC", heading).split())
    return text.strip("*").lower()


def _table(named: Mapping[str, str]) -> dict[str, str]:
    return {normal(heading): column for column, headings in named.items() for heading in headings.split()}


_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    table: {**_table(named), **{column: column for column in COLUMNS[table]}}
    for table, named in _NAMED.items()
}


def columns_of(table: str, header: tuple[str, ...]) -> tuple[str, ...]:
    """Give the column that each heading names in a table; a heading that names none stays as it is."""
    known = _COLUMNS[table]
    return tuple(known.get(normal(heading), heading) for heading in header)
