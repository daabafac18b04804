"""The words of the Core Business Vocabulary 2.0 and their three written forms.

A word is written bare in JSON (``shipping``), as URN in XML 1.x and often 2.0
(``urn:epcglobal:cbv:bizstep:shipping``) and as Web URI in Linked Data and in the event hash
(``https://ref.gs1.org/cbv/BizStep-shipping``). The tables here are this project's own;
``tests/lineage/events`` compares them with the published contexts and schema.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

#: The context that a document refers to when it uses no extensions.
EPCIS_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
EPCIS_NAMESPACE: Final = "https://ref.gs1.org/epcis/"
CBV_NAMESPACE: Final = "https://ref.gs1.org/cbv/"
GS1_NAMESPACE: Final = "https://gs1.org/voc/"
CBV_MASTER_DATA: Final = "urn:epcglobal:cbv:mda"

#: Namespace of this project's own terms and the prefix it is written with.
SUYUAN_NAMESPACE: Final = "https://w3id.org/suyuan/v1/"
SUYUAN_PREFIX: Final = "suyuan"

#: Prefixes that the standard's context defines; a document need not declare them.
STANDARD_PREFIXES: Final[dict[str, str]] = {
    "epcis": EPCIS_NAMESPACE,
    "cbv": CBV_NAMESPACE,
    "cbvmda": CBV_MASTER_DATA + ":",
    "gs1": GS1_NAMESPACE,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}


class Vocabulary(NamedTuple):
    """One list of words.

    :ivar urn: prefix of the URN form, empty where the standard has none
    :ivar web: prefix of the Web URI form
    :ivar curie: prefix of the compact form of the Web URI, e.g. ``cbv:BizStep-``
    """

    words: frozenset[str]
    urn: str
    web: str
    curie: str


def _cbv(words: str, urn: str, web: str) -> Vocabulary:
    prefix = f"urn:epcglobal:cbv:{urn}:" if urn else ""
    return Vocabulary(frozenset(words.split()), prefix, f"{CBV_NAMESPACE}{web}-", f"cbv:{web}-")


def _gs1(words: str) -> Vocabulary:
    return Vocabulary(frozenset(words.split()), "", GS1_NAMESPACE, "gs1:")


BIZ_STEP: Final = _cbv(
    """accepting arriving assembling collecting commissioning consigning creating_class_instance
    cycle_counting decommissioning departing destroying disassembling dispensing encoding entering_exiting
    holding inspecting installing killing loading other packing picking receiving removing repackaging
    repairing replacing reserving retail_selling sampling sensor_reporting shipping staging_outbound
    stock_taking stocking storing transporting unloading unpacking void_shipping""",
    "bizstep",
    "BizStep",
)
DISPOSITION: Final = _cbv(
    """active available completeness_inferred completeness_verified conformant container_closed container_open
    damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class
    mismatch_instance mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other
    partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible
    stolen unavailable unknown""",
    "disp",
    "Disp",
)
BIZ_TRANSACTION_TYPE: Final = _cbv(
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt", "btt", "BTT"
)
SOURCE_DESTINATION_TYPE: Final = _cbv("location owning_party possessing_party", "sdt", "SDT")
ERROR_REASON: Final = _cbv("did_not_occur incorrect_data", "er", "ER")
COMPONENT: Final = _cbv(
    """altitude axial_distance azimuth easting elevation_angle height latitude longitude northing polar_angle
    spherical_radius x y z""",
    "",
    "Comp",
)
MEASUREMENT: Final = _gs1(
    """AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
    AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance
    Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity
    ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force
    Frequency Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance
    LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass
    MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass
    MolarVolume Power Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance
    Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque
    Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber"""
)
SENSOR_ALERT: Final = _gs1("ALARM_CONDITION ERROR_CONDITION")

#: Steps that this project's regimes need and the standard has no word for.
SUYUAN_STEPS: Final = ("filling", "registering", "scrapping", "harvesting", "feeding", "spraying", "testing")

#: Hosts under which the CBV's Web URIs have been published; the first is the current one.
_CBV_HOSTS: Final = (
    CBV_NAMESPACE,
    "http://ref.gs1.org/cbv/",
    "https://ns.gs1.org/cbv/",
    "http://ns.gs1.org/cbv/",
)
_GS1_HOSTS: Final = (
    GS1_NAMESPACE,
    "http://gs1.org/voc/",
    "https://www.gs1.org/voc/",
    "http://www.gs1.org/voc/",
)


@lru_cache(maxsize=4096)
def bare(vocabulary: Vocabulary, text: str) -> str:
    """Give the bare word of any written form, or the text itself where it is no word of the vocabulary.

    >>> bare(BIZ_STEP, "urn:epcglobal:cbv:bizstep:shipping")
    'shipping'
    """
    if text in vocabulary.words:
        return text
    word = _after(text, vocabulary)
    return word if word in vocabulary.words else text


@lru_cache(maxsize=4096)
def web_uri(vocabulary: Vocabulary, text: str) -> str:
    """Give the Web URI of any written form of a word, or the text itself where it is none.

    A URN of the vocabulary whose word is not (yet) in the table is translated all the same.
    """
    if text in vocabulary.words:
        return vocabulary.web + text
    word = _after(text, vocabulary)
    return vocabulary.web + word if word else text


@lru_cache(maxsize=4096)
def urn(vocabulary: Vocabulary, text: str) -> str:
    """Give the URN of any written form of a word (XML 1.x), or the text itself where there is none."""
    if not vocabulary.urn:
        return text
    word = bare(vocabulary, text)
    return vocabulary.urn + word if word in vocabulary.words else text


def _after(text: str, vocabulary: Vocabulary) -> str:
    """Give what follows the vocabulary's own prefix in a URN, CURIE or Web URI, or the empty string."""
    if vocabulary.urn and text.startswith(vocabulary.urn):
        return text[len(vocabulary.urn) :]
    if text.startswith(vocabulary.curie):
        return text[len(vocabulary.curie) :]
    if text.startswith(vocabulary.web):
        return text[len(vocabulary.web) :]
    for current, hosts in ((CBV_NAMESPACE, _CBV_HOSTS), (GS1_NAMESPACE, _GS1_HOSTS)):
        if vocabulary.web.startswith(current):
            tail = vocabulary.web[len(current) :]
            for host in hosts[1:]:
                if text.startswith(host + tail):
                    return text[len(host) + len(tail) :]
    return ""
