-- three of each project, order unique
select x.project_id, x.id, x.title
from (
  select i.project_id, i.id, i.title, row_number() over (partition by i.project_id order by i.created_at desc, i.id desc) as rn
  from issues i
  where i.state = 'opened'
) x
where x.rn <= 3
order by x.project_id, x.id
--> top-n-to-lateral (top-n-per-group-window)
--> select x.project_id, x.id, x.title
--> from projects p cross join lateral (
-->   select i.project_id, i.id, i.title
-->   from issues i
-->   where i.state = 'opened'
-->     and i.project_id = p.id
-->   order by i.created_at desc, i.id desc
-->   limit 3
--> ) x
--> order by x.project_id, x.id
-->   if issues.project_id refers to projects.id, so every group is a row there
-->   if i.project_id is never NULL
-->   same 15 rows

-- in a CTE, the rank shown, with ties
with ranked as (
  select id, project_id, created_at, row_number() over (partition by project_id order by created_at desc) as place
  from issues
)
select project_id, place, created_at from ranked where place <= 2
--> top-n-to-lateral (top-n-per-group-window)
--> with ranked as (
-->   select ranked2.* from projects p cross join lateral (select id, project_id, created_at, row_number() over (order by created_at desc) as place
-->   from issues
-->   where issues.project_id = p.id
-->   order by created_at desc
-->   limit 2) ranked2
--> )
--> select project_id, place, created_at from ranked
-->   if issues.project_id refers to projects.id, so every group is a row there
-->   if issues.project_id is never NULL
-->   but among rows that tie in the order either may be picked, as before
-->   same 30 rows

-- the latest one, names without qualifiers
SELECT id, project_id FROM (SELECT id, project_id, ROW_NUMBER() OVER (PARTITION BY project_id ORDER BY created_at DESC, id) AS rn FROM issues) t WHERE rn = 1 AND id > 20
--> top-n-to-lateral (top-n-per-group-window)
--> SELECT t.id, t.project_id FROM projects p CROSS JOIN LATERAL (SELECT id, project_id FROM issues WHERE issues.project_id = p.id ORDER BY created_at DESC, id LIMIT 1) t WHERE t.id > 20
-->   if issues.project_id refers to projects.id, so every group is a row there
-->   if issues.project_id is never NULL
-->   same 15 rows
--> top-1-to-distinct-on (top-n-per-group-window)
--> SELECT id, project_id FROM (SELECT DISTINCT ON (project_id) id, project_id FROM issues ORDER BY project_id, created_at DESC, id) t WHERE id > 20
-->   if DISTINCT ON keeps the row that row_number() calls 1
-->   same 15 rows

-- all columns
select * from (select n.*, row_number() over (partition by n.issue_id order by n.id) as rn from notes n) t where rn < 3
--> top-n-to-lateral (top-n-per-group-window)
--> select t.* from issues i cross join lateral (select n.*, row_number() over (order by n.id) as rn from notes n where n.issue_id = i.id order by n.id limit 2) t
-->   if notes.issue_id refers to issues.id, so every group is a row there
-->   if n.issue_id is never NULL
-->   same 200 rows

-- how many is a parameter, with 2
select t.id from (select n.id, row_number() over (partition by n.issue_id order by n.created_at desc nulls last, n.id) as rn from notes n) t where t.rn <= $1
--> top-n-to-lateral (top-n-per-group-window)
--> select t.id from issues i cross join lateral (select n.id from notes n where n.issue_id = i.id order by n.created_at desc nulls last, n.id limit $1) t
-->   if notes.issue_id refers to issues.id, so every group is a row there
-->   if n.issue_id is never NULL
-->   same 200 rows

-- joined outside
select p.name, x.id from projects p join (select i.id, i.project_id, row_number() over (partition by i.project_id order by i.id) as rn from issues i) x on x.project_id = p.id where x.rn <= 2
--> ranked-join-to-lateral (top-n-per-group-window)
--> select p.name, x.id from projects p cross join lateral (select i.id, i.project_id from issues i where i.project_id = p.id order by i.id limit 2) x
-->   if the subquery is joined by the very columns it is partitioned by
-->   same 30 rows
--> windowed-join-to-lateral (late-filter)
--> select p.name, x.id from projects p cross join lateral (select i.id, i.project_id, row_number() over (partition by i.project_id order by i.id) as rn from issues i where i.project_id = p.id) x where x.rn <= 2
-->   if the subquery is joined by a column that every window of it is partitioned by
-->   same 30 rows

-- a nullable group
select t.id from (select id, row_number() over (partition by author_id order by id) as rn from issues) t where t.rn <= 2
--> nothing

-- a group that refers to nothing, the first one
select t.id, t.state from (select id, state, row_number() over (partition by state order by id) as rn from issues) t where t.rn = 1
--> top-n-to-lateral (top-n-per-group-window)
--> select t.id, t.state from (with recursive groups as ((select state from issues order by state limit 1) union all select (select issues.state from issues where issues.state > groups.state order by issues.state limit 1) from groups where groups.state is not null) select state from groups where state is not null) groups cross join lateral (select id, state from issues where issues.state = groups.state order by id limit 1) t
-->   if the recursive query finds each value of issues.state that is not NULL
-->   if issues.state is never NULL
-->   same 3 rows
--> top-1-to-distinct-on (top-n-per-group-window)
--> select t.id, t.state from (select distinct on (state) id, state from issues order by state, id) t
-->   if DISTINCT ON keeps the row that row_number() calls 1
-->   same 3 rows

-- rank keeps ties
select t.id from (select id, rank() over (partition by project_id order by created_at) as rn from issues) t where t.rn <= 2
--> nothing

-- no group
select t.id from (select id, row_number() over (order by id) as rn from issues) t where t.rn <= 2
--> nothing

-- the last ranks
select t.id from (select id, row_number() over (partition by project_id order by id) as rn from issues) t where t.rn >= 2
--> nothing

-- two windows
select t.id from (select id, count(*) over (partition by project_id) as n, row_number() over (partition by project_id order by id) as rn from issues) t where t.rn <= 2
--> nothing

-- read twice
with r as (select id, row_number() over (partition by project_id order by id) as rn from issues) select a.id from r a join r b on b.id = a.id where a.rn <= 2
--> fence-removed (cte-materialization-fence)
--> with r as not materialized (select id, row_number() over (partition by project_id order by id) as rn from issues) select a.id from r a join r b on b.id = a.id where a.rn <= 2
-->   if r reads only, locks nothing and calls nothing volatile
-->   but r is computed once for each place that reads it
-->   same 30 rows

-- a group that refers to nothing, two of each
select t.id, t.state
from (select id, state, row_number() over (partition by state order by created_at, id) as rn from issues) t
where t.rn <= 2
--> top-n-to-lateral (top-n-per-group-window)
--> select t.id, t.state
--> from (
--> with recursive groups as (
-->   (select state from issues order by state limit 1)
-->   union all
-->   select (select issues.state from issues where issues.state > groups.state order by issues.state limit 1)
-->   from groups
-->   where groups.state is not null
--> )
--> select state from groups where state is not null
--> ) groups cross join lateral (select id, state from issues where issues.state = groups.state order by created_at, id limit 2) t
-->   if the recursive query finds each value of issues.state that is not NULL
-->   if issues.state is never NULL
-->   same 6 rows

-- a view
select t.id from (select id, row_number() over (partition by project_id order by id) as rn from open_issues) t where t.rn <= 2
--> nothing
