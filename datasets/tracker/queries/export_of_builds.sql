-- title: Export of builds with all about their merge request
-- wrong: the hash of the merge requests, with every column, does not fit in work_mem: it is cut into batches, and rows of both sides
--   go to disk and back.
-- cure: setting: more work_mem for this session alone; one batch, and no temporary blocks are written.
-- finding: hash-spill
-- try: set local work_mem = '64MB'
select b.id as build_id, b.name, b.status, b.duration_seconds, mr.*
from builds as b
join merge_requests as mr on mr.id = b.merge_request_id;
