-- the order ends in the key
select id, title, state
from issues
where state = 'opened'
order by created_at desc, id desc
limit 10 offset 40
--> offset-to-keyset (offset-pagination)
--> select id, title, state
--> from issues
--> where state = 'opened'
-->   and (created_at, id) < ($1, $2)
--> order by created_at desc, id desc
--> limit 10
-->   values: select created_at, id
-->   values: from issues
-->   values: where state = 'opened'
-->   values: order by created_at desc, id desc
-->   values: limit 1 offset 39
-->   if issues.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   same 10 rows
--> rows-of-page-late (offset-pagination)
--> select issues.id, title, state
--> from issues
--> join (
-->   select issues.id
-->   from issues
-->   where state = 'opened'
-->   order by created_at desc, id desc
-->   limit 10 offset 40
--> ) page on page.id = issues.id
--> order by created_at desc, issues.id desc
-->   if issues.id is unique, so the join repeats no row
-->   same 10 rows

-- by the key alone
SELECT * FROM issues ORDER BY id LIMIT 5 OFFSET 100
--> offset-to-keyset (offset-pagination)
--> SELECT * FROM issues WHERE id > $1 ORDER BY id LIMIT 5
-->   values: SELECT id FROM issues ORDER BY id LIMIT 1 OFFSET 99
-->   if issues.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   same 5 rows
--> rows-of-page-late (offset-pagination)
--> SELECT issues.* FROM issues JOIN (SELECT issues.id FROM issues ORDER BY id LIMIT 5 OFFSET 100) page ON page.id = issues.id ORDER BY issues.id
-->   if issues.id is unique, so the join repeats no row
-->   same 5 rows

-- the key is added, with ties
select id, title, state from issues order by created_at desc limit 10 offset 40
--> offset-to-keyset (offset-pagination)
--> select id, title, state from issues where (created_at, id) < ($1, $2) order by created_at desc, id desc limit 10
-->   values: select created_at, id from issues order by created_at desc, id desc limit 1 offset 39
-->   if issues.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   but rows that tie in the old order now come by id: a page may hold others of them
-->   same 10 rows in another order
--> rows-of-page-late (offset-pagination)
--> select issues.id, title, state from issues join (select issues.id from issues order by created_at desc limit 10 offset 40) page on page.id = issues.id order by created_at desc
-->   if issues.id is unique, so the join repeats no row
-->   but among rows that tie in the order either may be on the page, as before
-->   same 10 rows in another order

-- both ways
select id, title from issues where priority = 1 or priority = 2 order by created_at desc, id limit 10 offset 20
--> offset-to-keyset (offset-pagination)
--> select id, title from issues where (priority = 1 or priority = 2) and created_at <= $1 and (created_at < $1 or id > $2) order by created_at desc, id limit 10
-->   values: select created_at, id from issues where priority = 1 or priority = 2 order by created_at desc, id limit 1 offset 19
-->   if issues.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   same 10 rows
--> rows-of-page-late (offset-pagination)
--> select issues.id, title from issues join (select issues.id from issues where priority = 1 or priority = 2 order by created_at desc, id limit 10 offset 20) page on page.id = issues.id order by created_at desc, issues.id
-->   if issues.id is unique, so the join repeats no row
-->   same 10 rows

-- parameters, with opened, 10
select i.id, i.title from issues i where i.state = $1 order by i.created_at, i.id limit $2 offset 30
--> offset-to-keyset (offset-pagination)
--> select i.id, i.title from issues i where i.state = $1 and (created_at, id) > ($3, $4) order by i.created_at, i.id limit $2
-->   values: select created_at, id from issues i where i.state = $1 order by i.created_at, i.id limit least($2, 1) offset 29
-->   if issues.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   same 10 rows
--> rows-of-page-late (offset-pagination)
--> select i.id, i.title from issues i join (select i.id from issues i where i.state = $1 order by i.created_at, i.id limit $2 offset 30) page on page.id = i.id order by i.created_at, i.id
-->   if issues.id is unique, so the join repeats no row
-->   same 10 rows

-- the offset is a parameter, with 10, 30
select i.id, i.title from issues i order by i.created_at, i.id limit $1 offset $2
--> rows-of-page-late (offset-pagination)
--> select i.id, i.title from issues i join (select i.id from issues i order by i.created_at, i.id limit $1 offset $2) page on page.id = i.id order by i.created_at, i.id
-->   if issues.id is unique, so the join repeats no row
-->   same 10 rows

-- joined with a lookup
select i.id, i.title, p.name from issues i join projects p on p.id = i.project_id order by i.created_at desc, i.id desc limit 10 offset 50
--> offset-to-keyset (offset-pagination)
--> select i.id, i.title, p.name from issues i join projects p on p.id = i.project_id where (i.created_at, i.id) < ($1, $2) order by i.created_at desc, i.id desc limit 10
-->   values: select i.created_at, i.id from issues i join projects p on p.id = i.project_id order by i.created_at desc, i.id desc limit 1 offset 49
-->   if issues.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   same 10 rows

-- joined with an outer lookup
select i.id, i.title, u.username
from issues i
left join users u on u.id = i.author_id
where i.state <> 'locked'
order by i.created_at desc, i.id desc
offset 50 limit 10
--> offset-to-keyset (offset-pagination)
--> select i.id, i.title, u.username
--> from issues i
--> left join users u on u.id = i.author_id
--> where i.state <> 'locked'
-->   and (i.created_at, i.id) < ($1, $2)
--> order by i.created_at desc, i.id desc limit 10
-->   values: select i.created_at, i.id
-->   values: from issues i
-->   values: left join users u on u.id = i.author_id
-->   values: where i.state <> 'locked'
-->   values: order by i.created_at desc, i.id desc
-->   values: offset 49 limit 1
-->   if issues.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   same 10 rows
--> rows-of-page-late (offset-pagination)
--> select i.id, i.title, u.username
--> from issues i
--> join (
-->   select i.id
-->   from issues i
-->   where i.state <> 'locked'
-->   order by i.created_at desc, i.id desc
-->   offset 50 limit 10
--> ) page on page.id = i.id
--> left join users u on u.id = i.author_id
--> order by i.created_at desc, i.id desc
-->   if issues.id is unique, so the join repeats no row
-->   same 10 rows

-- FETCH
select id, title from issues order by id offset 20 rows fetch next 5 rows only
--> offset-to-keyset (offset-pagination)
--> select id, title from issues where id > $1 order by id fetch next 5 rows only
-->   values: select id from issues order by id offset 19 limit 1
-->   if issues.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   same 5 rows
--> rows-of-page-late (offset-pagination)
--> select issues.id, title from issues join (select issues.id from issues order by id offset 20 rows fetch next 5 rows only) page on page.id = issues.id order by issues.id
-->   if issues.id is unique, so the join repeats no row
-->   same 5 rows

-- ordered by an output's name
select id, title, created_at as born from issues order by born, id limit 5 offset 20
--> offset-to-keyset (offset-pagination)
--> select id, title, created_at as born from issues where (created_at, id) > ($1, $2) order by born, id limit 5
-->   values: select created_at, id from issues order by created_at, id limit 1 offset 19
-->   if issues.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   same 5 rows

-- a nullable key
select id, title from issues order by priority, id limit 10 offset 20
--> rows-of-page-late (offset-pagination)
--> select issues.id, title from issues join (select issues.id from issues order by priority, id limit 10 offset 20) page on page.id = issues.id order by priority, issues.id
-->   if issues.id is unique, so the join repeats no row
-->   same 10 rows

-- no order
select id, title from issues limit 10 offset 20
--> nothing

-- nothing is skipped
select id, title from issues order by id limit 10 offset 0
--> nothing

-- by an expression
select id, title from issues order by lower(title), id limit 10 offset 20
--> nothing

-- grouped
select project_id, count(*) from issues group by project_id order by project_id limit 5 offset 5
--> nothing

-- DISTINCT
select distinct project_id from issues order by project_id limit 5 offset 5
--> nothing

-- a join that repeats rows
select i.id, n.body from issues i join notes n on n.issue_id = i.id order by i.id limit 10 offset 20
--> offset-to-keyset (offset-pagination)
--> select i.id, n.body from issues i join notes n on n.issue_id = i.id where (i.id, n.id) > ($1, $2) order by i.id, n.id limit 10
-->   values: select i.id, n.id from issues i join notes n on n.issue_id = i.id order by i.id, n.id limit 1 offset 19
-->   if notes.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   but rows that tie in the old order now come by n.id: a page may hold others of them
-->   same 10 rows

-- numbered rows
select id, row_number() over (order by id) from issues order by id limit 10 offset 20
--> nothing

-- a view
select id, title from open_issues order by id limit 10 offset 20
--> nothing

-- a nullable key that the filter keeps from NULL
select id, title from issues where priority is not null order by priority desc, id desc limit 10 offset 20
--> offset-to-keyset (offset-pagination)
--> select id, title from issues where priority is not null and (priority, id) < ($1, $2) order by priority desc, id desc limit 10
-->   values: select priority, id from issues where priority is not null order by priority desc, id desc limit 1 offset 19
-->   if issues.id is unique, so each row has one place in the order
-->   if no key of the order is NULL in these rows
-->   but callers pass the order keys of the last row they have seen, and cannot jump to a page by its number
-->   same 10 rows
--> rows-of-page-late (offset-pagination)
--> select issues.id, title from issues join (select issues.id from issues where priority is not null order by priority desc, id desc limit 10 offset 20) page on page.id = issues.id order by priority desc, issues.id desc
-->   if issues.id is unique, so the join repeats no row
-->   same 10 rows
