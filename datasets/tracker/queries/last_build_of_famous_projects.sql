-- title: When the most starred projects were last built
-- wrong: for max(created_at) the planner walks the index on created_at backwards until it meets a build of the project; most
--   projects are quiet, and for each of them nearly the whole index and table are visited.
-- cure: index: on project and date; each maximum is the last entry of its project.
-- finding: order-by-limit-wrong-index, correlated-subquery-per-row, missing-composite-index
-- try: create index on builds (project_id, created_at)
select p.id,
       p.name,
       (select max(b.created_at) from builds as b where b.project_id = p.id) as last_build_at
from projects as p
where p.star_count > 15000
order by p.id;
