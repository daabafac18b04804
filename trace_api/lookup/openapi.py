"""What the API document says about the look-up, which reads addresses whole and declares no parameters."""

import json
import re
from typing import Any, Final

from trace_api.problems import MEDIA_TYPE

_EXAMPLES: Final = {
    "gtin": ("GTIN, 14 digits", "06901234567892"),
    "lot": ("batch number (AI 10)", "Y20261118A"),
    "serial": ("serial number (AI 21)", "7C4KQ9RTVWXY23"),
    "scheme": ("scheme of a code that is not GS1's", "drug_code"),
    "value": ("the code", "83857930000879766660"),
}

_REFUSAL: Final[dict[str, Any]] = {
    "text/html": {},
    MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}},
}

RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The page, the same facts as JSON, or the linkset.",
        "content": {
            "text/html": {},
            "application/json": {
                "example": {
                    "id": "https://id.gs1.org/01/06901234567892/21/7C4KQ9RTVWXY23",
                    "kind": "item",
                    "text": "(01)06901234567892(21)7C4KQ9RTVWXY23",
                    "status": "recorded",
                    "product": {"name": "酸牛奶", "name_en": "Yoghurt", "regime": "food", "spec": "180 g"},
                    "lot": {"id": "https://id.gs1.org/01/06901234567892/10/Y1", "number": "Y1"},
                    "dates": [{"kind": "expiry", "date": "2026-12-09", "derived": False}],
                    "recalls": [],
                    "journey": [{"at": "2026-11-18T02:30:00Z", "step": "commissioning", "city": "太原市"}],
                    "lookups": {"count": 1, "first_at": "2026-11-24T04:34:56Z"},
                }
            },
            "application/linkset+json": {},
        },
    },
    300: {"description": "Several links of the type that `linkType` asks for."},
    307: {"description": "The link of the type that `linkType` asks for."},
    400: {
        "description": "`…/not-an-identifier`: the address is no code; says which character.",
        "content": _REFUSAL,
    },
    404: {
        "description": "`…/never-issued`: nobody issued the code and no event names it; or `…/no-such-link`.",
        "content": _REFUSAL,
    },
}

REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {
        "description": "`…/bad-issued-file`, `…/count-mismatch`, `…/unknown-link-type`, `…/bad-parameter`."
    },
    401: {"description": "No token."},
    403: {"description": "A role that may not do this, or a product of another party."},
}

_ISSUED_HEAD: Final = {
    "suyuan": "issued",
    "version": 1,
    "batch": "7f0c0000000000000000000000000000",
    "issued_at": "2026-11-24T04:10:00Z",
    "scheme": "sgtin",
    "class": "https://id.gs1.org/01/06901234567892",
    "lot": None,
    "attributes": {"17": "271101"},
    "product": {"name": "酸牛奶"},
    "count": 1,
}
_ISSUED_CODE: Final = {"id": "https://id.gs1.org/01/06901234567892/21/7C4KQ9RTVWXY23"}

ISSUED_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/x-ndjson": {
            "schema": {"type": "string"},
            "example": "".join(
                f"{json.dumps(line, ensure_ascii=False)}\n" for line in (_ISSUED_HEAD, _ISSUED_CODE)
            ),
        }
    },
}


def parameters_of(address: str) -> list[dict[str, Any]]:
    """Give the parameters of an address template."""
    path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _EXAMPLES[name][0],
            "schema": {"type": "string"},
            "example": _EXAMPLES[name][1],
        }
        for name in re.findall(r"{(\w+)}", address)
    ]
    query = [
        {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in (
            ("lang", "language of the page: `zh` or `en`"),
            ("linkType", "a link type of the GS1 Web Vocabulary, or `linkset`"),
        )
    ]
    return [*path, *query]
