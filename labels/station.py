"""Knows the sheet of command bar codes with which the people at a station steer it.

The words are those of the edge agent (``docs/gateway-agent.md``); a code holds ``SUYUAN:<WORD>`` or
``SUYUAN:<WORD>=<value>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

from labels.designs import DOT, fitting_module, largest
from labels.drawing import BLACK, GREY, Box, Drawing, Item, Mark, Text
from labels.errors import InputError
from labels.fonts import Faces
from labels.grids import Grid
from labels.symbols import Symbol, code128, qr
from labels.typesetting import Column
from labels.wording import ONE_AT_A_TIME, PROJECT

PREFIX = "SUYUAN:"

GRID = Grid("commands", 62, 41, 3, 6, 9, 27, gap_x=3, gap_y=3, note="cards of station commands")

Carrier = Literal["qr", "code128"]

_WORD = re.compile(r"[A-Z][A-Z_]*(\.[A-Za-z_][A-Za-z0-9_.:-]*)?")


class Meaning(NamedTuple):
    """What a command does, in both languages."""

    zh: str
    en: str
    explained: str
    explained_en: str
    takes_back: bool = False
    """Whether it undoes something: printed with a heavy frame, so that nobody scans it by mistake."""


MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "DONE": Meaning("完成", "Done", "结束本次操作并记录", "ends the act and records it"),
        "CANCEL": Meaning("取消", "Cancel", "放弃本次操作", "forgets the open act", takes_back=True),
        "VOID": Meaning(
            "作废上一条",
            "Void last",
            "声明上一条记录有误",
            "declares the last event an error",
            takes_back=True,
        ),
        "CORRECT": Meaning(
            "更正上一条", "Correct last", "下一次操作替换上一条", "the next act replaces it", takes_back=True
        ),
        "INPUT": Meaning("投入", "Input", "接下来扫描的是投入物", "next codes go in"),
        "OUTPUT": Meaning("产出", "Output", "接下来扫描的是产出物", "next codes come out"),
        "PARENT": Meaning("外包装", "Parent", "下一个码是外包装", "the next code is the container"),
        "CHILD": Meaning("内装物", "Contents", "接下来扫描的是内装物", "next codes are contents"),
        "REMOVE": Meaning(
            "移出", "Remove", "下一个码移出本次操作", "takes the next code out", takes_back=True
        ),
        "RELEASE": Meaning("解除监测", "Release", "传感器不再监测", "the sensor stops watching"),
        "STATION": Meaning("切换工位", "Station", "扫描枪改为该工位工作", "the scanner works there now"),
        "QTY": Meaning("数量", "Quantity", "上一个批次的数量", "quantity of the last lot"),
        "FROM": Meaning("来自", "From", "交出方", "the party that hands over"),
        "TO": Meaning("送往", "To", "接收方", "the party that receives"),
        "SELLER": Meaning("卖方", "Seller", "货物卖方", "owner before"),
        "BUYER": Meaning("买方", "Buyer", "货物买方", "owner after"),
        "FROM_SITE": Meaning("发货地", "From site", "发出地点", "where it leaves"),
        "TO_SITE": Meaning("收货地", "To site", "到达地点", "where it goes"),
        "CARRIER": Meaning("承运人", "Carrier", "运输企业", "who carries it"),
        "DOC": Meaning("单据", "Document", "业务单据号", "business document"),
        "CERT": Meaning("合格证", "Certificate", "证书编号", "number of the certificate"),
        "TEST": Meaning("检验报告", "Test report", "报告编号", "number of the report"),
        "LOT": Meaning("批次", "Lot", "批号", "lot number"),
        "EXPIRY": Meaning("有效期至", "Expiry", "失效日期", "date of expiry"),
        "BEST_BEFORE": Meaning("保质期至", "Best before", "保质期截止日", "best before date"),
        "MADE": Meaning("生产日期", "Made", "生产日期", "date of production"),
        "HARVESTED": Meaning("采收日期", "Harvested", "采收日期", "date of harvest"),
        "REASON": Meaning("原因", "Reason", "说明原因", "why"),
        "NOTE": Meaning("备注", "Note", "备注", "remark"),
        "NEXT": Meaning("下次检验", "Next due", "下次检验日期", "next inspection"),
        "REG": Meaning("使用登记", "Registration", "使用登记证编号", "registration number"),
        "MEDIUM": Meaning("充装介质", "Medium", "充装介质", "what is filled"),
        "FILLED": Meaning("充装量", "Filled", "充装量", "filled quantity"),
        "PRESSURE": Meaning("充装压力", "Pressure", "充装压力", "filling pressure"),
        "SENSOR": Meaning("手工读数", "Reading", "人工录入读数", "a reading by hand"),
        "STEP": Meaning("业务步骤", "Step", "本次操作的步骤", "step of this act"),
        "DISPOSITION": Meaning("状态", "Disposition", "本次操作后的状态", "state after this act"),
        "TRANSFORMATION": Meaning("加工批", "Transformation", "同一加工过程", "one transformation"),
        "AT": Meaning("发生时间", "Time", "补录时的发生时间", "when it happened"),
        "OPERATOR": Meaning("操作员", "Operator", "之后的操作员", "who works from now on"),
    }
)
"""Every word of the agent with its meaning; ``ILMD.…`` and ``EXT.…`` are printed under their own names."""

_RESULTS = {
    "pass": Meaning("合格", "Pass", "检验合格", "found conformant"),
    "fail": Meaning("不合格", "Fail", "检验不合格", "found non-conformant"),
}

USUAL = (
    "DONE", "CANCEL", "INPUT", "OUTPUT", "PARENT", "CHILD", "REMOVE", "RESULT=pass", "RESULT=fail",
    "RELEASE", "VOID", "CORRECT",
)  # fmt: skip
"""Commands of a sheet unless others are named: those that need no value, and the two results."""

_NEED_NO_VALUE = frozenset(
    {"DONE", "CANCEL", "VOID", "CORRECT", "INPUT", "OUTPUT", "PARENT", "CHILD", "REMOVE", "RELEASE"}
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command, and what a card says of it."""

    text: str
    """``SUYUAN:…`` as scanned."""
    meaning: Meaning
    note: str = ""
    """What the value means to people, as the name of the party behind its code; the value itself unless
    told."""


def command(written: str) -> Command:
    """Read a command as written on the command line.

    That is ``WORD``, ``WORD=value`` or ``WORD=value|what people call it``.

    :raises InputError: ``not-a-command``
    """
    text, _, note = written.partition("|")
    text = text.strip().removeprefix(PREFIX)
    word, equals, value = text.partition("=")
    word = word.upper() if "." not in word else word
    known = word in MEANINGS or word == "RESULT" or word.startswith(("ILMD.", "EXT."))
    complete = bool(value) or (not equals and word in _NEED_NO_VALUE)
    if not _WORD.fullmatch(word) or not known or not complete or (word == "RESULT" and value not in _RESULTS):
        needs = (
            f"{word} needs a value" if known and not complete else f"{written!r} is no command of the agent"
        )
        raise InputError(
            "not-a-command",
            needs,
            hint="write WORD or WORD=value, as DONE, RESULT=pass or TO=(414)6901234567892|Corner shop",
        )
    meaning = _RESULTS[value] if word == "RESULT" else MEANINGS.get(word, Meaning(word, "", "", ""))
    return Command(
        PREFIX + word + equals + value, meaning, note.strip() or ("" if word == "RESULT" else value)
    )


def card(
    what: Command,
    faces: Faces,
    *,
    carrier: Carrier = "qr",
    width: float = GRID.width,
    height: float = GRID.height,
) -> Drawing:
    """Lay out the card of one command.

    :raises SymbolError: the text does not fit the symbol, or the symbol not the card
    :raises TextError: ``text-too-long``
    """
    symbol = code128(what.text) if carrier == "code128" else qr(what.text, level="Q")

    def items(scale: float) -> Drawing:
        frame = Box(0, 0, width, height, stroke=BLACK, line=0.9 if what.meaning.takes_back else 0.2, radius=2)
        mark, column = _divided(symbol, width, height, faces, scale)
        column.lines(what.meaning.zh, 17, "bold", shrink=0.6)
        column.lines(what.meaning.en, 9, grey=GREY, shrink=0.7)
        column.gap(1)
        column.lines(what.note, 9, "bold", most=3)
        if not what.note:
            column.lines(what.meaning.explained, 6.5, grey=GREY)
            column.lines(what.meaning.explained_en, 6, grey=GREY)
        foot = Text(
            what.text,
            width / 2,
            height - 2.2,
            min(6.5, 6.5 * (width - 6) / faces.regular.width(what.text, 6.5)),
            anchor="middle",
        )
        return Drawing(width, height, (frame, mark, *column.items, foot))

    return largest(items, 1.0, f"the card of {what.text}")


def _divided(symbol: Symbol, width: float, height: float, faces: Faces, scale: float) -> tuple[Mark, Column]:
    """Give the symbol at its place, and the column for the text beside or above it."""
    pad, foot = 3.0, 5.5
    if symbol.linear:
        module = fitting_module(symbol, width - 2, 2 * DOT)
        bars = 13.0
        mark = Mark(symbol, (width - symbol.columns * module) / 2, height - foot - bars, module, bars)
        return mark, Column(faces, pad + 1, pad - 0.5, width - 2 * pad - 2, mark.y - 1, scale)
    module = fitting_module(symbol, min(height - foot - 1.5, 0.5 * width), 4 * DOT)
    module = min(module, 14 * DOT)
    across = symbol.columns * module
    top = max((height - foot - across) / 2 + 0.6, symbol.quiet * module + 0.6)
    mark = Mark(symbol, max(pad + 1, symbol.quiet * module + 0.6), top, module)
    left = mark.x + across + mark.quiet
    return mark, Column(faces, left, top - 0.6, width - pad - left, height - foot, scale)


def heading(title: str, title_en: str, page: int, pages: int) -> Sequence[Item]:
    """Give what stands above the cards on each page."""
    right = GRID.page[0] - GRID.left
    items: list[Item] = [
        Text(title, GRID.left, 15.5, 17, "bold"),
        Text(title_en, GRID.left, 21, 9, grey=GREY),
        Text(PROJECT, right, 15.5, 10, "bold", "end"),
        Text(ONE_AT_A_TIME, right, 21, 7.5, anchor="end", grey=GREY),
        Box(GRID.left, 23.2, right - GRID.left, 0.3, fill=BLACK),
    ]
    if pages > 1:
        items.append(Text(f"{page} / {pages}", right, GRID.page[1] - 5, 7.5, anchor="end", grey=GREY))
    return items


def card_texts(commands: Sequence[Command]) -> Iterator[str]:
    """Give everything that stands on these cards, for :func:`labels.fonts.faces`."""
    for what in commands:
        yield from (what.text, *what.meaning[:4], what.note)
