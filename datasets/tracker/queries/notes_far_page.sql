-- title: A far page of the list of all notes
-- wrong: OFFSET reads, and throws away, everything that the earlier pages showed.
-- cure: rewrite: remember where the last page ended and go on from there; a page then costs the same wherever it
--   is (the values below are those of scale 0.1 and seed 1).
-- finding: offset-pagination
-- try: select id, project_id, author_id, body, created_at
--   from notes
--   where (created_at, id) < ('2022-12-30 16:00:28.999993+00', 20001)
--   order by created_at desc, id desc
--   limit 50
select id, project_id, author_id, body, created_at
from notes
order by created_at desc, id desc
limit 50 offset 100000;
