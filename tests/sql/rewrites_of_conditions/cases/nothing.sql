-- under NOT
select id from events where not (date(happened) = '2024-03-31');
--> nothing

-- inside CASE
select id from events where case when date(happened) = '2024-03-31' then true else rank > 3 end;
--> nothing

-- in the select list
select date(happened) = '2024-03-31' from events;
--> nothing

-- a filter of an aggregate
select count(*) filter (where date(happened) = '2024-03-31') from events;
--> nothing

-- a group's condition
select date(happened), count(*) from events group by 1 having date(happened) = '2024-03-31';
--> nothing

-- a volatile value
select id from events where happened::date = current_date - (random() * 3)::int;
--> nothing

-- another column
select id from events where happened::date = day;
--> nothing

-- a subquery
select id from events where happened::date = (select max(day) from events);
--> nothing

-- a date is a day already
select id from events where day = '2024-03-31' and day::date = '2024-03-31';
--> nothing

-- a text
select id from events where kind::date = '2024-03-31';
--> nothing

-- an unknown table
select id from elsewhere where happened::date = '2024-03-31';
--> nothing

-- unequal
select id from events where date(happened) <> '2024-03-31';
--> nothing

-- a null-safe comparison
select id from events where date(happened) is distinct from '2024-03-31';
--> nothing

-- a truth value of a condition
select id from events where (date(happened) = '2024-03-31') is not true;
--> nothing

-- the month of a day
select id from events where date_trunc('month', happened) = current_date;
--> nothing

-- seconds
select id from events where date_trunc('second', happened) = '2024-03-31 12:00:00';
--> nothing

-- date_trunc in a zone of its own
select id from events where date_trunc('day', happened, 'America/New_York') = '2024-11-03';
--> nothing

-- a symmetric range
select id from events where happened::date between symmetric '2024-04-01' and '2024-03-31';
--> nothing

-- any of an array of days with {2024-03-31}
select id from events where happened::date = any($1::date[]);
--> nothing

-- an optional filter with 3
select id from events where ($1::int is null or rank = $1);
--> nothing

-- a plain search
select id from events where happened >= '2024-03-31' and happened < '2024-04-01' and customer_id = 3 and kind = 'kind 1' and labels @> array['l1'];
--> nothing

-- a merge
merge into events e using customers c on e.customer_id = c.id and e.happened::date = '2024-03-31' when matched then do nothing;
--> nothing
