-- title: Builds of a pipeline, its number bound as numeric
-- wrong: the driver binds $1 as numeric, so pipeline_id is cast in every row and its index cannot be used.
-- cure: rewrite: compare with a bigint; five blocks are read instead of the whole table.
-- finding: implicit-type-mismatch
-- params: ["115000"]
-- try: select id, name, stage, status, duration_seconds
--   from builds
--   where pipeline_id = $1::bigint
--   order by id
select id, name, stage, status, duration_seconds
from builds
where pipeline_id = $1::numeric
order by id;
