-- part of a text
select id from issues where title ilike '%crash%';
--> CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX issues_title_idx ON public.issues USING gin (title gin_trgm_ops)
-->   serves title ilike '%crash%'
-->   cures missing-trigram-index, leading-wildcard-like, case-insensitive-match
-->   but needs the extension pg_trgm, not yet installed here

-- part of a text under a function
select id from issues where lower(title) like '%' || $1 || '%';
--> CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX issues_lower_idx ON public.issues USING gin (lower(title) gin_trgm_ops); ANALYZE public.issues
-->   serves lower(title) like '%' || $1 || '%'
-->   cures missing-trigram-index, leading-wildcard-like, case-insensitive-match, missing-expression-index
-->   but needs the extension pg_trgm, not yet installed here

-- too short for a trigram
select id from issues where title like '%ab%';

-- a regular expression
select id from issues where title ~ 'err[0-9]+timeout';
--> CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX issues_title_idx ON public.issues USING gin (title gin_trgm_ops)
-->   serves title ~ 'err[0-9]+timeout'
-->   cures missing-trigram-index
-->   but needs the extension pg_trgm, not yet installed here

-- containment in a document
select id from issues where metadata @> '{"source": "api"}';
--> CREATE INDEX issues_metadata_idx ON public.issues USING gin (metadata jsonb_path_ops)
-->   serves metadata @> '{"source": "api"}'
-->   cures missing-gin-jsonb

-- a key of a document
select id from issues where metadata ? 'source';
--> CREATE INDEX issues_metadata_idx ON public.issues USING gin (metadata)
-->   serves metadata ? 'source'
-->   cures missing-gin-jsonb

-- containment below a key
select id from issues where metadata -> 'labels' @> '["bug"]';
--> CREATE INDEX issues_expr_idx ON public.issues USING gin ((metadata -> 'labels') jsonb_path_ops); ANALYZE public.issues
-->   serves metadata -> 'labels' @> '["bug"]'
-->   cures missing-gin-jsonb, missing-expression-index

-- elements of an array
select id from issues where tags @> array['bug'];
--> CREATE INDEX issues_tags_idx ON public.issues USING gin (tags)
-->   serves tags @> array['bug']
-->   cures missing-index-filter, any-array-not-indexable

-- overlapping arrays
select id from issues where tags && $1;
--> CREATE INDEX issues_tags_idx ON public.issues USING gin (tags)
-->   serves tags && $1
-->   cures missing-index-filter, any-array-not-indexable

-- any of an array is no containment
select id from issues where 'bug' = any(tags);

-- words with a configuration
select id from issues where to_tsvector('english', title) @@ websearch_to_tsquery('english', $1);
--> CREATE INDEX issues_to_tsvector_idx ON public.issues USING gin (to_tsvector('english', title)); ANALYZE public.issues
-->   serves to_tsvector('english', title) @@ websearch_to_tsquery('english', $1)
-->   cures missing-fulltext-index

-- words of two columns
select id from notes where to_tsvector('english', coalesce(body, '') || ' ' || coalesce(body, '')) @@ to_tsquery('english', 'crash');
--> CREATE INDEX notes_to_tsvector_idx ON public.notes USING gin ((to_tsvector('english', coalesce(body, '') || ' ' || coalesce(body, '')))); ANALYZE public.notes
-->   serves to_tsvector('english', coalesce(body, '') || ' ' || coalesce(body, '')) @@ to_tsquery('english', 'crash')
-->   cures missing-fulltext-index

-- words without a configuration that is known
select id from issues where to_tsvector(title) @@ plainto_tsquery('crash');

-- a stored vector
select id from prices p where p.search @@ to_tsquery('simple', 'a & b');
--> CREATE INDEX prices_search_idx ON public.prices USING gin (search)
-->   serves p.search @@ to_tsquery('simple', 'a & b')
-->   cures missing-fulltext-index

-- a stored range
select id from prices where during && tstzrange($1, $2);
--> CREATE INDEX prices_during_idx ON public.prices USING gist (during)
-->   serves during && tstzrange($1, $2)
-->   cures missing-gist-range-index, missing-index-filter

-- a moment in a stored range
select id from prices where during @> now();
--> CREATE INDEX prices_during_idx ON public.prices USING gist (during)
-->   serves during @> now()
-->   cures missing-gist-range-index, missing-index-filter

-- a range made of two columns
select id from prices where daterange(valid_from, valid_to, '[]') @> $1::date;
--> CREATE INDEX prices_daterange_idx ON public.prices USING gist (daterange(valid_from, valid_to, '[]')); ANALYZE public.prices
-->   serves daterange(valid_from, valid_to, '[]') @> $1::date
-->   cures missing-gist-range-index, missing-index-filter, missing-expression-index

-- a value between two columns
select id from prices p where p.product_id = $2 and p.valid_from <= $1 and p.valid_to > $1;
--> CREATE INDEX prices_product_id_valid_from_idx ON public.prices (product_id, valid_from)
-->   serves p.product_id = $2 and p.valid_from <= $1
-->   cures missing-index-filter, missing-composite-index, inefficient-index-scan
--> CREATE INDEX prices_daterange_idx ON public.prices USING gist ((daterange(valid_from, valid_to, '[)'))); ANALYZE public.prices; select id from prices p where p.product_id = $2 and daterange(p.valid_from, p.valid_to, '[)') @> $1::date
-->   serves p.valid_from <= $1 and p.valid_to > $1
-->   cures missing-gist-range-index, missing-index-filter
-->   if valid_from and valid_to are asked for the same value
-->   but a row whose valid_from is above its valid_to makes the build fail, and cannot be stored once the index stands

-- a value between two columns, the other way round
select id from prices where $1 between valid_from and valid_to;
--> CREATE INDEX prices_daterange_idx ON public.prices USING gist (daterange(valid_from, valid_to, '[]')); ANALYZE public.prices; select id from prices where daterange(valid_from, valid_to, '[]') @> $1::date
-->   serves $1 between valid_from and valid_to
-->   cures missing-gist-range-index, missing-index-filter
-->   if valid_from and valid_to are asked for the same value
-->   but a row whose valid_from is above its valid_to makes the build fail, and cannot be stored once the index stands
--> CREATE INDEX prices_valid_from_idx ON public.prices (valid_from)
-->   serves $1 between valid_from and valid_to
-->   cures missing-index-filter

-- a value between two columns of which one may be null
select id from prices where first_ip <= 3232235777 and last_ip >= 3232235777 order by id;
--> CREATE INDEX prices_int8range_idx ON public.prices USING gist (int8range(first_ip, last_ip, '[]')); ANALYZE public.prices; select id from prices where int8range(first_ip, last_ip, '[]') @> 3232235777::bigint and last_ip >= 3232235777 order by id
-->   serves first_ip <= 3232235777 and last_ip >= 3232235777
-->   cures missing-gist-range-index, missing-index-filter
-->   if first_ip and last_ip are asked for the same value
-->   but a row whose first_ip is above its last_ip makes the build fail, and cannot be stored once the index stands
--> CREATE INDEX prices_first_ip_idx ON public.prices (first_ip)
-->   serves first_ip <= 3232235777
-->   cures missing-index-filter

-- a value between two columns that a cast would change
select id from prices where valid_from <= now() and valid_to >= now();
--> CREATE INDEX prices_valid_from_idx ON public.prices (valid_from)
-->   serves valid_from <= now()
-->   cures missing-index-filter

-- two columns that are asked for different values
select id from prices where valid_from <= $1 and valid_to >= $2;
--> CREATE INDEX prices_valid_from_idx ON public.prices (valid_from)
-->   serves valid_from <= $1
-->   cures missing-index-filter

-- an expression of two columns
select id from prices where amount + tax > 1000;
--> CREATE INDEX prices_expr_idx ON public.prices ((amount + tax)); ANALYZE public.prices
-->   serves amount + tax > 1000
-->   cures missing-expression-index, function-on-column, expression-no-statistics

-- an order by an expression
select id from issues where project_id = $1 order by lower(title) limit 10;
--> CREATE INDEX issues_project_id_lower_idx ON public.issues (project_id, lower(title)); ANALYZE public.issues
-->   serves project_id = $1 and ORDER BY lower(title) LIMIT 10
-->   cures missing-index-order-limit, sort-spill, missing-composite-index, order-by-limit-wrong-index, missing-index-filter, missing-expression-index

-- equality on an expression, then the order
select id from issues where lower(title) = $1 order by created_at desc limit 10;
--> CREATE INDEX issues_lower_created_at_idx ON public.issues (lower(title), created_at DESC); ANALYZE public.issues
-->   serves lower(title) = $1 and ORDER BY created_at DESC LIMIT 10
-->   cures missing-index-order-limit, sort-spill, missing-composite-index, order-by-limit-wrong-index, missing-index-filter, missing-expression-index, function-on-column, case-insensitive-match, expression-no-statistics

-- a prefix under a function
select id from issues where lower(title) like 'crash%';
--> CREATE INDEX issues_lower_idx ON public.issues (lower(title) text_pattern_ops); ANALYZE public.issues
-->   serves lower(title) like 'crash%'
-->   cures missing-expression-index, missing-pattern-ops-index, function-on-column, case-insensitive-match

-- a prefix whose pattern is not known
select id from issues where title like $1;
--> CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX issues_title_idx ON public.issues USING gin (title gin_trgm_ops)
-->   serves title like $1
-->   cures missing-trigram-index, leading-wildcard-like
-->   but needs the extension pg_trgm, not yet installed here

-- each arm of an OR has an index of its own kind
select id from issues where title ilike '%crash%' or tags @> array['crash'] or project_id = $1;
--> CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX issues_title_idx ON public.issues USING gin (title gin_trgm_ops); CREATE INDEX issues_tags_idx ON public.issues USING gin (tags); CREATE INDEX issues_project_id_idx ON public.issues (project_id)
-->   serves title ilike '%crash%', tags @> array['crash'] and project_id = $1, one index for each side of the OR
-->   cures or-across-columns, missing-trigram-index, leading-wildcard-like, case-insensitive-match, missing-index-filter, any-array-not-indexable
-->   but needs the extension pg_trgm, not yet installed here

-- greatest of each group
select project_id, max(created_at) from issues group by project_id;
--> CREATE INDEX issues_project_id_created_at_idx ON public.issues (project_id, created_at)
-->   serves grouping by project_id
-->   cures missing-index-group-by, groupwise-max-full-scan, missing-covering-index

-- a group that reads too much beside its key
select project_id, max(created_at), max(updated_at), sum(priority) from issues group by project_id;

-- a window with a column to read beside it
select author_id, issue_id, lag(created_at) over (partition by author_id order by created_at desc) from notes;
--> CREATE INDEX notes_author_id_created_at_issue_id_idx ON public.notes (author_id, created_at DESC) INCLUDE (issue_id)
-->   serves the window over author_id, created_at DESC, and holds issue_id so that the table is not touched
-->   cures sort-spill, missing-covering-index

-- a queue
select id from issues where is_confidential = true and deleted_at is null order by created_at limit 1 for update skip locked;
--> CREATE INDEX issues_is_confidential_created_at_idx ON public.issues (is_confidential, created_at)
-->   serves is_confidential = true and ORDER BY created_at LIMIT 1
-->   cures missing-index-order-limit, sort-spill, missing-composite-index, order-by-limit-wrong-index, missing-index-filter
--> CREATE INDEX issues_created_at_idx ON public.issues (created_at) WHERE is_confidential AND deleted_at IS NULL
-->   serves is_confidential = true, ORDER BY created_at LIMIT 1 and deleted_at is null
-->   cures missing-index-order-limit, sort-spill, missing-composite-index, order-by-limit-wrong-index, missing-index-filter, missing-partial-index, inefficient-index-scan

-- a join with a range on the joined side
select p.name from projects p join issues i on i.project_id = p.id where p.namespace_id = 4 and i.created_at >= now() - interval '7 days';
--> CREATE INDEX issues_project_id_created_at_idx ON public.issues (project_id, created_at)
-->   serves i.project_id = p.id and i.created_at >= now() - interval '7 days'
-->   cures missing-index-join, missing-fk-index, missing-composite-index
--> CREATE INDEX issues_created_at_idx ON public.issues (created_at)
-->   serves i.created_at >= now() - interval '7 days'
-->   cures missing-index-filter
--> CREATE INDEX projects_namespace_id_idx ON public.projects (namespace_id)
-->   serves p.namespace_id = 4
-->   cures missing-index-filter
--> rejected CREATE INDEX projects_id_namespace_id_idx ON public.projects (id, namespace_id): unique index projects_pkey already finds at most one row

-- an interval without an end
select id from prices p where (p.last_ip is null or p.last_ip > $1) and p.first_ip <= $1;
--> CREATE INDEX prices_int8range_idx ON public.prices USING gist ((int8range(first_ip, last_ip, '[)'))); ANALYZE public.prices; select id from prices p where int8range(p.first_ip, p.last_ip, '[)') @> $1::bigint
-->   serves p.first_ip <= $1 and (p.last_ip is null or p.last_ip > $1)
-->   cures missing-gist-range-index, missing-index-filter
-->   if first_ip and last_ip are asked for the same value
-->   but a row whose first_ip is above its last_ip makes the build fail, and cannot be stored once the index stands
--> CREATE INDEX prices_first_ip_idx ON public.prices (first_ip)
-->   serves p.first_ip <= $1
-->   cures missing-index-filter

-- all but the commonest state
select id from users where state <> 'active';
--> CREATE INDEX users_id_idx ON public.users (id) WHERE state <> 'active'
-->   serves state <> 'active'
-->   cures missing-partial-index, missing-index-filter

-- all but a value of many
select id from issues where project_id <> 7;

-- ranges of one product
select id from prices where product_id = 7 and during && tstzrange($1, $2);
--> CREATE INDEX prices_during_idx ON public.prices USING gist (during)
-->   serves during && tstzrange($1, $2)
-->   cures missing-gist-range-index, missing-index-filter
--> CREATE INDEX prices_product_id_idx ON public.prices (product_id)
-->   serves product_id = 7
-->   cures missing-index-filter
--> CREATE EXTENSION IF NOT EXISTS btree_gist; CREATE INDEX prices_product_id_during_idx ON public.prices USING gist (product_id, during)
-->   serves product_id = 7 and during && tstzrange($1, $2)
-->   cures missing-gist-range-index, missing-index-filter, missing-composite-index
-->   but needs the extension btree_gist, not yet installed here
