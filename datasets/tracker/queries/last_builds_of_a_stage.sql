-- title: The last builds of a stage nobody uses any more
-- wrong: the planner walks the index on created_at backwards, hoping to meet twenty builds of the stage soon; but it was retired
--   years ago, and nearly every build is visited first.
-- cure: index: on stage and created_at together; twenty entries are read.
-- finding: order-by-limit-wrong-index, missing-composite-index
-- try: create index on builds (stage, created_at)
select id, project_id, name, status, created_at
from builds
where stage = 'publish-old'
order by created_at desc
limit 20;
