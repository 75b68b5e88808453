-- title: Issues that nobody answered
-- wrong: all notes are joined to their issues and counted, to keep the issues where the count is zero.
-- cure: rewrite: NOT EXISTS becomes an anti-join over an index; no note is read.
-- finding: antijoin-by-aggregate
-- try: select i.id, i.project_id, i.title
--   from issues as i
--   where not exists (select from notes as n where n.issue_id = i.id)
--   order by i.id
select i.id, i.project_id, i.title
from issues as i
left join notes as n on n.issue_id = i.id
group by i.id, i.project_id, i.title
having count(n.id) = 0
order by i.id;
