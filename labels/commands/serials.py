"""``trace-labels serials``: draw codes and keep them in a batch file."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from labels import issued
from labels.commands import options
from labels.commands.reporting import note, progress, reported, show, usage
from labels.content import Product
from labels.errors import InputError
from labels.serials import LENGTH, MIN_BITS, bits
from lineage.errors import IdentifierError
from lineage.identifiers import Identifier, read
from lineage.identifiers.check_characters import gs1_check_digit

_RANDOM_DIGITS = {"drug_code": 13, "organic_code": 12}


@reported
def serials(
    *,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many codes.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Batch file to write, as milk-L1.issued.jsonl.")],
    gtin: Annotated[
        str | None, typer.Option("--gtin", help="GTIN of the product: serialised items of it.")
    ] = None,
    drug_code: Annotated[
        str | None,
        typer.Option(
            "--drug-code", metavar="7 DIGITS", help="Drug identification code: 20-digit drug codes."
        ),
    ] = None,
    organic_code: Annotated[
        str | None,
        typer.Option(
            "--organic-code", metavar="5 DIGITS", help="Certifier (3) and year (2): 17-digit organic codes."
        ),
    ] = None,
    company_prefix: Annotated[
        str | None,
        typer.Option("--company-prefix", help="GS1 company prefix: codes of logistic units (SSCC)."),
    ] = None,
    extension: Annotated[str, typer.Option("--extension", help="Extension digit of logistic units.")] = "0",
    length: Annotated[int, typer.Option("--length", help="Characters of a serial.")] = LENGTH,
    taken: Annotated[
        list[Path] | None,
        typer.Option("--taken", help="Batch issued before: its codes are not drawn again; may be repeated."),
    ] = None,
    lot: options.Lot = None,
    made: options.Made = None,
    packed: options.Packed = None,
    best_before: options.BestBefore = None,
    expires: options.Expires = None,
    elements: options.Elements = None,
    name: options.Name = "",
    name_en: options.NameEn = "",
    producer: options.Producer = "",
    producer_uscc: options.ProducerUscc = "",
    spec: options.Spec = "",
    as_json: options.AsJson = False,
) -> None:
    """Draw codes that nobody can guess and keep them in a batch file.

    The file is what `trace-labels sheet` prints from. Send it as it is to `POST /labels/v1/issued`, so that
    the server knows a code from a forgery (`docs/labels.md` has the command).

    Examples:
    - `trace-labels serials --gtin 6901234567892 --lot L1101 -n 24 --made 2026-11-01 -o L1101.issued.jsonl`

    - `trace-labels serials --drug-code 8385793 --lot B2611 --expires 2028-10-31 -n 99 -o B2611.issued.jsonl`

    - `trace-labels serials --company-prefix 6901234 -n 50 -o pallets.issued.jsonl`

    """
    given = {
        "gtin": gtin,
        "drug_code": drug_code,
        "organic_code": organic_code,
        "company_prefix": company_prefix,
    }
    if sum(value is not None for value in given.values()) != 1:
        usage("give one of --gtin, --drug-code, --organic-code and --company-prefix")
    used = issued.taken_codes(taken or ())
    class_id: str | None = None
    random_bits: float
    codes: Iterator[str]
    if gtin is not None:
        product_class = _product_class(gtin)
        scheme, class_id, random_bits = "sgtin", product_class.id, bits(length)
        codes = issued.issue_serials(product_class, count, length=length, min_bits=MIN_BITS, taken=used)
    elif company_prefix is not None:
        scheme, random_bits = "sscc", bits(16 - len(company_prefix), "0123456789")
        codes = issued.issue_units(company_prefix, count, extension=extension, taken=used)
    else:
        scheme, prefix = (
            ("drug_code", drug_code) if drug_code is not None else ("organic_code", organic_code or "")
        )
        digits = _RANDOM_DIGITS[scheme]
        read(f"{scheme}:{prefix}{'0' * digits}")  # a wrong prefix is named before anything is drawn
        class_id, random_bits = f"{scheme}:{prefix}", bits(digits, "0123456789")
        codes = issued.issue_numbers(scheme, prefix or "", digits, count, taken=used)
    data = options.attributes(
        made=made, packed=packed, best_before=best_before, expires=expires, elements=elements
    )
    head = issued.head(
        batch=secrets.token_hex(16),
        issued_at=datetime.now(UTC),
        scheme=scheme,
        class_id=class_id,
        lot=lot,
        attributes=data,
        product=Product(name, name_en, producer, producer_uscc, spec),
        count=count,
    )
    with progress() as tell:
        issued.write_batch(out, head, _told(codes, count, tell))
    if random_bits < MIN_BITS:
        note(f"note: {scheme} leaves room for {random_bits:.0f} random bits only; slow down guessing")
    show(
        {
            "file": str(out),
            "batch": head.batch,
            "scheme": scheme,
            "count": count,
            "random_bits": round(random_bits, 1),
        },
        as_json=as_json,
    )


def _told(codes: Iterator[str], count: int, tell: Callable[[str, int, int], None]) -> Iterator[str]:
    for done, code in enumerate(codes, start=1):
        if done % 1000 == 0 or done == count:
            tell("draw", done, count)
        yield code


def _product_class(gtin: str) -> Identifier:
    """Read a GTIN in any written form, bare digits of 8 to 14 among them."""
    digits = gtin.strip()
    bare = digits.isdigit() and digits.isascii() and 8 <= len(digits) <= 14
    try:
        found = read(f"(01){digits.zfill(14)}" if bare else digits)
    except IdentifierError as error:
        if bare:
            right = digits[:-1] + gs1_check_digit(digits.zfill(14)[:-1])
            error.hint = error.hint or f"look at the last digit again: {right} would be right"
        raise
    if found.scheme != "gtin":
        raise InputError(
            "not-a-gtin", f"{gtin} is no GTIN", hint="give the 8, 12, 13 or 14 digits under the bar code"
        )
    return found
