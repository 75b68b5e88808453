-- parents without children
select u.id, u.username
from users u
left join issues i on i.author_id = u.id
where u.state = 'active'
group by u.id, u.username
having count(i.id) = 0
order by u.id
--> counted-to-not-exists (antijoin-by-aggregate)
--> select u.id, u.username
--> from users u
--> where u.state = 'active' and not exists (select 1 from issues i where i.author_id = u.id)
--> order by u.id
-->   if users.id is grouped by and unique, so each group is one row
-->   if issues.id is never NULL in a match
-->   same 2 rows

-- none of a state
SELECT p.id FROM projects p LEFT JOIN issues i ON i.project_id = p.id AND i.state = 'opened' GROUP BY p.id HAVING count(*) FILTER (WHERE i.id IS NOT NULL) = 0
--> nothing

-- none of a state, counted by a nullable key
SELECT u.id FROM users u LEFT JOIN issues i ON i.author_id = u.id AND i.state = 'opened' GROUP BY u.id HAVING COUNT(i.author_id) < 1
--> counted-to-not-exists (antijoin-by-aggregate)
--> SELECT u.id FROM users u WHERE NOT EXISTS (SELECT 1 FROM issues i WHERE i.author_id = u.id AND i.state = 'opened')
-->   if users.id is grouped by and unique, so each group is one row
-->   if issues.author_id is never NULL in a match
-->   same 22 rows

-- no greatest
select u.id, p.name from users u join projects p on p.id = u.id left join issues i on i.author_id = u.id and i.project_id = 3 group by u.id, p.name having max(i.id) is null
--> counted-to-not-exists (antijoin-by-aggregate)
--> select u.id, p.name from users u join projects p on p.id = u.id where not exists (select 1 from issues i where i.author_id = u.id and i.project_id = 3)
-->   if users.id is grouped by and unique, so each group is one row
-->   if issues.id is never NULL in a match
-->   same 14 rows

-- a nullable column counts less than the matches
select u.id from users u left join issues i on i.author_id = u.id group by u.id having count(i.priority) = 0
--> nothing

-- count(*) is never 0
select u.id from users u left join issues i on i.author_id = u.id group by u.id having count(*) = 1
--> nothing

-- the other side is filtered
select u.id from users u left join issues i on i.author_id = u.id where i.state = 'opened' group by u.id having count(i.id) = 0
--> nothing

-- an aggregate is selected
select u.id, count(i.id) from users u left join issues i on i.author_id = u.id group by u.id having count(i.id) = 0
--> nothing

-- not grouped by a key
select u.state from users u left join issues i on i.author_id = u.id group by u.state having count(i.id) = 0
--> nothing

-- an inner join
select u.id from users u join issues i on i.author_id = u.id group by u.id having count(i.id) = 0
--> nothing

-- IS NULL is an anti-join already
select u.id from users u left join issues i on i.author_id = u.id where i.id is null
--> nothing

-- columns that follow from the grouped key
SELECT u.id, u.username, coalesce(u.email, '-') AS email
FROM users u
LEFT JOIN issues i ON i.author_id = u.id
WHERE u.state = 'active'
GROUP BY u.id
HAVING count(i.id) = 0
ORDER BY u.username
--> counted-to-not-exists (antijoin-by-aggregate)
--> SELECT u.id, u.username, coalesce(u.email, '-') AS email
--> FROM users u
--> WHERE u.state = 'active' AND NOT EXISTS (SELECT 1 FROM issues i WHERE i.author_id = u.id)
--> ORDER BY u.username
-->   if users.id is grouped by and unique, so each group is one row
-->   if issues.id is never NULL in a match
-->   same 2 rows

-- all columns of the grouped table
select u.* from users u left join issues i on i.author_id = u.id group by u.id having count(i.id) = 0 order by lower(u.username)
--> counted-to-not-exists (antijoin-by-aggregate)
--> select u.* from users u where not exists (select 1 from issues i where i.author_id = u.id) order by lower(u.username)
-->   if users.id is grouped by and unique, so each group is one row
-->   if issues.id is never NULL in a match
-->   same 6 rows

-- a group over all groups
select u.id, u.state from users u left join issues i on i.author_id = u.id group by u.id, rollup (u.state) having count(i.id) = 0
--> nothing

-- a window over the groups
select u.id, rank() over (order by u.email) from users u left join issues i on i.author_id = u.id group by u.id having count(i.id) = 0
--> nothing
