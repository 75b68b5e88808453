-- materialized and read once
with recent as materialized (
  select * from issues where created_at > '2026-01-02'
)
select id, title from recent where project_id = 7
--> fence-removed (cte-materialization-fence)
--> with recent as (
-->   select * from issues where created_at > '2026-01-02'
--> )
--> select id, title from recent where project_id = 7
-->   if recent reads only, locks nothing and calls nothing volatile
-->   same 10 rows

-- read twice
WITH per_project AS (SELECT project_id, count(*) AS n FROM issues GROUP BY project_id) SELECT a.n, b.n FROM per_project a, per_project b WHERE a.project_id = 3 AND b.project_id = 4
--> fence-removed (cte-materialization-fence)
--> WITH per_project AS NOT MATERIALIZED (SELECT project_id, count(*) AS n FROM issues GROUP BY project_id) SELECT a.n, b.n FROM per_project a, per_project b WHERE a.project_id = 3 AND b.project_id = 4
-->   if per_project reads only, locks nothing and calls nothing volatile
-->   but per_project is computed once for each place that reads it
-->   same 1 rows

-- two fences
with a as materialized (select id from projects), b (x) as materialized (select id from users) select * from a join b on b.x = a.id where a.id = 3
--> fence-removed (cte-materialization-fence)
--> with a as (select id from projects), b (x) as (select id from users) select * from a join b on b.x = a.id where a.id = 3
-->   if a and b reads only, locks nothing and calls nothing volatile
-->   same 1 rows

-- read once, without a word
with recent as (select * from issues) select id from recent where project_id = 7
--> nothing

-- volatile
with picked as materialized (select id, random() as r from issues) select id from picked where r < 2 and id = 4
--> nothing

-- a volatile function by name
with picked as materialized (select id, gen_random_uuid() as r from issues) select id from picked where id = 4
--> nothing

-- it writes
with gone as materialized (delete from notes where id = 3 returning *) select * from gone
--> nothing

-- it locks
with held as materialized (select id from issues for update) select * from held where id = 3
--> nothing

-- recursive
with recursive tree as materialized (select 1 as n union all select n + 1 from tree where n < 5) select * from tree where n > 2
--> nothing

-- cut by a LIMIT
with some as materialized (select id from issues order by id limit 10) select id from some where id > 3
--> nothing

-- behind OFFSET 0
select id, title from (select i.id, i.title, i.project_id from issues i offset 0) t where project_id = 7
--> offset-removed (cte-materialization-fence, late-filter)
--> select id, title from (select i.id, i.title, i.project_id from issues i) t where project_id = 7
-->   if OFFSET 0 skips no row
-->   same 20 rows

-- an OFFSET that skips rows, or stands beside a LIMIT: nothing
select id from (select id, project_id from issues order by id offset 1) t where project_id = 7
--> nothing

-- OFFSET 0 beside a LIMIT
select id from (select id, project_id from issues order by id limit 10 offset 0) t where project_id < 7
--> nothing
