-- title: The latest edited notes
-- wrong: no index gives the order, so all notes are read and sorted to show twenty.
-- cure: index: on updated_at and id; the twenty newest entries are read and nothing is sorted.
-- finding: missing-index-order-limit
-- try: create index on notes (updated_at, id)
select id, project_id, author_id, body, updated_at
from notes
order by updated_at desc, id desc
limit 20;
