-- one column
update members set level = 'gold' where points >= 0;
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members set level = 'gold' where points >= 0 and level is distinct from 'gold'
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same rows, 30 of 90 written

-- capitals and no condition
UPDATE members SET level = 'gold';
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> UPDATE members SET level = 'gold' WHERE level IS DISTINCT FROM 'gold'
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same rows, 30 of 90 written

-- several columns, one of them set to NULL
update members as m set level = null, points = 3
 where m.id < 60 or m.id = 80;
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members as m set level = null, points = 3
-->  where (m.id < 60 or m.id = 80) and (level, points) is distinct from (null, 3)
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same rows, 57 of 60 written

-- a parameter with gold, 50
update members set level = $1 where id<$2 and points >= 0;
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members set level = $1 where id<$2 and points >= 0 and level is distinct from $1
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same rows, 16 of 49 written

-- lines and comments
update members
set level = 'gold', -- all of them
    since = date '2024-01-02' -- since then
where points > 2 -- those with points
  and id < 80;
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members
--> set level = 'gold', -- all of them
-->     since = date '2024-01-02' -- since then
--> where points > 2 -- those with points
-->   and id < 80
-->   and (level, since) is distinct from ('gold', date '2024-01-02')
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same rows, 35 of 53 written

-- a value of another column, and one that needs parentheses
update members set email = lower(email), points = id % 9 where id < 50;
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members set email = lower(email), points = id % 9 where id < 50 and (email, points) is distinct from (lower(email), (id % 9))
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same rows, 9 of 49 written

-- an own value put in order
update members set email = lower(email);
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members set email = lower(email) where email is distinct from lower(email)
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same rows, 18 of 90 written

-- a numeric value
update members set balance = 1.0 where id < 40;
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members set balance = 1.0 where id < 40 and balance is distinct from 1.0
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   but balance keeps a value that is equal but written differently, as 1.0 for 1.00
-->   other rows, 9 of 39 written

-- odd names
update "Odd Names" set "Is Right" = "Id" > 3 and "Id" < 9, "select" = 'x';
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update "Odd Names" set "Is Right" = "Id" > 3 and "Id" < 9, "select" = 'x' where ("Is Right", "select") is distinct from (("Id" > 3 and "Id" < 9), 'x')
-->   if no trigger on Odd Names sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same rows, 9 of 20 written

-- another table with one row for each
update members set level = l.level from levels l where l.id = members.id;
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members set level = l.level from levels l where l.id = members.id and members.level is distinct from l.level
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same rows, 25 of 60 written

-- another table with several rows for each
update members m set level = l.level, points = 1 from levels l where l.member_id = m.id and l.level = 'gold';
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members m set level = l.level, points = 1 from levels l where l.member_id = m.id and l.level = 'gold' and (m.level, m.points) is distinct from (l.level, 1)
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   but where several rows of l match one row, it may take its values from another of them
-->   same rows, 26 of 30 written

-- values in a list
update members m set points = v.points from (values (1, 1), (2, 5)) v (id, points) where v.id = m.id;
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members m set points = v.points from (values (1, 1), (2, 5)) v (id, points) where v.id = m.id and m.points is distinct from v.points
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   but where several rows of v match one row, it may take its values from another of them
-->   same rows, 1 of 2 written

-- a table under conditions of its own
update members set level = 'gold' where id in (select member_id from levels);
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update members set level = 'gold' where id in (select member_id from levels) and level is distinct from 'gold'
-->   if no trigger on members sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same rows, 10 of 30 written

-- a count that goes up: nothing
update members set points = points + 1 where id < 50;
--> nothing

-- a time beside it: nothing
update members set level = 'gold', changed = now() where id < 50;
--> nothing

-- a default: nothing
update members set level = default where id < 50;
--> nothing

-- volatile: nothing
update members set level = random()::text where id < 50;
--> nothing

-- a function of the user's own: nothing
update members set level = level_of(id) where id < 50;
--> nothing

-- a subquery: nothing
update members set level = (select max(level) from levels l where l.member_id = members.id) where id < 30;
--> nothing

-- rows that are given back: nothing
update members set level = 'gold' where id < 50 returning id;
--> nothing

-- a type without equality: nothing
update members set meta = '{}' where id < 50;
--> nothing

-- a trigger: nothing
update watched set level = 'gold' where id < 5;
--> nothing

-- a condition on the column itself: nothing
update members set level = 'gold' where level = 'none';
--> nothing

-- guarded already: nothing
update members set level = 'gold' where id < 50 and level is distinct from 'gold';
--> nothing

-- guarded already by a negation: nothing
update members set level = 'gold' where id < 50 and not (level = 'gold');
--> nothing

-- the column itself: nothing
update members set level = level where id < 50;
--> nothing

-- no update: nothing
delete from members where id < 50;
--> nothing
