-- title: Notes that mention an incident
-- wrong: the pattern begins with a wildcard, so the text of every note is searched.
-- cure: index: a trigram index serves LIKE and ILIKE with wildcards anywhere; only notes with the right trigrams are read.
-- finding: leading-wildcard-like, missing-trigram-index
-- try: create extension if not exists pg_trgm; create index on notes using gin (body gin_trgm_ops)
select id, project_id, author_id, body, created_at
from notes
where body ilike '%inc-10007%'
order by created_at desc;
