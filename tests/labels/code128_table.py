"""Reads Code 128 by the table of ISO/IEC 15417, bar by bar: the truth for bars that another program drew."""

from itertools import pairwise

# Widths of bar, space, bar, space, bar, space for the values 0 to 105, and the stop pattern.
_JOINED = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222"
    "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321"
    "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121"
    "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224"
    "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113"
    "114311411113411311113141114131311141411131211412211214211232"
)
WIDTHS = [_JOINED[start : start + 6] for start in range(0, len(_JOINED), 6)]
STOP = "2331112"
CODE_C, CODE_B, CODE_A, FNC1, SHIFT = 99, 100, 101, 102, 98
STARTS = {103: "A", 104: "B", 105: "C"}


def widths(row: bytes) -> str:
    """Give the widths of bars and spaces in turn."""
    runs = [1]
    for module, after in pairwise(row):
        if module == after:
            runs[-1] += 1
        else:
            runs.append(1)
    return "".join(map(str, runs))


def decode(row: bytes) -> str:
    """Give the text of a row of modules; the check character must be right."""
    text = widths(row)
    assert row[0] == 1
    assert text.endswith(STOP)
    body = text[: -len(STOP)]
    values = [WIDTHS.index(body[start : start + 6]) for start in range(0, len(body), 6)]
    *values, check = values
    assert check == (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    code = STARTS[values[0]]
    out = ""
    for value in values[1:]:
        if value == FNC1:
            out += "<FNC1>"
        elif code == "C":
            if value < 100:
                out += f"{value:02d}"
            else:
                code = {CODE_B: "B", CODE_A: "A"}[value]
        elif value == CODE_C:
            code = "C"
        elif value in (CODE_A, CODE_B) and value != {"A": CODE_A, "B": CODE_B}[code]:
            code = {CODE_A: "A", CODE_B: "B"}[value]
        else:
            assert value < 96, value
            out += chr(value + 32)
    return out
