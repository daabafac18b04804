"""Traces: where a thing came from, where it went, who answers for it, and what does not add up."""

from lineage.trace.answer import Answer
from lineage.trace.balance import Balance, balance
from lineage.trace.directory import Directory, Licence, NoDirectory, Party, Product, Site
from lineage.trace.examination import examine
from lineage.trace.findings import CATALOGUE, Finding
from lineage.trace.graph import Page
from lineage.trace.history import History, history
from lineage.trace.master_data import DocumentDirectory
from lineage.trace.memory import MemoryNeighbours
from lineage.trace.neighbours import FOREVER, NEVER, Neighbours
from lineage.trace.questions import destination, source
from lineage.trace.responsibility import Responsibility, responsibility
from lineage.trace.whereabouts import Whereabouts, whereabouts

__all__ = [
    "CATALOGUE",
    "FOREVER",
    "NEVER",
    "Answer",
    "Balance",
    "Directory",
    "DocumentDirectory",
    "Finding",
    "History",
    "Licence",
    "MemoryNeighbours",
    "Neighbours",
    "NoDirectory",
    "Page",
    "Party",
    "Product",
    "Responsibility",
    "Site",
    "Whereabouts",
    "balance",
    "destination",
    "examine",
    "history",
    "responsibility",
    "source",
    "whereabouts",
]
