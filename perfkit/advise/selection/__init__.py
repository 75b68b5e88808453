"""Which set of indexes serves a whole workload best: options, what the planner would make of them, the search, the proof."""
