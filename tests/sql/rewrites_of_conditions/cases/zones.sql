-- a day in another zone, on the day of its change
select id from events where (happened at time zone 'America/New_York')::date = '2024-11-03' order by id;
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= timestamp '2024-11-03' at time zone 'America/New_York' and happened < timestamp '2024-11-04' at time zone 'America/New_York' order by id
-->   if a day is all moments from its beginning until the next one
-->   same 11 rows

-- a day in another zone as a parameter with 2024-11-03
SELECT e.id FROM events e WHERE date_trunc('day', e.happened AT TIME ZONE 'America/New_York') = $1::timestamp AND e.rank > 0;
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> SELECT e.id FROM events e WHERE e.happened >= $1::timestamp AT TIME ZONE 'America/New_York' AND e.happened < ($1::timestamp + INTERVAL '1 day') AT TIME ZONE 'America/New_York' AND e.rank > 0
-->   if a day is all moments from its beginning until the next one
-->   but equal where the value is the beginning of a day, as date_trunc gives it
-->   same 11 rows

-- the zone given to a function, up to a day with 2024-11-03
select id from events where date(timezone('America/New_York', happened)) <= $1;
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened < ($1::date + 1)::timestamp at time zone 'America/New_York'
-->   if a day is all moments from its beginning until the next one
-->   same 251 rows

-- days of a zone whose clocks go back across midnight
select id from events where (happened at time zone 'America/Havana')::date = '2024-11-03';
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= timestamp '2024-11-03' at time zone 'America/Havana' and happened < timestamp '2024-11-04' at time zone 'America/Havana'
-->   if a day is all moments from its beginning until the next one
-->   but the time zone America/Havana has put its clocks back across midnight; the hour that came twice then counts to another day
-->   9 rows instead of 11

-- the session's own day of a timestamp kept in UTC
select id from events where (noted at time zone 'UTC')::date = '2024-03-31';
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where noted >= timestamptz '2024-03-31' at time zone 'UTC' and noted < timestamptz '2024-04-01' at time zone 'UTC'
-->   if a day is all moments from its beginning until the next one
-->   same 46 rows

-- a timestamp kept in UTC seen in Paris with 2024-10-27
select id from events where (noted at time zone 'UTC' at time zone 'Europe/Paris')::date = $1::date;
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where noted >= $1::date::timestamp at time zone 'Europe/Paris' at time zone 'UTC' and noted < ($1::date + 1)::timestamp at time zone 'Europe/Paris' at time zone 'UTC'
-->   if a day is all moments from its beginning until the next one
-->   same 50 rows

-- a timestamp kept in a zone with clock changes: nothing
select id from events where (noted at time zone 'Europe/Paris')::date = '2024-03-31';
--> nothing

-- hours of a zone with clock changes: nothing
select id from events where date_trunc('hour', happened at time zone 'America/New_York') = '2024-11-03 01:00';
--> nothing

-- hours in UTC
select id from events where date_trunc('hour', happened at time zone 'UTC') = '2024-11-03 05:00';
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= timestamp '2024-11-03 05:00:00' at time zone 'UTC' and happened < timestamp '2024-11-03 06:00:00' at time zone 'UTC'
-->   if an hour is all moments from its beginning until the next one
-->   same 2 rows

-- a month and a year in UTC
select id from events where to_char(happened at time zone 'UTC', 'YYYY-MM') = '2023-12' or extract(year from happened at time zone 'UTC') = 2025;
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= timestamp '2023-12-01' at time zone 'UTC' and happened < timestamp '2024-01-01' at time zone 'UTC' or happened >= timestamp '2025-01-01' at time zone 'UTC' and happened < timestamp '2026-01-01' at time zone 'UTC'
-->   if a month is all moments from its beginning until the next one
-->   if a year is all moments from its beginning until the next one
-->   same 37 rows

-- today in a zone
select id from events where (happened at time zone 'Asia/Tokyo')::date = (now() at time zone 'Asia/Tokyo')::date;
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= (now() at time zone 'Asia/Tokyo')::date::timestamp at time zone 'Asia/Tokyo' and happened < ((now() at time zone 'Asia/Tokyo')::date + 1)::timestamp at time zone 'Asia/Tokyo'
-->   if a day is all moments from its beginning until the next one
-->   same rows

-- the start of today in a zone
select id from events where date_trunc('day', happened at time zone 'Asia/Tokyo') >= date_trunc('day', now() at time zone 'Asia/Tokyo') - interval '2 days';
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= (date_trunc('day', now() at time zone 'Asia/Tokyo') - interval '2 days')::timestamp at time zone 'Asia/Tokyo'
-->   if a day is all moments from its beginning until the next one
-->   same rows

-- the zone is a column: nothing
select e.id from events e join customers c on c.id = e.customer_id where (e.happened at time zone c.zone)::date = '2024-03-31';
--> nothing

-- a day of a partitioned table
select count(*) from logged where at::date = '2024-04-30';
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index, partition-pruning-defeated)
--> select count(*) from logged where at >= '2024-04-30' and at < '2024-05-01'
-->   if a day is all moments from its beginning until the next one
-->   same 1 rows

-- a month of a partitioned table in UTC with 2024-05-01
select count(*) from logged where date_trunc('month', at at time zone 'UTC') = date_trunc('month', $1::timestamp);
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index, partition-pruning-defeated)
--> select count(*) from logged where at >= date_trunc('month', $1::timestamp)::timestamp at time zone 'UTC' and at < (date_trunc('month', $1::timestamp)::timestamp + interval '1 month') at time zone 'UTC'
-->   if a month is all moments from its beginning until the next one
-->   same 1 rows
