"""JOIN … USING written out, so that the transforms see whose each column is."""

from __future__ import annotations

import pytest

from perfkit.catalog import Catalog, Column, Relation
from perfkit.sql import parse_statement
from perfkit.sql.rewrites.catalogue import rewrites_of
from perfkit.sql.rewrites.using import without_using


def relation(name: str, *columns: str) -> Relation:
    return Relation(
        schema="public",
        name=name,
        kind="table",
        rows=1000.0,
        pages=10,
        all_visible_pages=10,
        table_bytes=81920,
        columns=tuple(Column(name=one, type="integer", is_not_null=True) for one in columns),
    )


CATALOG = Catalog(
    database="shop",
    server_version_num=180000,
    search_path=("public",),
    relations=(
        relation("product", "product_id", "sku"),
        relation("review", "review_id", "product_id", "stars"),
        relation("answer", "review_id", "product_id", "text"),
    ),
)


@pytest.mark.parametrize(
    ("sql", "plain"),
    [
        (
            "select sku, product_id from product p left join review r using (product_id) where product_id < 9 order by product_id",
            "select sku, p.product_id from product p left join review r on p.product_id = r.product_id"
            " where p.product_id < 9 order by product_id",
        ),
        (
            "SELECT stars FROM product JOIN review USING (product_id) JOIN answer a USING (product_id, review_id)",
            "SELECT stars FROM product JOIN review ON product.product_id = review.product_id"
            " JOIN answer a ON product.product_id = a.product_id and review.review_id = a.review_id",
        ),
    ],
)
def test_conditions_are_written_out(sql: str, plain: str) -> None:
    found = without_using(parse_statement(sql), CATALOG)
    assert found is not None
    assert found.text == plain


@pytest.mark.parametrize(
    "sql",
    [
        "select * from product join review using (product_id)",
        "select sku from product full join review using (product_id)",
        "select sku from product join unknown using (product_id)",
        "select sku from product join review on true",
    ],
)
def test_what_cannot_be_told_is_left(sql: str) -> None:
    assert without_using(parse_statement(sql), CATALOG) is None


def test_a_transform_reads_it() -> None:
    sql = "select count(*) from review r join answer a using (review_id) where r.stars + 1 > 4"
    (found,) = rewrites_of(parse_statement(sql), CATALOG)
    assert found.sql == "select count(*) from review r join answer a using (review_id) where r.stars > 3"
