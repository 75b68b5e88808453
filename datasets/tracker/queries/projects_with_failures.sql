-- title: Projects that ever had a failed build
-- wrong: the failed builds of each project are counted to the last, when one would answer the question.
-- cure: rewrite: EXISTS becomes a semi-join that reads the table once.
-- finding: count-used-as-exists, many-subplan-loops
-- try: select p.id, p.name
--   from projects as p
--   where exists (select from builds as b where b.project_id = p.id and b.status = 'failed')
--   order by p.id
select p.id, p.name
from projects as p
where (select count(*) from builds as b where b.project_id = p.id and b.status = 'failed') > 0
order by p.id;
