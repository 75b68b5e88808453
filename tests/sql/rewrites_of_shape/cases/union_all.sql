-- a constant tells the branches apart
select 'issue' as kind, i.id from issues i where i.state = 'opened'
union
select 'project' as kind, p.id from projects p
order by 1, 2
--> union-to-union-all (union-instead-of-union-all)
--> select 'issue' as kind, i.id from issues i where i.state = 'opened'
--> union all
--> select 'project' as kind, p.id from projects p
--> order by 1, 2
-->   if column 1 is 'issue' in one branch and 'project' in another
-->   if issues.id is selected and unique
-->   if projects.id is selected and unique
-->   same 120 rows

-- the state does
SELECT id, state FROM issues WHERE state = 'opened' UNION SELECT id, state FROM issues WHERE state IN ('closed', 'locked')
--> union-to-union-all (union-instead-of-union-all)
--> SELECT id, state FROM issues WHERE state = 'opened' UNION ALL SELECT id, state FROM issues WHERE state IN ('closed', 'locked')
-->   if column 2 is held to 'opened' in one branch and to 'closed', 'locked' in another
-->   if issues.id is selected and unique
-->   same 300 rows

-- NULL or not, three branches
select id, author_id, priority from issues where author_id is null union select id, author_id, priority from issues where author_id is not null and priority = 1 union select id, author_id, priority from issues where author_id is not null and priority = 2
--> union-to-union-all (union-instead-of-union-all)
--> select id, author_id, priority from issues where author_id is null union all select id, author_id, priority from issues where author_id is not null and priority = 1 union all select id, author_id, priority from issues where author_id is not null and priority = 2
-->   if column 2 is held to is null in one branch and to is not null in another
-->   if column 3 is held to 1 in one branch and to 2 in another
-->   if issues.id is selected and unique
-->   same 145 rows

-- NULL or not
select id, author_id from issues where author_id is null union select id, author_id from issues where author_id is not null
--> union-to-union-all (union-instead-of-union-all)
--> select id, author_id from issues where author_id is null union all select id, author_id from issues where author_id is not null
-->   if column 2 is held to is null in one branch and to is not null in another
-->   if issues.id is selected and unique
-->   same 300 rows

-- all columns
select * from issues where state = 'opened' union distinct select * from issues where state = 'closed'
--> union-to-union-all (union-instead-of-union-all)
--> select * from issues where state = 'opened' union all select * from issues where state = 'closed'
-->   if column 4 is held to 'opened' in one branch and to 'closed' in another
-->   if issues.id is selected and unique
-->   same 200 rows

-- no key is selected
select 'a' as kind, title from issues union select 'b' as kind, title from issues
--> nothing

-- the condition's column is not selected
select id from issues where state = 'opened' union select id from issues where state = 'closed'
--> union-to-union-all (union-instead-of-union-all)
--> select id from issues where state = 'opened' union all select id from issues where state = 'closed'
-->   if issues.state keeps the branches to different rows of the table, and the key of each row is selected
-->   if issues.id is selected and unique
-->   same 200 rows

-- branches that may share rows
select id, state from issues where state = 'opened' union select id, state from issues where priority = 3
--> nothing

-- constants that may be equal
select 1 as kind, id from issues union select 1.0 as kind, id from projects
--> nothing

-- a join repeats rows
select 'a' as kind, i.id from issues i join notes n on n.issue_id = i.id union select 'b' as kind, id from projects
--> nothing

-- parameters may be equal, with opened, closed
select id, state from issues where state = $1 union select id, state from issues where state = $2
--> nothing

-- INTERSECT is none
select id, state from issues where state = 'opened' intersect select id, state from issues where priority = 3
--> nothing

-- the branches divide the table by time
select id, created_at from issues where created_at < '2026-01-02' union select id, created_at from issues where created_at >= '2026-01-02'
--> union-to-union-all (union-instead-of-union-all)
--> select id, created_at from issues where created_at < '2026-01-02' union all select id, created_at from issues where created_at >= '2026-01-02'
-->   if column 2 is held to < '2026-01-02' in one branch and to >= '2026-01-02' in another
-->   if issues.id is selected and unique
-->   same 300 rows

-- groups
select 'project' as kind, project_id as id, count(*) from issues group by project_id union select 'total', 0, count(*) from issues
--> union-to-union-all (union-instead-of-union-all)
--> select 'project' as kind, project_id as id, count(*) from issues group by project_id union all select 'total', 0, count(*) from issues
-->   if column 1 is 'project' in one branch and 'total' in another
-->   if a branch selects what it is grouped by
-->   if a branch gives one row
-->   same 16 rows

-- groups whose key is not selected
select 'a' as kind, count(*) from issues group by project_id union select 'b', 0
--> nothing

-- another column of the same table
select id from issues where state = 'opened' union select author_id from issues where state = 'closed'
--> nothing
