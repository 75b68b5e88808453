-- equality, then the order of ORDER BY LIMIT
select * from issues where project_id = $1 order by created_at desc limit 20;
--> CREATE INDEX issues_project_id_created_at_idx ON public.issues (project_id, created_at DESC)
-->   serves project_id = $1 and ORDER BY created_at DESC LIMIT 20
-->   cures missing-index-order-limit, sort-spill, missing-composite-index, order-by-limit-wrong-index, missing-index-filter

-- more distinct values first, states make a partial index
select * from issues where state = 'open' and project_id = $1 and author_id = $2 and deleted_at is not null;
--> CREATE INDEX issues_author_id_project_id_state_idx ON public.issues (author_id, project_id, state)
-->   serves author_id = $2, project_id = $1 and state = 'open'
-->   cures missing-index-filter, missing-composite-index, inefficient-index-scan
--> CREATE INDEX issues_author_id_project_id_idx ON public.issues (author_id, project_id) WHERE state = 'open'
-->   serves author_id = $2, project_id = $1 and state = 'open'
-->   cures missing-index-filter, missing-composite-index, inefficient-index-scan, missing-partial-index

-- equality before one range
select id from issues where created_at >= now() - interval '1 day' and created_at < now() and priority > 3 and author_id = 5;
--> CREATE INDEX issues_author_id_created_at_idx ON public.issues (author_id, created_at)
-->   serves author_id = 5, created_at >= now() - interval '1 day' and created_at < now()
-->   cures missing-index-filter, missing-composite-index, inefficient-index-scan

-- a filter on a state alone makes a partial index on the primary key
select count(*) from issues where state = 'open';
--> CREATE INDEX issues_id_idx ON public.issues (id) WHERE state = 'open'
-->   serves state = 'open'
-->   cures missing-partial-index, missing-index-filter

-- a filter on a state given as a parameter
select count(*) from issues where state = $1;
--> CREATE INDEX issues_state_idx ON public.issues (state)
-->   serves state = $1
-->   cures missing-index-filter

-- a join finds its partners, in both directions
select * from issues i join notes n on n.issue_id = i.id where i.author_id = $1;
--> CREATE INDEX notes_issue_id_idx ON public.notes (issue_id)
-->   serves n.issue_id = i.id
-->   cures missing-index-join, missing-fk-index
--> CREATE INDEX issues_author_id_idx ON public.issues (author_id)
-->   serves i.author_id = $1
-->   cures missing-index-filter
--> rejected CREATE INDEX issues_id_author_id_idx ON public.issues (id, author_id): unique index issues_pkey already finds at most one row

-- in lists count as equality, but not before an order
select id from issues where project_id in (1, 2) order by created_at limit 5;
--> CREATE INDEX issues_created_at_idx ON public.issues (created_at)
-->   serves ORDER BY created_at LIMIT 5
-->   cures missing-index-order-limit, sort-spill
--> CREATE INDEX issues_project_id_idx ON public.issues (project_id)
-->   serves project_id in (1, 2)
-->   cures missing-index-filter

-- keyset pagination
select * from issues where (created_at, id) < ($1, $2) order by created_at desc, id desc limit 10;
--> CREATE INDEX issues_created_at_id_idx ON public.issues (created_at DESC, id DESC)
-->   serves (created_at, id) < ($1, $2) and ORDER BY created_at DESC, id DESC LIMIT 10
-->   cures missing-index-order-limit, sort-spill, missing-index-filter, missing-composite-index, inefficient-index-scan

-- nulls last turns a descending key
select id from issues order by updated_at desc nulls last, priority limit 10;
--> CREATE INDEX issues_updated_at_priority_idx ON public.issues (updated_at DESC NULLS LAST, priority)
-->   serves ORDER BY updated_at DESC NULLS LAST, priority LIMIT 10
-->   cures missing-index-order-limit, sort-spill

-- expressions: immutable ones only
select 1 from issues where lower(title) = 'x' and date_trunc('day', created_at) = $1 and (created_at at time zone 'UTC')::date = $2 and metadata ->> 'source' = 'api' and my_function(title) = 'y';
--> CREATE INDEX issues_expr_idx ON public.issues (((created_at at time zone 'UTC')::date)); ANALYZE public.issues
-->   serves (created_at at time zone 'UTC')::date = $2
-->   cures missing-expression-index, function-on-column, cast-on-column, expression-no-statistics
--> CREATE INDEX issues_expr_idx1 ON public.issues ((metadata ->> 'source')); ANALYZE public.issues
-->   serves metadata ->> 'source' = 'api'
-->   cures missing-expression-index, function-on-column, expression-no-statistics
--> CREATE INDEX issues_lower_idx ON public.issues (lower(title)); ANALYZE public.issues
-->   serves lower(title) = 'x'
-->   cures missing-expression-index, function-on-column, case-insensitive-match, expression-no-statistics

-- a prefix needs an operator class
select 1 from users where username like 'adm%' and state = 'active';
--> CREATE INDEX users_username_idx ON public.users (username text_pattern_ops)
-->   serves username like 'adm%'
-->   cures missing-index-filter, missing-pattern-ops-index, collation-prevents-prefix-index
--> CREATE INDEX users_username_idx1 ON public.users (username text_pattern_ops) WHERE state = 'active'
-->   serves username like 'adm%' and state = 'active'
-->   cures missing-index-filter, missing-pattern-ops-index, collation-prevents-prefix-index, missing-partial-index, inefficient-index-scan

-- each arm of an OR needs its index
select 1 from issues where author_id = 1 or (project_id = 2 and state = 'x');
--> CREATE INDEX issues_author_id_idx ON public.issues (author_id); CREATE INDEX issues_project_id_idx ON public.issues (project_id)
-->   serves author_id = 1 and project_id = 2, one index for each side of the OR
-->   cures or-across-columns, missing-index-filter

-- an OR with an arm no index serves
select 1 from issues where author_id = 1 or title like '%x%';

-- lateral: first rows of each partner
select * from projects p, lateral (select * from issues i where i.project_id = p.id order by created_at desc limit 3) x;
--> CREATE INDEX issues_project_id_created_at_idx ON public.issues (project_id, created_at DESC)
-->   serves i.project_id = p.id and ORDER BY created_at DESC LIMIT 3
-->   cures missing-index-order-limit, sort-spill, missing-composite-index, order-by-limit-wrong-index, missing-index-filter, missing-index-join, missing-fk-index, correlated-subquery-per-row, many-subplan-loops

-- newest of one
select max(created_at) from issues where project_id = 3;
--> CREATE INDEX issues_project_id_created_at_idx ON public.issues (project_id, created_at DESC)
-->   serves project_id = 3 and ORDER BY created_at DESC LIMIT 1
-->   cures missing-index-order-limit, sort-spill, missing-composite-index, order-by-limit-wrong-index, missing-index-filter

-- a grouping by one column
select author_id, count(*) from notes group by author_id;
--> CREATE INDEX notes_author_id_idx ON public.notes (author_id)
-->   serves grouping by author_id
-->   cures missing-index-group-by

-- distinct on
select distinct on (issue_id) issue_id, created_at from notes order by issue_id, created_at desc;
--> CREATE INDEX notes_issue_id_created_at_idx ON public.notes (issue_id, created_at DESC)
-->   serves ORDER BY issue_id, created_at DESC
-->   cures missing-index-order-limit, sort-spill, missing-index-group-by, groupwise-max-full-scan

-- a partitioned table
select * from events where author_id = $1 order by created_at desc limit 10;
--> CREATE INDEX events_author_id_created_at_idx ON public.events (author_id, created_at DESC)
-->   serves author_id = $1 and ORDER BY created_at DESC LIMIT 10
-->   cures missing-index-order-limit, sort-spill, missing-composite-index, order-by-limit-wrong-index, missing-index-filter

-- names that need quotes
select * from "Sales"."Order" where "user" = 1 and "created at" > current_date;
--> CREATE INDEX "Order_user_created at_idx" ON "Sales"."Order" ("user", "created at")
-->   serves "user" = 1 and "created at" > current_date
-->   cures missing-index-filter, missing-composite-index, inefficient-index-scan

-- a small table
select * from labels where title = 'bug' and color = 'red';
--> rejected CREATE INDEX labels_title_color_idx ON public.labels (title, color): public.labels has 3 blocks: an index saves nothing over reading them all

-- a primary key lookup
select * from issues where id = $1 and state = 'open';
--> rejected CREATE INDEX issues_id_state_idx ON public.issues (id, state): unique index issues_pkey already finds at most one row

-- recursion
with recursive tree as (select id, parent_id from namespaces where id = $1 union all select n.id, n.parent_id from namespaces n join tree t on n.parent_id = t.id) select * from tree;
--> CREATE INDEX namespaces_parent_id_idx ON public.namespaces (parent_id)
-->   serves n.parent_id = t.id
-->   cures missing-index-join

-- the missing side of an anti-join is no partial index
select * from issues i left join notes n on n.issue_id = i.id where n.id is null;
--> CREATE INDEX notes_issue_id_idx ON public.notes (issue_id)
-->   serves n.issue_id = i.id
-->   cures missing-index-join, missing-fk-index

-- an update finds its rows
update issues set state = 'closed' where author_id = $1;
--> CREATE INDEX issues_author_id_idx ON public.issues (author_id)
-->   serves author_id = $1
-->   cures missing-index-filter

-- nothing to index
select * from issues;

-- jsonb and arrays are not for a b-tree
select * from issues where metadata = '{}' and tags = array['x'];

-- a view
select * from recent_issues where project_id = 3;

-- a window that the index alone answers
select author_id, lag(created_at) over (partition by author_id order by created_at) from notes;
--> CREATE INDEX notes_author_id_created_at_idx ON public.notes (author_id, created_at)
-->   serves the window over author_id, created_at
-->   cures sort-spill, missing-covering-index

-- a grouping that reads other columns is hashed
select author_id, max(body) from notes group by author_id;

-- a column of few values leads to a key where each keeps few rows
select * from users u join notes n on n.author_id = u.id where u.city = 'Tokyo';
--> CREATE INDEX notes_author_id_idx ON public.notes (author_id)
-->   serves n.author_id = u.id
-->   cures missing-index-join
--> CREATE INDEX users_city_idx ON public.users (city)
-->   serves u.city = 'Tokyo'
-->   cures missing-index-filter
--> rejected CREATE INDEX users_id_city_idx ON public.users (id, city): unique index users_pkey already finds at most one row

-- a state keeps no key of its own beside a join
select * from users u join notes n on n.author_id = u.id where u.state = 'blocked';
--> CREATE INDEX notes_author_id_idx ON public.notes (author_id)
-->   serves n.author_id = u.id
-->   cures missing-index-join
--> CREATE INDEX users_id_idx ON public.users (id) WHERE state = 'blocked'
-->   serves u.state = 'blocked'
-->   cures missing-partial-index, missing-index-filter
--> rejected CREATE INDEX users_id_state_idx ON public.users (id, state): unique index users_pkey already finds at most one row

-- an update of what its own index holds
update issues set assigned = true, updated_at = now() where updated_at < $1;
--> CREATE INDEX issues_updated_at_idx ON public.issues (updated_at)
-->   serves updated_at < $1
-->   cures missing-index-filter
-->   but the statement changes updated_at, which the index holds: none of its updates can be HOT
