"""Knows how one label becomes a PNG or SVG file, proved before it is handed out."""

from __future__ import annotations

from pathlib import Path

from labels.drawing import Drawing
from labels.errors import InputError, ProofError
from labels.fonts import Faces
from labels.png import picture, png
from labels.proof import Placement, faults_of_picture, faults_of_svg
from labels.svg import svg

SUFFIXES = (".png", ".svg")


def proved_png(drawing: Drawing, faces: Faces, *, value: str, dpi: int = 600) -> bytes:
    """Give a drawing as PNG.

    :param value: what the label stands for
    :raises ProofError: the picture is not what was meant
    """
    image = picture(drawing, faces, dpi)
    faults = list(faults_of_picture(image, dpi / 25.4, [_alone(drawing, value)]))
    if faults:
        raise ProofError(faults)
    return png(image, dpi=dpi, title=value)


def proved_svg(drawing: Drawing, faces: Faces, *, value: str) -> str:
    """Give a drawing as SVG.

    :param value: what the label stands for
    :raises ProofError: the picture, as resvg draws it, is not what was meant
    """
    text = svg(drawing, faces, title=value)
    faults = list(faults_of_svg(text, [_alone(drawing, value)]))
    if faults:
        raise ProofError(faults)
    return text


def write_picture(target: Path, drawing: Drawing, faces: Faces, *, value: str, dpi: int = 600) -> None:
    """Write a drawing as the kind of picture that the name of ``target`` says.

    :raises InputError: ``suffix``; :raises ProofError: the picture is not what was meant; no file is
        written then
    """
    match target.suffix.lower():
        case ".png":
            data = proved_png(drawing, faces, value=value, dpi=dpi)
        case ".svg":
            data = proved_svg(drawing, faces, value=value).encode()
        case other:
            raise InputError(
                "suffix", f"{other!r} is no kind of picture", hint=f"name the file {' or '.join(SUFFIXES)}"
            )
    target.write_bytes(data)


def _alone(drawing: Drawing, value: str) -> Placement:
    return Placement(1, 1, 1, 0.0, 0.0, drawing, value)
