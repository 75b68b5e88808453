"""What clients, logs and people put around a plan, taken off again with the places remembered."""

from perfkit.plan.strip.blocks import Block, blocks

__all__ = ["Block", "blocks"]
