-- title: Events of one month by action
-- wrong: the partition key is hidden in date_trunc(), so all 24 months are read for one.
-- cure: rewrite: a half-open range on the bare column; one partition of 24 is read.
-- finding: partition-pruning-defeated, function-on-column
-- try: select action, count(*)
--   from events
--   where created_at >= '2025-05-01' and created_at < '2025-06-01'
--   group by action
select action, count(*)
from events
where date_trunc('month', created_at) = '2025-05-01'
group by action;
