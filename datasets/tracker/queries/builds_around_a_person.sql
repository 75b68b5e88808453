-- title: Builds that somebody started or that are in their project
-- wrong: user_id has no index, so the OR as a whole can use none and every build is read.
-- cure: index: on user_id; the planner then combines it with the one on project_id.
-- finding: or-across-columns, missing-index-filter, missing-fk-index
-- try: create index on builds (user_id)
select id, project_id, user_id, name, status, created_at
from builds
where user_id = 500
   or project_id = 500
order by created_at desc;
