-- between two columns of another table
select l.what, l.at from logged l join events e on l.at between e.happened and e.happened + interval '2 days' where e.kind = 'kind 2' order by l.at, l.what;
--> joined-key-to-bounds (partition-pruning-defeated, late-filter)
--> select l.what, l.at from logged l join events e on l.at between e.happened and e.happened + interval '2 days' where e.kind = 'kind 2' and l.at >= (select min(e.happened) from events e where e.kind = 'kind 2') and l.at <= (select max(e.happened + interval '2 days') from events e where e.kind = 'kind 2') order by l.at, l.what
-->   if the bounds follow from the join
-->   same 70 rows

-- equal to a column, the table first
select count(*) from events e join logged l on e.happened = l.at where e.kind = 'kind 2' and l.what = 'w1';
--> joined-key-to-bounds (partition-pruning-defeated, late-filter)
--> select count(*) from events e join logged l on e.happened = l.at where e.kind = 'kind 2' and l.what = 'w1' and l.at >= (select min(e.happened) from events e where e.kind = 'kind 2') and l.at <= (select max(e.happened) from events e where e.kind = 'kind 2')
-->   if the bounds follow from the join
-->   same 1 rows

-- in WHERE, from below only
select count(*) from logged, events as e where logged.at > e.happened and e.id = 70;
--> joined-key-to-bounds (partition-pruning-defeated, late-filter)
--> select count(*) from logged, events as e where logged.at > e.happened and e.id = 70 and logged.at > (select min(e.happened) from events as e where e.id = 70)
-->   if the bounds follow from the join
-->   same 1 rows

-- nothing is asked of the other table: nothing
select count(*) from logged l join events e on l.at = e.happened;
--> nothing

-- an outer join
select count(*) from events e left join logged l on l.at = e.happened where e.id < 50;
--> nothing
