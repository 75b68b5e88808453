-- title: Commits for which the same build ran more than once
-- wrong: nearly every pair of commit and name is a group of its own, but the planner expects a third as many; the groups do not fit in
--   work_mem and are written to disk.
-- cure: index: on both columns, and statistics on how many pairs there are, without which the planner still prefers to hash; the index
--   alone is read, in the order of the groups, of which only one is held at a time.
-- finding: hashagg-spill, ndistinct-misestimate, missing-index-group-by
-- try: create statistics builds_commit_name (ndistinct) on commit_sha, name from builds;
--   create index on builds (commit_sha, name); analyze builds
select commit_sha, name, count(*) as times
from builds
group by commit_sha, name
having count(*) > 1
order by times desc, commit_sha, name
limit 50;
