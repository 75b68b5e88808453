-- title: Yesterday's notes with their authors
-- wrong: the materialised CTE joins all notes ever written with their authors, and only then keeps one day.
-- cure: rewrite: without MATERIALIZED the condition moves into the CTE, where the index on created_at serves it.
-- finding: cte-materialization-fence
-- try: with written as (
--       select n.id, n.project_id, n.body, n.created_at, u.username
--       from notes as n
--       join users as u on u.id = n.author_id
--   )
--   select *
--   from written
--   where created_at >= '2025-06-29 00:00:00+00' and created_at < '2025-06-30 00:00:00+00'
--   order by created_at
with written as materialized (
    select n.id, n.project_id, n.body, n.created_at, u.username
    from notes as n
    join users as u on u.id = n.author_id
)
select *
from written
where created_at >= '2025-06-29 00:00:00+00' and created_at < '2025-06-30 00:00:00+00'
order by created_at;
