"""The generated data sets: what there is, loading it, recognising it, proving it is the same, its queries."""

from __future__ import annotations

from perfkit.dataset.checksum import checksum
from perfkit.dataset.description import DatasetDescription, datasets, describe
from perfkit.dataset.load import LoadedDataset, drop, load
from perfkit.dataset.mark import find, find_all
from perfkit.dataset.query import SlowQuery, find_query, query_names, slow_queries

__all__ = [
    "DatasetDescription",
    "LoadedDataset",
    "SlowQuery",
    "checksum",
    "datasets",
    "describe",
    "drop",
    "find",
    "find_all",
    "find_query",
    "load",
    "query_names",
    "slow_queries",
]
