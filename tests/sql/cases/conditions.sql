-- literals, parameters and null tests
select * from issues where project_id = $1 and state='open' and deleted_at is null and updated_at is not null;
--> public.issues issues
-->   project_id: equality | project_id = $1 | constant
-->   state: equality | state = 'open' | literal
-->   deleted_at: null test | deleted_at is null | literal
-->   updated_at: null test | updated_at is not null | literal

-- in, any, between and ranges from either side
select id from issues where project_id in (1, 2) and author_id = any($1) and priority between 1 and 3 and now() - interval '1 day' < created_at;
--> public.issues issues
-->   project_id: in | project_id in (1, 2) | literal
-->   author_id: in | author_id = any $1 | constant
-->   priority: range | priority between (1, 3) | literal
-->   created_at: range | created_at > now() - interval '1 day' | constant
-->   columns id, project_id, author_id, priority, created_at; selected id

-- a text cast of a varchar column is no wrapper
select id from users where email::text = 'a@b.c' and lower(username) = 'x' and state::varchar = 'active';
--> public.users users
-->   email: equality | email = 'a@b.c' | literal
-->   username: equality | lower(username) = 'x' | literal, wrapped by lower
-->   state: equality | state = 'active' | literal
-->   columns id, email, username, state; selected id

-- functions, casts and json paths around columns keep their spelling
select 1 from issues i where date_trunc('day', i.created_at) = $1 and (i.metadata ->> 'source')::int = 3 and (created_at at time zone 'UTC')::date = $2;
--> public.issues i
-->   created_at: equality | date_trunc('day', created_at) = $1 | constant, wrapped by date_trunc
-->   metadata: equality | (metadata ->> 'source')::int = 3 | literal, wrapped by ::int
-->   created_at: equality | (created_at at time zone 'UTC')::date = $2 | constant, wrapped by ::date
-->   columns created_at, metadata

-- patterns: prefix, wildcard first, parameter, case ignored, negated
select 1 from issues where title like 'bug%' and title like '%bug' and title like $1 and title ilike 'bug%' and title not like 'x%' and title ~ '^a';
--> public.issues issues
-->   title: prefix | title like 'bug%' | literal
-->   title: pattern | title like '%bug' | literal
-->   title: pattern | title like $1 | constant
-->   title: pattern | title ilike 'bug%' | literal
-->   title: inequality | title not like 'x%' | literal
-->   title: pattern | title ~ '^a' | literal
-->   columns title

-- containment and text search
select 1 from issues where metadata @> '{"a": 1}' and metadata ? 'k' and tags && array['x'] and 'bug' = any(tags) and to_tsvector('english', title) @@ plainto_tsquery('x');
--> public.issues issues
-->   metadata: containment | metadata @> '{"a": 1}' | literal
-->   metadata: containment | metadata ? 'k' | literal
-->   tags: containment | tags && array['x'] | literal
-->   tags: containment | tags = any 'bug' | literal
-->   title: text search | to_tsvector('english', title) @@ plainto_tsquery('x') | constant, wrapped by to_tsvector
-->   columns title, metadata, tags

-- booleans stand for equality
select 1 from issues where is_confidential and not is_confidential and is_confidential is true;
--> public.issues issues
-->   is_confidential: equality | is_confidential = TRUE | literal
-->   is_confidential: equality | is_confidential = FALSE | literal
-->   is_confidential: equality | is_confidential = TRUE | literal
-->   columns is_confidential

-- what no index answers
select 1 from issues where author_id <> 3 and state not in ('a', 'b') and priority is distinct from 1 and id + priority > 4 and id = random();
--> public.issues issues
-->   author_id: inequality | author_id <> 3 | literal
-->   state: inequality | state not in ('a', 'b') | literal
-->   priority: inequality | priority is distinct from 1 | literal
-->   id: expression | id + priority > 4 | literal, wrapped by +
-->   priority: expression | id + priority > 4 | literal, wrapped by +
-->   id: equality | id = random() | varying
-->   columns id, author_id, state, priority

-- arms of an OR
select 1 from issues where author_id = 1 or (project_id = 2 and state = 'x');
--> public.issues issues
-->   author_id: equality | author_id = 1 | literal, arm 1 of 2 in 1
-->   project_id: equality | project_id = 2 | literal, arm 2 of 2 in 1
-->   state: equality | state = 'x' | literal, arm 2 of 2 in 1
-->   columns project_id, author_id, state

-- row comparison
select 1 from issues where (created_at, id) < ($1, $2) and (project_id, author_id) = (1, 2);
--> public.issues issues
-->   created_at: range | created_at < $1 | constant, row ('created_at', 'id')
-->   id: range | id < $2 | constant, row ('created_at', 'id')
-->   project_id: equality | project_id = 1 | literal, row ('project_id', 'author_id')
-->   author_id: equality | author_id = 2 | literal, row ('project_id', 'author_id')
-->   columns id, project_id, author_id, created_at

-- a literal in parentheses and the column on the right
select 1 from issues where (('open')) = state and 5 >= (priority);
--> public.issues issues
-->   state: equality | state = 'open' | literal
-->   priority: range | priority <= 5 | literal
-->   columns state, priority

-- quoted names keep their case
select o."Id" from "Sales"."Order" o where o."user" = 1 and "created at" > current_date;
--> Sales.Order o
-->   user: equality | user = 1 | literal
-->   created at: range | created at > CURRENT_DATE | constant
-->   columns Id, user, created at; selected Id

-- a table the catalog does not know
select * from nowhere n join issues i on i.id = n.issue_id where n.x = 1 and missing = 2;
--> nowhere n [unknown, beside 1]
-->   issue_id: equality | issue_id = id | join i.id, on
-->   x: equality | x = 1 | literal
-->   missing: equality | missing = 2 | literal
--> public.issues i [beside 1]
-->   id: equality | id = issue_id | join n.issue_id, on

-- a value between two columns
select id from issues i where $1 between i.created_at and i.updated_at;
--> public.issues i
-->   created_at: range | created_at <= $1 | constant
-->   updated_at: range | updated_at >= $1 | constant
-->   columns id, created_at, updated_at; selected id
