-- title: Merged requests whose commit was never built
-- wrong: commit_sha may be null, so NOT IN cannot become an anti-join; the list of all commits is too long to hash within work_mem
--   and is searched from the start for each merge request. One null would even empty the result.
-- cure: rewrite: NOT EXISTS; the planner hashes or probes instead, and nulls do no harm.
-- finding: not-in-nullable-subquery
-- try: select mr.id, mr.project_id, mr.iid, mr.merged_at
--   from merge_requests as mr
--   where mr.state = 'merged'
--     and mr.merged_at >= '2025-06-28 00:00:00+00'
--     and not exists (select from builds as b where b.commit_sha = mr.merge_commit_sha)
--   order by mr.id
select mr.id, mr.project_id, mr.iid, mr.merged_at
from merge_requests as mr
where mr.state = 'merged'
  and mr.merged_at >= '2025-06-28 00:00:00+00'
  and mr.merge_commit_sha not in (select b.commit_sha from builds as b)
order by mr.id;
