"""From a printed sheet to the page a consumer reads: print, render to pixels, decode, open in a browser."""

import subprocess
from pathlib import Path

import httpx
import pypdfium2
import pytest
import zxingcpp

from tests.end_to_end.conftest import BIN, Server
from tests.end_to_end.world import check_digit, document, gtin
from tests.trace_api.browsing import browser

pytestmark = pytest.mark.browser

PRODUCT = gtin(42)
USCC = "91140100MA0K123452"


def command(*words: str | Path) -> None:
    run = subprocess.run(
        [BIN / words[0], *words[1:]], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr


def printed(folder: Path, url: str) -> tuple[Path, list[str]]:
    """Print twelve labels; give the batch file and what a scanner reads from the rendered pages."""
    batch, sheet = folder / "L42.issued.jsonl", folder / "L42.pdf"
    command(
        "trace-labels", "serials", "--gtin", PRODUCT, "--lot", "L42", "-n", "12",
        "--name", "风味酸乳", "--name-en", "Flavoured yoghurt", "-o", batch,
    )  # fmt: skip
    command("trace-labels", "sheet", batch, "-o", sheet, "--resolver", url)
    texts = []
    for page in pypdfium2.PdfDocument(sheet):
        texts += [found.text for found in zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())]
    return batch, texts


def test_a_printed_label_opens_its_own_page(server: Server, writer: httpx.Client, tmp_path: Path) -> None:
    products = tmp_path / "products.csv"
    products.write_text(
        "product_id,name,name_en,regime,producer_uscc,spec,shelf_life_days,storage_min_c,storage_max_c,approval_number\n"
        f"{PRODUCT},风味酸乳,Flavoured yoghurt,food,,180 g,21,2,6,\n",
        encoding="utf-8",
    )
    command("trace-api", "import", "--data", server.data, products)
    batch, texts = printed(tmp_path, server.url)
    assert len(set(texts)) == 12
    assert all(text.startswith(server.url) for text in texts)
    scanned, untouched = texts[0], texts[1]
    with server.client("admin") as admin:
        answer = admin.post(
            "/labels/v1/issued", content=batch.read_bytes(), headers={"Content-Type": "application/x-ndjson"}
        )
        assert answer.status_code == 200, answer.text
    place = "690123400001"
    event = {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "eventTime": "2026-05-03T08:00:00Z",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [scanned.split("?")[0]],
        "bizLocation": {"id": f"https://id.gs1.org/414/{place}{check_digit(place)}"},
    }
    answer = writer.post("/epcis/v2/capture", json=document([event]), headers={"Prefer": "wait=30"})
    assert answer.json()["accepted"] == 1, answer.text

    serial = scanned.split("/21/")[1].split("?")[0]
    with browser() as opened:
        for width in (360, 1280):
            page = opened.new_page(viewport={"width": width, "height": 800})
            for lang, name, missing in (
                ("zh-CN", "风味酸乳", "尚无流转记录"),
                ("en", "Flavoured yoghurt", "Issued, nothing recorded yet"),
            ):
                page.set_extra_http_headers({"Accept-Language": lang})
                assert page.goto(scanned).status == 200
                text = page.locator("body").inner_text()
                assert name in text
                assert serial[-4:] in text.replace(" ", "")
                assert page.goto(untouched).status == 200
                assert missing.lower() in page.locator("body").inner_text().lower()
                assert page.goto(scanned.replace(serial, "FORGED")).status == 404
                page.goto(scanned)
                page.screenshot(path=tmp_path / f"{lang}-{width}.png", full_page=True)
            page.close()
