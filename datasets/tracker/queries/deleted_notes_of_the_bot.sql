-- title: Deleted notes of the busiest author in the largest project
-- wrong: the index on author_id finds a tenth of all notes, spread over the whole table; nearly all are thrown away by the other
--   conditions.
-- cure: index: one over both columns, for deleted notes only; a few dozen blocks are read.
-- finding: missing-composite-index, inefficient-index-scan, missing-partial-index
-- try: create index on notes (author_id, project_id) where deleted_at is not null
select id, issue_id, merge_request_id, body, deleted_at
from notes
where author_id = 42
  and project_id = 42
  and deleted_at is not null
order by deleted_at desc;
