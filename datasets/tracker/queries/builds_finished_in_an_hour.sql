-- title: Builds that finished within an hour
-- wrong: finished_at has no index; the table is in the order of time, yet all of it is read for one small stretch.
-- cure: index: BRIN, a few blocks large, leads to the right stretch of the table.
-- finding: missing-brin-index, missing-index-filter
-- try: create index on builds using brin (finished_at) with (pages_per_range = 32)
select id, project_id, name, status, duration_seconds
from builds
where finished_at >= '2025-03-14 09:00:00+00' and finished_at < '2025-03-14 10:00:00+00'
order by finished_at;
