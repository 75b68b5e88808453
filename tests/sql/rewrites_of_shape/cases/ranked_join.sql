-- joined to the table of the groups, the rank kept by WHERE
select p.id, r.id, r.title
from projects p
join (
  select i.project_id, i.id, i.title, row_number() over (partition by i.project_id order by i.created_at desc, i.id desc) as place
  from issues i
) as r on r.project_id = p.id
where p.id < 4
  and r.place <= 3
order by p.id, r.id
--> ranked-join-to-lateral (top-n-per-group-window)
--> select p.id, r.id, r.title
--> from projects p
--> cross join lateral (
-->   select i.project_id, i.id, i.title
-->   from issues i
-->   where i.project_id = p.id
-->   order by i.created_at desc, i.id desc
-->   limit 3
--> ) as r
--> where p.id < 4
--> order by p.id, r.id
-->   if the subquery is joined by the very columns it is partitioned by
-->   same 9 rows
--> windowed-join-to-lateral (late-filter)
--> select p.id, r.id, r.title
--> from projects p
--> cross join lateral (select i.project_id, i.id, i.title, row_number() over (partition by i.project_id order by i.created_at desc, i.id desc) as place
-->   from issues i
-->   where i.project_id = p.id) as r
--> where p.id < 4
-->   and r.place <= 3
--> order by p.id, r.id
-->   if the subquery is joined by a column that every window of it is partitioned by
-->   same 9 rows

-- the rank kept by ON, all columns of the subquery
select p.id, r.id, r.rn from projects p join (select i.*, row_number() over (partition by i.project_id order by i.id) as rn from issues i where i.state = 'opened') r on r.project_id = p.id and r.rn <= 2 order by p.id, r.id
--> ranked-join-to-lateral (top-n-per-group-window)
--> select p.id, r.id, r.rn from projects p cross join lateral (select i.*, row_number() over (order by i.id) as rn from issues i where i.state = 'opened' and i.project_id = p.id order by i.id limit 2) r order by p.id, r.id
-->   if the subquery is joined by the very columns it is partitioned by
-->   same 10 rows

-- an outer join
select p.id, r.id from projects p left join (select project_id, id, row_number() over (partition by project_id order by id desc) rn from issues) r on r.project_id = p.id and r.rn = 1 order by p.id
--> ranked-join-to-lateral (top-n-per-group-window)
--> select p.id, r.id from projects p left join lateral (select project_id, id from issues where issues.project_id = p.id order by id desc limit 1) r on true order by p.id
-->   if the subquery is joined by the very columns it is partitioned by
-->   same 20 rows

-- with a comma, and one more condition on the subquery
select p.id, r.id from projects p, (select i.project_id, i.id, i.state, row_number() over (partition by i.project_id order by i.id) rn from issues i) r where r.project_id = p.id and r.rn <= 2 and r.state = 'opened' order by p.id, r.id
--> ranked-join-to-lateral (top-n-per-group-window)
--> select p.id, r.id from projects p cross join lateral (select i.project_id, i.id, i.state from issues i where i.project_id = p.id order by i.id limit 2) r where r.state = 'opened' order by p.id, r.id
-->   if the subquery is joined by the very columns it is partitioned by
-->   same 10 rows
--> top-n-to-lateral (top-n-per-group-window)
--> select p.id, r.id from projects p, projects p2 cross join lateral (select i.project_id, i.id, i.state from issues i where i.project_id = p2.id order by i.id limit 2) r where r.project_id = p.id and r.state = 'opened' order by p.id, r.id
-->   if issues.project_id refers to projects.id, so every group is a row there
-->   if i.project_id is never NULL
-->   same 10 rows

-- an outer join whose rank is kept outside
select p.id, r.id from projects p left join (select project_id, id, row_number() over (partition by project_id order by id desc) rn from issues) r on r.project_id = p.id where r.rn = 1 order by p.id
--> nothing

-- joined by something else than the group
select p.id, r.id from projects p join (select state, id, row_number() over (partition by state order by id desc) rn from issues) r on r.id = p.id where r.rn <= 2 order by p.id
--> nothing
