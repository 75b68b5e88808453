-- join, with the constant side of a left join kept
select * from issues i left join notes n on n.issue_id = i.id and i.state = 'open' and n.author_id = 3;
--> public.issues i [beside 1]
-->   id: equality | id = issue_id | join n.issue_id, on
--> public.notes n [outer, beside 1]
-->   issue_id: equality | issue_id = id | join i.id, on
-->   author_id: equality | author_id = 3 | literal, on

-- using and natural join
select n.body from notes n join label_links l using (issue_id) natural join users;
--> public.notes n [beside 2]
-->   issue_id: equality | issue_id = issue_id | join l.issue_id, on
-->   id: equality | id = id | join users.id, on
-->   columns id, issue_id, body; selected body
--> public.label_links l [beside 2]
-->   issue_id: equality | issue_id = issue_id | join n.issue_id, on
-->   columns issue_id
--> public.users users [beside 2]
-->   id: equality | id = id | join n.id, on
-->   columns id

-- exists and not exists are correlated
select 1 from users u where not exists (select 1 from issues where author_id = u.id and is_confidential);
--> public.users u
-->   id: equality | id = author_id | join issues.author_id
-->   columns id
--> public.issues issues [depth 1, correlated]
-->   author_id: equality | author_id = id | join u.id
-->   is_confidential: equality | is_confidential = TRUE | literal
-->   columns author_id, is_confidential

-- in a subquery is a join, not in is not
select 1 from issues where id in (select issue_id from label_links where label_id = 3) and author_id not in (select id from users);
--> public.issues issues
-->   id: in | id in | join label_links.issue_id
-->   author_id: inequality | author_id not in | constant
-->   columns id, author_id
--> public.label_links label_links [depth 1]
-->   label_id: equality | label_id = 3 | literal
-->   issue_id: equality | issue_id = id | join issues.id
-->   columns label_id, issue_id; selected issue_id
--> public.users users [depth 1]
-->   columns id; selected id

-- scalar subqueries: a constant and a correlated one
select (select count(*) from notes n where n.issue_id = i.id) from issues i where created_at = (select max(created_at) from issues);
--> public.issues i
-->   created_at: equality | created_at = (select max(created_at) from issues) | constant
-->   id: equality | id = issue_id | join n.issue_id
-->   columns id, created_at
--> public.issues issues [depth 1, grouped]
-->   order created_at desc nulls first
-->   limit 1 offset None
-->   columns created_at; selected created_at
--> public.notes n [depth 1, correlated, grouped]
-->   issue_id: equality | issue_id = id | join i.id
-->   columns issue_id

-- a condition goes through a derived table under its new name
select * from (select project_id as p, state from issues) x where x.p = 5 and lower(x.state) = 'open';
--> public.issues issues [depth 1]
-->   project_id: equality | project_id = 5 | literal
-->   state: equality | lower(state) = 'open' | literal, wrapped by lower
-->   columns project_id, state; selected project_id, state

-- a condition passes GROUP BY on its key only, and no LIMIT
select * from (select project_id, count(*) c from issues group by project_id) g join (select author_id from notes limit 3) l on true where g.project_id = 7 and g.c > 3 and l.author_id = 4;
--> public.issues issues [depth 1, grouped]
-->   project_id: equality | project_id = 7 | literal
-->   group project_id
-->   columns project_id; selected project_id
--> public.notes notes [depth 1]
-->   limit 3 offset None
-->   columns author_id; selected author_id

-- a condition reaches every branch of a UNION
select * from (select id, author_id from issues union all select id, author_id from notes) u where u.author_id = 4;
--> public.issues issues [depth 1]
-->   author_id: equality | author_id = 4 | literal
-->   columns id, author_id; selected id, author_id
--> public.notes notes [depth 1]
-->   author_id: equality | author_id = 4 | literal
-->   columns id, author_id; selected id, author_id

-- a cte referenced once is folded in, one referenced twice is not
with recent as (select * from issues where created_at > $1), twice as (select * from notes)
select * from recent r, twice a, twice b where r.project_id = 5 and a.author_id = 1;
--> public.issues issues [depth 1]
-->   created_at: range | created_at > $1 | constant
-->   project_id: equality | project_id = 5 | literal
--> public.notes notes [depth 1]

-- materialized is a fence and not materialized none
with a as materialized (select * from issues), b as not materialized (select * from notes)
select 1 from a, b, b as again where a.project_id = 1 and b.author_id = 2;
--> public.issues issues [depth 1]
--> public.notes notes [depth 1]
-->   author_id: equality | author_id = 2 | literal

-- recursion joins the table to itself
with recursive tree (id, parent_id) as (select id, parent_id from namespaces where id = $1 union all select n.id, n.parent_id from namespaces n join tree t on n.parent_id = t.id)
select * from tree;
--> public.namespaces namespaces [depth 1]
-->   id: equality | id = $1 | constant
-->   columns id, parent_id; selected id, parent_id
--> public.namespaces n [depth 1, beside 1]
-->   parent_id: equality | parent_id = id | join, on
-->   columns id, parent_id; selected id, parent_id

-- lateral
select * from projects p, lateral (select * from issues i where i.project_id = p.id order by created_at desc limit 3) x;
--> public.projects p [beside 1]
-->   id: equality | id = project_id | join i.project_id
--> public.issues i [depth 1, correlated]
-->   project_id: equality | project_id = id | join p.id
-->   order created_at desc nulls first
-->   limit 3 offset None

-- functions in FROM
select 1 from generate_series(1, 3) g(n) join issues i on i.id = g.n join unnest($1::bigint[]) u(x) on u.x = i.author_id;
--> public.issues i [beside 2]
-->   id: equality | id = n | join, on
-->   author_id: equality | author_id = x | join, on
-->   columns id, author_id

-- a join in parentheses and a self join
select 1 from (issues a join issues b on a.id = b.author_id) join notes n on n.issue_id = b.id;
--> public.issues a [beside 2]
-->   id: equality | id = author_id | join b.author_id, on
-->   columns id
--> public.issues b [beside 2]
-->   author_id: equality | author_id = id | join a.id, on
-->   id: equality | id = issue_id | join n.issue_id, on
-->   columns id, author_id
--> public.notes n [beside 2]
-->   issue_id: equality | issue_id = id | join b.id, on
-->   columns issue_id

-- two tables of one name, told apart by schema
select 1 from public.issues as i, "Sales"."Order" where i.id = "Order"."Id";
--> public.issues i [beside 1]
-->   id: equality | id = "Id" | join Order.Id
-->   columns id
--> Sales.Order Order [beside 1]
-->   Id: equality | Id = id | join i.id
-->   columns Id

-- update from
update issues i set state = 'closed' from projects p where p.id = i.project_id and p.name = 'x';
--> public.issues i [target, beside 1]
-->   project_id: equality | project_id = id | join p.id
-->   columns project_id, state
--> public.projects p [beside 1]
-->   id: equality | id = project_id | join i.project_id
-->   name: equality | name = 'x' | literal
-->   columns id, name

-- delete using
delete from notes using issues i where i.id = issue_id and i.deleted_at is not null returning notes.id;
--> public.notes notes [target, beside 1]
-->   issue_id: equality | issue_id = id | join i.id
-->   columns id, issue_id; selected id
--> public.issues i [beside 1]
-->   id: equality | id = issue_id | join notes.issue_id
-->   deleted_at: null test | deleted_at is not null | literal
-->   columns id, deleted_at

-- merge
merge into issues t using (select id, author_id from users) s on t.author_id = s.id when matched then update set state = 'x';
--> public.issues t [target, beside 1]
-->   author_id: equality | author_id = id | join users.id, on
-->   columns author_id, state
--> public.users users [depth 1]
-->   id: equality | id = author_id | join t.author_id, on
-->   columns id; selected id

-- insert from a query
insert into notes (issue_id, body) select id, title from issues where state = 'x' on conflict do nothing;
--> public.notes notes [target]
-->   columns issue_id, body
--> public.issues issues
-->   state: equality | state = 'x' | literal
-->   columns id, state, title; selected id, title

-- a writing cte
with gone as (delete from notes where author_id = 1 returning issue_id) select 1 from issues join gone on gone.issue_id = id;
--> public.notes notes [target, depth 1]
-->   author_id: equality | author_id = 1 | literal
-->   columns issue_id, author_id; selected issue_id
--> public.issues issues [beside 1]
-->   id: equality | id = issue_id | join, on
-->   columns id

-- a view of which the definition is not known stands for itself
select 1 from recent_issues where project_id = 3;
--> public.recent_issues recent_issues
-->   project_id: equality | project_id = 3 | literal
-->   columns project_id

-- a condition goes through a view under its new name
select id from open_issues where subject like 'bug%' and lower(subject) = 'x';
--> public.issues i [depth 1]
-->   state: equality | state = 'open'::text | literal
-->   title: prefix | title like 'bug%' | literal
-->   title: expression | lower(subject) = 'x' | literal, wrapped by lower
-->   columns id, author_id, state, title; selected id, author_id, title

-- through a view of a view, with names of the statement's own
select v.whose from open_of_authors as v (whose, what) where v.whose = 'me' and date(v.what) = $1;
--> public.issues i [depth 2]
-->   state: equality | state = 'open'::text | literal
-->   author_id: equality | author_id = id | join u.id, on
-->   title: expression | date(what) = $1 | constant, wrapped by date
-->   columns id, author_id, state, title; selected id, author_id, title
--> public.users u [depth 1, beside 1]
-->   id: equality | id = author_id | join i.author_id, on
-->   username: equality | username = 'me' | literal
-->   columns id, username; selected username

-- a view joined, in a CTE and beside a table of the same alias inside
with mine as (select * from open_issues where author_id = 7) select i.id, m.subject from mine m join notes i on i.issue_id = m.id;
--> public.issues i [depth 2]
-->   state: equality | state = 'open'::text | literal
-->   author_id: equality | author_id = 7 | literal
-->   id: equality | id = issue_id | join i.issue_id, on
-->   columns id, author_id, state, title; selected id, author_id, title
--> public.notes i [beside 1]
-->   issue_id: equality | issue_id = id | join i.id, on
-->   columns id, issue_id; selected id

-- a view that is changed stands for itself
update open_issues set subject = 'x' where id = 3;
--> public.open_issues open_issues [target]
-->   id: equality | id = 3 | literal
-->   columns id, subject
