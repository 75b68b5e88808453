-- title: Merge requests that somebody reviews
-- wrong: reviewer_ids has a GIN index, but it serves @> and not = ANY(), so every merge request is read.
-- cure: rewrite: with @>; the index finds the few.
-- finding: any-array-not-indexable
-- try: select id, project_id, iid, title, state
--   from merge_requests
--   where reviewer_ids @> array[500::bigint]
--   order by id
select id, project_id, iid, title, state
from merge_requests
where 500 = any (reviewer_ids)
order by id;
