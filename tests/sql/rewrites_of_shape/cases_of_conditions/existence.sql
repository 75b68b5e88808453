-- some
select p.id from projects p where (select count(*) from issues i where i.project_id = p.id) > 0
--> count-to-exists (count-used-as-exists, correlated-subquery-per-row, many-subplan-loops)
--> select p.id from projects p where exists (select 1 from issues i where i.project_id = p.id)
-->   if a count is above zero just where there is a row
-->   same 15 rows

-- none, turned round
select p.id from projects p where 0 = (select count(*) from issues i where i.project_id = p.id)
--> count-to-exists (count-used-as-exists, correlated-subquery-per-row, many-subplan-loops)
--> select p.id from projects p where not exists (select 1 from issues i where i.project_id = p.id)
-->   if a count is above zero just where there is a row
-->   same 5 rows

-- of a column that is never NULL
select p.id from projects p where (select count(i.id) from issues i where i.project_id = p.id) >= 1 and p.name <> 'x'
--> count-to-exists (count-used-as-exists, correlated-subquery-per-row, many-subplan-loops)
--> select p.id from projects p where exists (select 1 from issues i where i.project_id = p.id) and p.name <> 'x'
-->   if a count is above zero just where there is a row
-->   same 15 rows

-- of a column that may be NULL
select p.id from projects p where (select count(i.title) from issues i where i.project_id = p.id) > 0
--> nothing

-- more than one
select p.id from projects p where (select count(*) from issues i where i.project_id = p.id) > 1
--> nothing

-- of groups
select p.id from projects p where (select count(*) from issues i where i.project_id = p.id group by i.state limit 1) > 0
--> nothing
