"""Interleaving, quantiles, and verdicts on times and counters. Standard library only."""

from perfkit.stats.order import Arm as Arm
from perfkit.stats.order import interleaved as interleaved
from perfkit.stats.quantile import median as median
from perfkit.stats.quantile import quantile as quantile
from perfkit.stats.ratio import CLEAR_FACTOR as CLEAR_FACTOR
from perfkit.stats.ratio import Direction as Direction
from perfkit.stats.ratio import Ratio as Ratio
from perfkit.stats.ratio import compare_counts as compare_counts
from perfkit.stats.ratio import compare_times as compare_times
