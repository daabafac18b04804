"""Shortens texts to the room that a drawing has, counting a Chinese character as two places. Pure."""

_WIDE_FROM = 0x2E80  # CJK radicals: from here on characters are as wide as two Latin ones


def width(text: str) -> int:
    """Give the width of a text in half characters."""
    return sum(2 if ord(character) >= _WIDE_FROM else 1 for character in text)


def cut(text: str, most: int) -> str:
    """Cut the end of a text that is wider than ``most``."""
    if width(text) <= most:
        return text
    kept = ""
    for character in text:
        if width(kept + character) > most - 1:
            break
        kept += character
    return kept + "…"


def cut_middle(text: str, most: int) -> str:
    """Cut the middle out of a code longer than ``most`` characters: its ends tell codes apart."""
    return text if len(text) <= most else f"{text[: most // 2 - 1]}…{text[-(most // 2) :]}"
