"""The same question asked in another way: each file turns one form of a statement into one that PostgreSQL answers faster.

What needs the syntax tree stands here and is loaded late; ``catalogue.rewrites_of`` asks every transform.
"""
