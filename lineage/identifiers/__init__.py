"""Identifiers of things, places and parties: read any written form, check it, give its canonical form.

``read`` takes every form, ``read_uri`` the URIs of events (cached) and ``name_uri`` those of events that
are captured whatever their state (``name_alike`` a list of them at once), ``read_tag`` the EPC memory of a
tag, ``elements`` all application identifiers of a GS1 element string or Digital Link.
"""

from lineage.errors import IdentifierError
from lineage.identifiers.alike import Family
from lineage.identifiers.alike import read as name_alike
from lineage.identifiers.bare import read_as
from lineage.identifiers.company_prefixes import CompanyPrefixes
from lineage.identifiers.element_string import Element
from lineage.identifiers.identifier import GS1_HOST, LOCAL_HOST, Identifier, Kind, Warning_
from lineage.identifiers.persons import resident_id
from lineage.identifiers.read import elements, read
from lineage.identifiers.tags import read_tag
from lineage.identifiers.uris import name_uri, read_uri

__all__ = [
    "GS1_HOST",
    "LOCAL_HOST",
    "CompanyPrefixes",
    "Element",
    "Family",
    "Identifier",
    "IdentifierError",
    "Kind",
    "Warning_",
    "elements",
    "name_alike",
    "name_uri",
    "read",
    "read_as",
    "read_tag",
    "read_uri",
    "resident_id",
]
