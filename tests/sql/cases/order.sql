-- directions and nulls
select id from issues order by created_at desc, priority nulls first, updated_at desc nulls last limit 20 offset $1;
--> public.issues issues
-->   order created_at desc nulls first, priority asc nulls first, updated_at desc nulls last
-->   limit 20 offset $1
-->   columns id, priority, created_at, updated_at; selected id

-- output names, ordinals and aliases
select lower(title) as t, author_id as created_at from issues order by created_at, 1 fetch first 5 rows only;
--> public.issues issues
-->   order author_id asc nulls last, lower(title) asc nulls last
-->   limit 5 offset None
-->   columns author_id, title, created_at; selected author_id, title

-- keys of two tables: the leading ones of the first
select 1 from issues i join projects p on p.id = i.project_id order by i.created_at, p.name limit 3;
--> public.issues i [beside 1]
-->   project_id: equality | project_id = id | join p.id, on
-->   order created_at asc nulls last, …
-->   limit 3 offset None
-->   columns project_id, created_at
--> public.projects p [beside 1]
-->   id: equality | id = project_id | join i.project_id, on
-->   limit 3 offset None
-->   columns id, name

-- group by with a mixed key stops
select author_id, date_trunc('day', created_at) from issues group by author_id, date_trunc('day', created_at);
--> public.issues issues [grouped]
-->   group author_id, …
-->   columns author_id, created_at; selected author_id, created_at

-- distinct, and distinct on
select distinct on (project_id) project_id, created_at from issues order by project_id, created_at desc;
--> public.issues issues [distinct]
-->   order project_id asc nulls last, created_at desc nulls first
-->   group project_id
-->   columns project_id, created_at; selected project_id, created_at

-- max counts as order with limit one
select max(created_at) from issues where project_id = 3;
--> public.issues issues [grouped]
-->   project_id: equality | project_id = 3 | literal
-->   order created_at desc nulls first
-->   limit 1 offset None
-->   columns project_id, created_at; selected created_at

-- order of an outer query through a derived table
select * from (select * from issues where project_id = 1) x order by x.created_at limit 10;
--> public.issues issues [depth 1]
-->   project_id: equality | project_id = 1 | literal
-->   order created_at asc nulls last
-->   limit 10 offset None

-- a union's order belongs to no table
select id from issues where project_id = 1 union all select id from notes order by 1 limit 5;
--> public.issues issues
-->   project_id: equality | project_id = 1 | literal
-->   columns id, project_id; selected id
--> public.notes notes
-->   columns id; selected id

-- limit all is none
select id from issues order by id limit all;
--> public.issues issues
-->   order id asc nulls last
-->   columns id; selected id

-- a window's partition and order
select project_id, row_number() over (partition by project_id order by created_at desc) from issues;
--> public.issues issues
-->   window project_id asc nulls last, created_at desc nulls first
-->   columns project_id, created_at; selected project_id, created_at

-- windows of two orders, and one over an expression
select lag(id) over (order by created_at), lag(id) over (order by id), sum(priority) over (order by lower(title)) from issues;
--> public.issues issues
-->   columns id, title, priority, created_at; selected id, title, priority, created_at
