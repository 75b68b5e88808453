-- date() of a timestamptz across the change to summer time
select id from events where date(happened) = '2024-03-31' order by id;
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= '2024-03-31' and happened < '2024-04-01' order by id
-->   if a day is all moments from its beginning until the next one
-->   same 46 rows

-- a cast of a timestamp, the constant on the left
select id from events where date '2024-03-31' = noted::date;
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where noted >= '2024-03-31' and noted < '2024-04-01'
-->   if a day is all moments from its beginning until the next one
-->   same 49 rows

-- a cast compared with a parameter with 2024-10-27
select id from events e
 -- the day of the change
 where e.happened::date = $1 /* day */ and e.rank is not null
 order by e.id;
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events e
-->  -- the day of the change
-->  where e.happened >= $1::date and e.happened < $1::date + 1 /* day */ and e.rank is not null
-->  order by e.id
-->   if a day is all moments from its beginning until the next one
-->   same 48 rows

-- cast() between two days
select count(*) from events where cast(happened as date) between '2024-03-30' and '2024-03-31';
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select count(*) from events where happened >= '2024-03-30' and happened < '2024-04-01'
-->   if a day is all moments from its beginning until the next one
-->   same 1 rows

-- between parameters with 2024-03-30, 2024-04-01
select id from events where happened::date between $1 and $2::date;
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= $1::date and happened < $2::date + 1
-->   if a day is all moments from its beginning until the next one
-->   same 58 rows

-- later than a day, up to a day
select id from events where noted::date > '2024-02-29' and noted::date <= '2024-03-31';
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where noted >= '2024-03-01' and noted < '2024-04-01'
-->   if a day is all moments from its beginning until the next one
-->   same 80 rows

-- from a day on, before a day
select id from events where happened::date >= '2024-02-29' and happened::date < '2024-10-27';
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= '2024-02-29' and happened < '2024-10-27'
-->   if a day is all moments from its beginning until the next one
-->   same 131 rows

-- a list of days, some next to each other
select id from events where happened::date in ('2024-03-31', '2024-03-30', '2024-10-27');
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where (happened >= '2024-03-30' and happened < '2024-04-01' or happened >= '2024-10-27' and happened < '2024-10-28')
-->   if a day is all moments from its beginning until the next one
-->   same 98 rows

-- today and yesterday
select id from events where happened::date = current_date or happened::date = current_date - 1;
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= current_date and happened < current_date + 1 or happened >= current_date - 1 and happened < current_date - 1 + 1
-->   if a day is all moments from its beginning until the next one
-->   same rows

-- the last days counted from now
select id from events where happened::date >= now() - interval '3 days' and happened::date <= now();
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened::date >= now() - interval '3 days' and happened < now()::date + 1
-->   if a day is all moments from its beginning until the next one
-->   same rows
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= (now() - interval '3 days')::date + 1 and happened < now()::date + 1
-->   if a day is all moments from its beginning until the next one
-->   but equal unless the value is exactly the beginning of a day
-->   rows that may differ

-- later than a moment is exact
select id from events where happened::date > now() - interval '3 days';
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= (now() - interval '3 days')::date + 1
-->   if a day is all moments from its beginning until the next one
-->   same rows

-- a day of now
select id from events where happened::date = (now() - interval '1 day')::date;
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= (now() - interval '1 day')::date and happened < (now() - interval '1 day')::date + 1
-->   if a day is all moments from its beginning until the next one
-->   same rows

-- equal to a moment: nothing
select id from events where happened::date = now();
--> nothing

-- the start of the day compared with that of today
select id from events where date_trunc('day', happened) = date_trunc('day', now());
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= date_trunc('day', now()) and happened < date_trunc('day', now()) + interval '1 day'
-->   if a day is all moments from its beginning until the next one
-->   same rows

-- the start of the day, a parameter with 2024-10-27 00:00+02
select id from events where date_trunc('day', happened) = $1;
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= $1::timestamptz and happened < $1::timestamptz + interval '1 day'
-->   if a day is all moments from its beginning until the next one
-->   but equal where the value is the beginning of a day, as date_trunc gives it
-->   same 50 rows

-- the months of a timestamp and of a date
select id from events where date_trunc('month', noted) = '2024-03-01' and date_trunc('month', day) = date '2024-03-01';
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where noted >= '2024-03-01' and noted < '2024-04-01' and day >= '2024-03-01' and day < '2024-04-01'
-->   if a month is all moments from its beginning until the next one
-->   same 80 rows

-- the last month as a date
select id from events where date_trunc('month', happened)::date = date_trunc('month', '2024-03-15'::date)::date or rank = 4;
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= date_trunc('month', '2024-03-15'::date)::date and happened < date_trunc('month', '2024-03-15'::date)::date + interval '1 month' or rank = 4
-->   if a month is all moments from its beginning until the next one
-->   same 86 rows
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id from events where date_trunc('month', happened)::date = date_trunc('month', '2024-03-15'::date)::date
--> union all
--> select id from events where rank = 4 and (date_trunc('month', happened)::date = date_trunc('month', '2024-03-15'::date)::date) is not true
-->   if each part leaves out what the ones before it gave
-->   same 86 rows

-- a literal that begins no month: nothing
select id from events where date_trunc('month', happened) = '2024-03-15';
--> nothing

-- this year and later
select id from events where date_trunc('year', happened) >= date_trunc('year', now()) - interval '1 year';
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= date_trunc('year', now()) - interval '1 year'
-->   if a year is all moments from its beginning until the next one
-->   same rows

-- hours of a timestamptz when the clocks go back
select id from events where date_trunc('hour', happened) = '2024-10-27 02:00';
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= '2024-10-27 02:00:00' and happened < timestamptz '2024-10-27 02:00:00' + interval '1 hour'
-->   if an hour is all moments from its beginning until the next one
-->   same 2 rows

-- weeks from a Monday
select id from events where date_trunc('week', happened) = '2024-03-25';
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= '2024-03-25' and happened < '2024-04-01'
-->   if a week is all moments from its beginning until the next one
-->   same 48 rows

-- the year as a number
select id from events where extract(year from happened) = 2024 and date_part('year', noted) >= 2024;
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= '2024-01-01' and happened < '2025-01-01' and noted >= '2024-01-01'
-->   if a year is all moments from its beginning until the next one
-->   same 227 rows

-- the year, a parameter with 2024
select id from events where extract(year from happened) = $1;
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= make_date($1::int, 1, 1) and happened < make_date($1::int + 1, 1, 1)
-->   if a year is all moments from its beginning until the next one
-->   but the value must be a whole year
-->   same 228 rows

-- a year and its month
select id from events where rank > 3 and extract(month from happened) = 12 and extract(year from happened) = 2023;
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where rank > 3 and happened < '2024-01-01' and happened >= '2023-12-01'
-->   if a month is all moments from its beginning until the next one
-->   same 20 rows

-- a year and its month as parameters with 2024, 3
select id from events where extract(year from day) = $1 and extract(month from day) = $2;
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where day >= make_date($1::int, $2::int, 1) and day < make_date($1::int, $2::int, 1) + interval '1 month'
-->   if a month is all moments from its beginning until the next one
-->   but the values must be a whole year and a month from 1 to 12
-->   same 81 rows

-- a month of any year: nothing
select id from events where extract(month from happened) = 3;
--> nothing

-- a year or a month are two things
select id from events where extract(month from happened) = 3 or extract(year from happened) = 2023;
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where extract(month from happened) = 3 or happened >= '2023-01-01' and happened < '2024-01-01'
-->   if a year is all moments from its beginning until the next one
-->   same 103 rows

-- to_char by month and by day
select id from events where to_char(happened, 'YYYY-MM') = '2024-03' or to_char(noted, 'YYYY-MM-DD') = '2024-10-27';
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= '2024-03-01' and happened < '2024-04-01' or noted >= '2024-10-27' and noted < '2024-10-28'
-->   if a month is all moments from its beginning until the next one
-->   if a day is all moments from its beginning until the next one
-->   same 125 rows
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id from events where to_char(happened, 'YYYY-MM') = '2024-03'
--> union all
--> select id from events where to_char(noted, 'YYYY-MM-DD') = '2024-10-27' and (to_char(happened, 'YYYY-MM') = '2024-03') is not true
-->   if each part leaves out what the ones before it gave
-->   same 125 rows

-- other forms of to_char
select id from events where to_char(happened, 'YYYYMMDD') = '20240331' or to_char(noted, 'DD.MM.YYYY') = '27.10.2024' or to_char(noted, 'MM/YYYY') = '12/2023';
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= '2024-03-31' and happened < '2024-04-01' or noted >= '2024-10-27' and noted < '2024-10-28' or noted >= '2023-12-01' and noted < '2024-01-01'
-->   if a day is all moments from its beginning until the next one
-->   if a month is all moments from its beginning until the next one
-->   same 120 rows
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id from events where to_char(happened, 'YYYYMMDD') = '20240331'
--> union all
--> select id from events where to_char(noted, 'DD.MM.YYYY') = '27.10.2024' and (to_char(happened, 'YYYYMMDD') = '20240331') is not true
--> union all
--> select id from events where to_char(noted, 'MM/YYYY') = '12/2023' and (to_char(happened, 'YYYYMMDD') = '20240331') is not true and (to_char(noted, 'DD.MM.YYYY') = '27.10.2024') is not true
-->   if each part leaves out what the ones before it gave
-->   same 120 rows

-- a form of to_char in which texts do not sort as days: nothing
select id from events where to_char(happened, 'DD.MM.YYYY') > '31.03.2024';
--> nothing

-- a text that to_char never gives: nothing
select id from events where to_char(happened, 'YYYY-MM-DD') = '2024-3-31';
--> nothing

-- the text of a moment and a pattern
select id from events where happened::text like '2024-03-31%' or cast(noted as text) like '2023-12-%' or day::text like '2024%';
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index, missing-trigram-index, missing-pattern-ops-index)
--> select id from events where happened >= '2024-03-31' and happened < '2024-04-01' or noted >= '2023-12-01' and noted < '2024-01-01' or day >= '2024-01-01' and day < '2025-01-01'
-->   but equal where DateStyle writes dates as ISO does, as it does unless it is set to another
-->   same 229 rows
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id from events where happened::text like '2024-03-31%'
--> union all
--> select id from events where cast(noted as text) like '2023-12-%' and (happened::text like '2024-03-31%') is not true
--> union all
--> select id from events where day::text like '2024%' and (happened::text like '2024-03-31%') is not true and (cast(noted as text) like '2023-12-%') is not true
-->   if each part leaves out what the ones before it gave
-->   same 229 rows

-- another pattern of the text: nothing
select id from events where happened::text like '2024-03-31 1%' or happened::text not like '2024%' or happened::text like '%2024';
--> nothing

-- date() of now
select id from events where date(happened) = date(now());
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= date(now()) and happened < date(now()) + 1
-->   if a day is all moments from its beginning until the next one
-->   same rows
