"""Index candidates of every method, from what a statement asks of its tables."""
