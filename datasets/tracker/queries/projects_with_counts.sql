-- title: Starred projects with their open issues and failed builds
-- wrong: two subqueries run for every project of the list; each visits all issues, or builds, of its project.
-- cure: rewrite: aggregate each table once and join; the tables are read once instead of row by row through their indexes.
-- finding: correlated-subquery-per-row, many-subplan-loops
-- try: select p.id, p.name, coalesce(i.open_issues, 0) as open_issues, coalesce(b.failed_builds, 0) as failed_builds
--   from projects as p
--   left join (
--       select project_id, count(*) as open_issues
--       from issues
--       where state = 'opened'
--       group by project_id
--   ) as i on i.project_id = p.id
--   left join (
--       select project_id, count(*) as failed_builds
--       from builds
--       where status = 'failed'
--       group by project_id
--   ) as b on b.project_id = p.id
--   where p.star_count > 0
--   order by p.id
select p.id,
       p.name,
       (select count(*) from issues as i where i.project_id = p.id and i.state = 'opened') as open_issues,
       (select count(*) from builds as b where b.project_id = p.id and b.status = 'failed') as failed_builds
from projects as p
where p.star_count > 0
order by p.id;
