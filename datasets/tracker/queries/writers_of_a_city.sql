-- title: Users of a city who ever wrote a note themselves
-- wrong: the join makes a row for every note, and DISTINCT then removes all but one of each user.
-- cure: rewrite: EXISTS asks for one note and stops there; a third of the blocks is read and no duplicates are made.
-- finding: distinct-hides-fanout
-- try: select u.id, u.username, u.name
--   from users as u
--   where u.city = 'Tokyo'
--     and exists (select from notes as n where n.author_id = u.id and not n.system)
--   order by u.id
select distinct u.id, u.username, u.name
from users as u
join notes as n on n.author_id = u.id
where u.city = 'Tokyo'
  and not n.system
order by u.id;
