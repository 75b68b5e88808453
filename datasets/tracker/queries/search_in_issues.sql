-- title: Full text search in issues
-- wrong: every title and description is parsed into words again for each search.
-- cure: index: GIN on the same expression; the words are parsed when an issue is written.
-- finding: missing-fulltext-index, missing-expression-index
-- try: create index on issues using gin (to_tsvector('english', title || ' ' || description))
select id, project_id, title, created_at
from issues
where to_tsvector('english', title || ' ' || description) @@ plainto_tsquery('english', 'session store leaks stale cookies')
order by created_at desc
limit 20;
