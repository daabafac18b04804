"""A real browser before a real server, for tests marked ``browser``; says loudly when there is none."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

CONTRAST = """
() => {
  const parse = (text) => {
    const [r, g, b, a] = text.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a: a === undefined ? 1 : a };
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const found = parse(getComputedStyle(each).backgroundColor);
      if (found.a > 0.99) return found;
    }
    return { r: 255, g: 255, b: 255 };
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *:not(svg *):not(option)")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (!own || box.width < 2 || style.visibility === "hidden") continue;
    const [a, b] = [light(parse(style.color)), light(ground(element))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.6 && style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5))
      poor.push(`${element.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return poor;
}
"""
"""Gives texts whose contrast with their ground is below WCAG 2.2 AA (1.4.3)."""

STRUCTURE = """
() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const ids = all("[id]").map((each) => each.id);
  const controls = all("a, button, input:not([type=hidden]), select, textarea");
  const large = all(".button:not(.button--small), select, input:not([type=hidden]):not([type=checkbox])");
  return {
    lang: document.documentElement.lang,
    width: document.documentElement.scrollWidth,
    headings: all("h1, h2, h3, h4").map((each) => Number(each.tagName[1])),
    landmarks: ["header", "main", "footer"].filter((name) => document.querySelector(name)),
    unnamed: controls.filter((each) => !(each.textContent.trim() || each.ariaLabel || each.labels?.length))
      .map((each) => each.outerHTML),
    small: large.map((each) => each.getBoundingClientRect())
      .filter((box) => box.width && box.height < 44).length,
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
  };
}
"""
"""Gives what a screen reader and a thumb need of a page."""


def chromium_path() -> str:
    """Give the path of Chromium, or skip the test and say so."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("NOT TESTED: no Chromium on this machine (apt install chromium fonts-noto-cjk)")
    return path


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port of this machine; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="on")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@contextmanager
def browser() -> Iterator[Any]:
    """Give a headless Chromium."""
    path = chromium_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


def check_structure(found: dict[str, Any], *, lang: str, width: int) -> None:
    """Check what :data:`STRUCTURE` gave."""
    assert found["lang"] == lang
    assert found["width"] <= width, "the page scrolls sideways"
    assert found["headings"].count(1) == 1
    assert found["headings"][0] == 1 or found["headings"][0] == 2, found["headings"]
    jumps = [(a, b) for a, b in zip(found["headings"], found["headings"][1:], strict=False) if b > a + 1]
    assert jumps == []
    assert {"header", "main"} <= set(found["landmarks"])
    assert found["unnamed"] == []
    assert found["small"] == 0
    assert found["twice"] == []
