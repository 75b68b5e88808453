-- a running count, the subquery first
select p.id, b.id, b.n
from (select i.project_id, i.id, count(*) over (partition by i.project_id order by i.id) as n from issues i) b
join projects p on p.id = b.project_id
where p.id = 3
order by b.id
--> windowed-join-to-lateral (late-filter)
--> select p.id, b.id, b.n
--> from projects p
--> cross join lateral (select i.project_id, i.id, count(*) over (partition by i.project_id order by i.id) as n from issues i where i.project_id = p.id) b
--> where p.id = 3
--> order by b.id
-->   if the subquery is joined by a column that every window of it is partitioned by
-->   same 20 rows

-- the subquery second, with another condition of the join
select p.id, b.n from projects p join (select project_id, state, count(*) over (partition by project_id, state) n from issues where id > 3) b on b.project_id = p.id and b.state = 'opened' where p.id < 4 order by p.id, b.n
--> windowed-join-to-lateral (late-filter)
--> select p.id, b.n from projects p join lateral (select project_id, state, count(*) over (partition by project_id, state) n from issues where id > 3 and issues.project_id = p.id) b on b.state = 'opened' where p.id < 4 order by p.id, b.n
-->   if the subquery is joined by a column that every window of it is partitioned by
-->   same 20 rows

-- partitioned by something else
select p.id, b.n from projects p join (select project_id, count(*) over (partition by state) n from issues) b on b.project_id = p.id where p.id < 4
--> nothing

-- an outer join
select p.id, b.n from projects p left join (select project_id, count(*) over (partition by project_id) n from issues) b on b.project_id = p.id where p.id < 4
--> nothing
