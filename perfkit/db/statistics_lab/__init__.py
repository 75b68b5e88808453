"""A database that plans as another one does, without its rows."""

from __future__ import annotations

from perfkit.db.statistics_lab.lab import StatisticsLab, statistics_lab
from perfkit.db.statistics_lab.values import ValueStatistics

__all__ = ["StatisticsLab", "ValueStatistics", "statistics_lab"]
