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
from perfkit.stats.runs import FEWEST_RUNS as FEWEST_RUNS
from perfkit.stats.runs import Judgement as Judgement
from perfkit.stats.runs import RunsVerdict as RunsVerdict
from perfkit.stats.runs import judge_runs as judge_runs
from perfkit.stats.runs import not_judged as not_judged
from perfkit.stats.spread import Spread as Spread
from perfkit.stats.spread import compare_spreads as compare_spreads
