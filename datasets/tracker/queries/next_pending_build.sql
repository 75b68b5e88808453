-- title: The build that a runner takes next
-- wrong: pending builds are a thousandth of all and the newest; the primary key is walked from the oldest build on, past all the
--   finished ones.
-- cure: index: a partial one that holds the pending builds alone; a few blocks are read, and it stays tiny.
-- finding: missing-partial-index, order-by-limit-wrong-index
-- try: create index on builds (id) where status = 'pending'
select id, project_id, name, stage, created_at
from builds
where status = 'pending'
order by id
limit 1;
