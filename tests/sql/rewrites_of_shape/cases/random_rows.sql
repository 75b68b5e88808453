-- ten of many
select e.id, e.name from events e where e.id > 20 order by random() limit 10
--> random-rows-to-sample (order-by-random)
--> select e.id, e.name from events e tablesample system (8) where e.id > 20 order by random() limit 10
-->   but the rows are taken from a few pages of the table: neighbours come together, and other rows than before
-->   but the share has to grow with the number of rows wanted, and shrink as the table grows
-->   but where the filter keeps few rows, fewer than wanted may be found
-->   other rows

-- of a small table
select * from labels order by random() limit 3
--> nothing

-- ordered by more
select * from events order by random(), id limit 3
--> nothing

-- how many is a parameter, with 3
select * from events order by random() limit $1
--> nothing

-- of a join
select e.id from events e join users u on u.id = e.id order by random() limit 3
--> nothing
