-- a condition is missing
select p.name, i.title from projects p, issues i where p.id = 3 and i.state = 'opened'
--> join-by-foreign-key (cartesian-join)
--> select p.name, i.title from projects p, issues i where p.id = 3 and i.state = 'opened' and i.project_id = p.id
-->   but other rows: each pair now follows the foreign key issues_project_id_fkey, which the statement most likely forgot
-->   other rows

-- there is one
select p.name, i.title from projects p, issues i where p.id = 3 and i.state = 'opened' and i.project_id = p.id
--> nothing

-- no foreign key
select p.name, u.username from projects p cross join users u
--> nothing

-- connected by another table
select i.id, n.id from issues i join projects p on p.id = i.project_id, notes n where n.id = i.id
--> nothing
