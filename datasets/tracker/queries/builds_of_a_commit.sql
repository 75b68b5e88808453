-- title: Builds of one commit
-- wrong: commit_sha has no index, so every build ever made is read to find two or three.
-- cure: index: on the commit; a handful of blocks are read instead of the whole table.
-- finding: missing-index-filter, seq-scan-large
-- try: create index on builds (commit_sha)
select id, name, stage, status, created_at
from builds
where commit_sha = (select merge_commit_sha from merge_requests where project_id = 42 and iid = 5)
order by id;
