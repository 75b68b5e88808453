"""A proposed index as a remedy: its statements in order, their form for a busy server, the way back, and what to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from perfkit.advise.indexes.ddl import drop, drop_existing, recreate, safe_create, safe_drop_existing, script
from perfkit.advise.indexes.existing import reordered_index, replaced_index
from perfkit.advise.indexes.name import index_name
from perfkit.advise.indexes.proposal import Proposal
from perfkit.advise.indexes.shape import Shape
from perfkit.advise.values import Candidate, Step
from perfkit.catalog import Catalog, Index
from perfkit.identifier import quote_qualified

_WRONG_ORDER = "composite-index-wrong-order"


def candidate_of(proposal: Proposal, catalog: Catalog, taken: set[str], rationale: str = "") -> Candidate:
    """The remedy. ``taken`` are names of indexes that exist or were given before; the new ones are added."""
    shapes = _named(proposal.shapes, catalog, taken)
    old = replaced_index(shapes[0]) if len(shapes) == 1 else None
    relation = shapes[0].relation
    steps = [
        *(Step(kind="schema", sql=sql) for sql in _extension(proposal, catalog)),
        *(Step(kind="index", sql=shape.sql) for shape in shapes),
        *(Step(kind="index", sql=drop_existing(index)) for index in (old,) if index is not None),
        *(Step(kind="statistics", sql=sql) for sql in _analyze(shapes)),
        *(Step(kind="rewrite", sql=sql) for sql in (proposal.rewrite,) if sql is not None),
    ]
    safe = [
        *_extension(proposal, catalog),
        *(line for shape in shapes for line in safe_create(shape, catalog)),
    ]
    undo = [drop(shape) for shape in shapes]
    if old is not None:
        safe.append(safe_drop_existing(old, relation))
        undo.insert(0, recreate(old, relation))
    safe += _analyze(shapes)
    reordered = reordered_index(shapes[0]) if len(shapes) == 1 else None
    cures = proposal.cures if reordered is None else (*proposal.cures, _WRONG_ORDER)
    return Candidate(
        kind="index",
        sql="; ".join(step.sql for step in steps),
        rationale=rationale or rationale_of(proposal),
        cures=tuple(dict.fromkeys(cures)),
        relation=relation.qualified_name,
        safe_sql=script(safe),
        undo_sql=";\n".join(undo),
        steps=tuple(steps) if len(steps) > 1 else (),
        conditions=proposal.conditions,
        caveats=(*proposal.caveats, *_caveats(proposal, shapes, catalog, reordered)),
    )


def rationale_of(proposal: Proposal) -> str:
    sentence = "serves " + _listed(proposal.serves)
    shape = proposal.shapes[0]
    if len(proposal.shapes) > 1:
        sentence += ", one index for each side of the OR"
    elif shape.included:
        sentence += f", and holds {_listed(shape.included)} so that the table is not touched"
    elif shape.method == "brin":
        sentence += ": the rows lie in its order, and the index is a thousandth of a b-tree"
    old = replaced_index(shape) if len(proposal.shapes) == 1 else None
    if old is not None:
        sentence += f"; takes the place of index {old.name}"
    return sentence


def _named(shapes: Sequence[Shape], catalog: Catalog, taken: set[str]) -> list[Shape]:
    named = []
    for shape in shapes:
        known = {index.name for _, index in catalog.indexes()}
        name = index_name(shape.relation.name, shape.name_parts, known | taken)
        taken.add(name)
        named.append(replace(shape, given_name=name))
    return named


def _analyze(shapes: Sequence[Shape]) -> list[str]:
    """An expression has statistics only once an index on it stands and the table is analysed."""
    if not any(key.expression for shape in shapes for key in shape.keys):
        return []
    relation = shapes[0].relation
    return [f"ANALYZE {quote_qualified(relation.schema, relation.name)}"]


def _extension(proposal: Proposal, catalog: Catalog) -> list[str]:
    if proposal.extension is None or proposal.extension in catalog.extensions:
        return []
    return [f"CREATE EXTENSION IF NOT EXISTS {proposal.extension}"]


def _caveats(
    proposal: Proposal, shapes: Sequence[Shape], catalog: Catalog, reordered: Index | None
) -> list[str]:
    caveats = []
    name = proposal.extension
    if name is not None and name not in catalog.extensions:
        available = catalog.available_extensions
        is_lacking = bool(available) and name not in available
        caveats.append(
            f"needs the extension {name}, "
            + ("which the server lacks" if is_lacking else "not yet installed here")
        )
    if reordered is not None:
        caveats.append(
            f"index {reordered.name} holds the same columns in another order: drop it if no other statement leads with"
            f" {reordered.keys[0].column or reordered.keys[0].expression}"
        )
    for shape in shapes:
        caveats += [
            f"index {index.name} on {shape.relation.qualified_name} is INVALID, left by a build that failed: it costs at"
            " every write and serves nobody, so drop it"
            for index in shape.relation.indexes
            if not index.is_valid and index.columns == tuple(key.column for key in shape.keys)
        ]
    return caveats


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
