-- title: The longest silence in each project
-- wrong: the window needs all notes sorted by project and time, more than work_mem holds: the sort goes to disk and back.
-- cure: index: in the order of the window; it alone is read, in order, and nothing is sorted.
-- finding: sort-spill, missing-covering-index
-- try: create index on notes (project_id, created_at)
select project_id, max(silence) as longest
from (
    select project_id, created_at - lag(created_at) over (partition by project_id order by created_at) as silence
    from notes
) as gaps
group by project_id
order by longest desc nulls last
limit 20;
