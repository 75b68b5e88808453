-- the values of a column
select distinct room from moments
--> groups-to-hops (groupwise-max-full-scan, missing-index-group-by, top-n-per-group-window)
--> with recursive grp (val) as (
-->   (select room from moments where room is not null order by room limit 1)
-->   union all
-->   select (select room from moments where room > grp.val order by room limit 1) from grp where grp.val is not null
--> )
--> select val as room from grp where val is not null
-->   if each value of moments.room is met once, in order
-->   same 4 rows

-- the values in order
select distinct m.room from moments m order by m.room desc
--> groups-to-hops (groupwise-max-full-scan, missing-index-group-by, top-n-per-group-window)
--> with recursive grp (val) as (
-->   (select room from moments where room is not null order by room limit 1)
-->   union all
-->   select (select room from moments where room > grp.val order by room limit 1) from grp where grp.val is not null
--> )
--> select val as room from grp where val is not null
--> order by room desc
-->   if each value of moments.room is met once, in order
-->   same 4 rows

-- the values of a column that may be NULL
select distinct priority from issues
--> groups-to-hops (groupwise-max-full-scan, missing-index-group-by, top-n-per-group-window)
--> with recursive grp (val) as (
-->   (select priority from issues where priority is not null order by priority limit 1)
-->   union all
-->   select (select priority from issues where priority > grp.val order by priority limit 1) from grp where grp.val is not null
--> )
--> select val as priority from grp where val is not null
--> union all
--> select null where exists (select 1 from issues where priority is null)
-->   if each value of issues.priority is met once, in order
-->   same 5 rows

-- grouped by it
select state from issues group by state
--> groups-to-hops (groupwise-max-full-scan, missing-index-group-by, top-n-per-group-window)
--> with recursive grp (val) as (
-->   (select state from issues where state is not null order by state limit 1)
-->   union all
-->   select (select state from issues where state > grp.val order by state limit 1) from grp where grp.val is not null
--> )
--> select val as state from grp where val is not null
-->   if each value of issues.state is met once, in order
-->   same 3 rows

-- the greatest of each group
select room, max(at) from moments group by room
--> groups-to-hops (groupwise-max-full-scan, missing-index-group-by, top-n-per-group-window)
--> with recursive grp (val) as (
-->   (select room from moments where room is not null order by room limit 1)
-->   union all
-->   select (select room from moments where room > grp.val order by room limit 1) from grp where grp.val is not null
--> )
--> select grp.val as room, (select max(t.at) from moments as t where t.room = grp.val) as max
--> from grp where val is not null
-->   if each value of moments.room is met once, in order
-->   same 4 rows

-- least and greatest under names
select room as r, min(at) as first, max(at) as last from moments group by room order by room
--> groups-to-hops (groupwise-max-full-scan, missing-index-group-by, top-n-per-group-window)
--> with recursive grp (val) as (
-->   (select room from moments where room is not null order by room limit 1)
-->   union all
-->   select (select room from moments where room > grp.val order by room limit 1) from grp where grp.val is not null
--> )
--> select grp.val as r, (select min(t.at) from moments as t where t.room = grp.val) as first, (select max(t.at) from moments as t where t.room = grp.val) as last
--> from grp where val is not null
--> order by r
-->   if each value of moments.room is met once, in order
-->   same 4 rows

-- of a group that may be NULL
select priority, max(id) from issues group by priority
--> nothing

-- a sum
select room, sum(id) from moments group by room
--> nothing

-- with a condition
select room, max(at) from moments where kind = 1 group by room
--> nothing

-- the first row of each
select distinct on (project_id) project_id, id, title from issues order by project_id, created_at desc, id
--> groups-to-hops (groupwise-max-full-scan, missing-index-group-by, top-n-per-group-window)
--> with recursive grp (val) as (
-->   (select project_id from issues where project_id is not null order by project_id limit 1)
-->   union all
-->   select (select project_id from issues where project_id > grp.val order by project_id limit 1) from grp where grp.val is not null
--> )
--> select found.project_id, found.id, found.title
--> from grp cross join lateral (
-->   select project_id, id, title from issues where issues.project_id = grp.val order by created_at desc, id limit 1
--> ) as found
--> where grp.val is not null
--> order by grp.val
-->   if each value of issues.project_id is met once, in order
-->   same 15 rows

-- with a condition before it
select distinct on (project_id) id from issues where state = 'opened' order by project_id, id
--> nothing

-- the first three of each, which a foreign key lists
select project_id, id, title from (select project_id, id, title, row_number() over (partition by project_id order by created_at desc, id) as n from issues) t where n <= 3 order by project_id, id
--> numbered-to-lateral (top-n-per-group-window)
--> select project_id, id, title
--> from (select id as val from public.projects) as grp cross join lateral (
-->   select project_id, id, title from issues where issues.project_id = grp.val order by created_at DESC, id limit 3
--> ) as t
--> order by project_id, id
-->   if every group is a row of public.projects
-->   but where rows of one group tie in the order, row_number() picks any of them and so does LIMIT
-->   same 45 rows

-- the first of each, of a group no key lists
select x.id from (select id, room, row_number() over (partition by room order by at desc, id) rn from moments) x where rn = 1
--> numbered-to-lateral (top-n-per-group-window)
--> with recursive grp (val) as (
-->   (select room from moments where room is not null order by room limit 1)
-->   union all
-->   select (select room from moments where room > grp.val order by room limit 1) from grp where grp.val is not null
--> )
--> select x.id
--> from grp cross join lateral (
-->   select id, room from moments where moments.room = grp.val order by at DESC, id limit 1
--> ) as x
--> where grp.val is not null
-->   if each value of moments.room is met once, in order
-->   but where rows of one group tie in the order, row_number() picks any of them and so does LIMIT
-->   same 4 rows

-- the number is put out
select id, n from (select id, row_number() over (partition by room order by id) n from moments) x where n <= 2
--> nothing

-- ranked
select id from (select id, rank() over (partition by room order by kind) n from moments) x where n <= 2
--> nothing

-- with a condition inside
select id from (select id, row_number() over (partition by project_id order by id) n from issues i where state = 'opened') x where n < 3
--> numbered-to-lateral (top-n-per-group-window)
--> select id
--> from (select id as val from public.projects) as grp cross join lateral (
-->   select id from issues i where i.project_id = grp.val and (state = 'opened') order by id limit 2
--> ) as x
-->   if every group is a row of public.projects
-->   but where rows of one group tie in the order, row_number() picks any of them and so does LIMIT
-->   same 10 rows
