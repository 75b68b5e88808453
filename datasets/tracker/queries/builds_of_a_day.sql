-- title: Builds of one day by status
-- wrong: the index on created_at cannot serve date(created_at), so every build is read for one day's.
-- cure: rewrite: a half-open range on the bare column; a handful of blocks is read instead of the whole table.
-- finding: function-on-column
-- try: select status, count(*), avg(duration_seconds) as average_seconds
--   from builds
--   where created_at >= '2025-03-14' and created_at < '2025-03-15'
--   group by status
select status, count(*), avg(duration_seconds) as average_seconds
from builds
where date(created_at) = '2025-03-14'
group by status;
