"""How the value of each application identifier is packed on a tag: Tag Data Standard 2, table F.

A format is one or two steps divided by ``+``: ``nibbles 14`` four bits a digit; ``number 6/20`` six digits
in 20 bits; ``text 20/5`` up to 20 characters with a length of 5 bits; ``digits 8/4`` up to 8 digits with a
length of 4 bits; ``delimited`` digits up to a mark, then text; the other words name the section that
describes them.
"""

from __future__ import annotations

from functools import cache

_MEASURES = " ".join(
    f"{ai}0-{ai}5" for ai in (*range(310, 317), *range(320, 338), *range(340, 358), *range(360, 370))
)

FORMATS = {
    "nibbles 2": "7241",
    "nibbles 13": "410-417",
    "nibbles 13 + text 17/5": "253",
    "nibbles 13 + digits 12/4": "255",
    "nibbles 14": "01-02",
    "nibbles 14 + text 16/5": "8003",
    "nibbles 18": "00 8006 8017-8018 8026",
    "number 1/4": "7252",
    "number 2/7": "20",
    "number 3/10": "422 424 426",
    "number 3/10 + digits 15/4": "3910-3919 3930-3939",
    "number 3/10 + text 9/4": "421",
    "number 3/10 + text 27/5": "7030-7039",
    "number 4/14": "3940-3943 8111",
    "number 6/20": f"{_MEASURES} 3950-3953 8005",
    "number 6/20 + minus": "4330-4333",
    "number 8/27": "7250",
    "number 12/40": "7251",
    "number 13/44": "7001",
    "number 14/47": "8001",
    "number 17/57": "402",
    "number 20/67": "4309",
    "digits 4/3": "7004",
    "digits 6/3": "242",
    "digits 8/4": "30 37",
    "digits 10/4": "8019",
    "digits 12/4": "8011",
    "digits 15/4": "3900-3909 3920-3929 423 425",
    "text 2/2": "7010",
    "text 3/2": "427 7008",
    "text 4/3": "7040-7041",
    "text 10/4": "7009 7255",
    "text 12/4": "7005",
    "text 20/5": "10 21-22 243 254 420 4318 7020-7022 710-716 7240 8002 8012",
    "text 24/5": "8007",
    "text 25/5": "7242 8013 8020",
    "text 28/5": "235",
    "text 30/5": "240-241 250-251 400-401 403 4308 4319 7002 7230-7239 90",
    "text 35/6": "4300-4301 4310-4311 4320",
    "text 40/6": "7253-7254 7259",
    "text 50/6": "8009",
    "text 70/7": "4302-4306 4312-4316 7257 8110 8112 8200",
    "text 90/7": "7256 8030 91-99",
    "delimited 30/5": "7023 8004 8010",
    "date": "11-13 15-17 4326 7006",
    "dates": "7007",
    "minute": "4324-4325 7003",
    "moment": "7011 8008",
    "country": "4307 4317",
    "bit": "4321-4323",
    "sequence": "7258",
}


@cache
def value_formats() -> dict[str, tuple[str, ...]]:
    """Give the steps of packing by application identifier."""
    formats: dict[str, tuple[str, ...]] = {}
    for steps, ranges in FORMATS.items():
        for word in ranges.split():
            first, _, last = word.partition("-")
            for number in range(int(first), int(last or first) + 1):
                formats[f"{number:0{len(first)}d}"] = tuple(steps.split(" + "))
    return formats
