-- a day by date()
select id from moments where date(at) = '2026-01-02'
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= '2026-01-02' and at < '2026-01-03'
-->   if a day is all moments from its beginning until the next one
-->   same 79 rows

-- a day by a cast
select m.id, m.at from moments m where m.at::date = date '2026-01-02' and m.room = 1
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select m.id, m.at from moments m where m.at >= '2026-01-02' and m.at < '2026-01-03' and m.room = 1
-->   if a day is all moments from its beginning until the next one
-->   same 19 rows

-- a day by cast() on a time zone column
select id from moments where cast(seen as date) = '2026-03-29'
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where seen >= '2026-03-29' and seen < '2026-03-30'
-->   if a day is all moments from its beginning until the next one
-->   same 165 rows

-- from a day on, and until one
select id from moments where at::date >= '2026-01-02' and seen::date <= '2026-03-30'
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= '2026-01-02' and seen < '2026-03-31'
-->   if a day is all moments from its beginning until the next one
-->   same 271 rows

-- later than a day, earlier than one
select id from moments where at::date > '2026-01-02' or date(seen) < '2026-03-29'
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= '2026-01-03' or seen < '2026-03-29'
-->   if a day is all moments from its beginning until the next one
-->   same 263 rows
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id from moments where at::date > '2026-01-02'
--> union all
--> select id from moments where date(seen) < '2026-03-29' and (at::date > '2026-01-02') is not true
-->   if each part leaves out what the ones before it gave
-->   same 263 rows

-- between two days
select id from moments where at::date between '2026-01-01' and '2026-01-03'
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= '2026-01-01' and at < '2026-01-04'
-->   if a day is all moments from its beginning until the next one
-->   same 237 rows

-- a parameter with 2026-01-02
select id from moments where at::date = $1
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= $1::date and at < $1::date + 1
-->   if a day is all moments from its beginning until the next one
-->   same 79 rows

-- two parameters with 2026-01-01, 2026-01-03
select id from moments where date(at) between $1 and $2
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= $1::date and at < $2::date + 1
-->   if a day is all moments from its beginning until the next one
-->   same 237 rows

-- a month
select id from moments where date_trunc('month', at) = '2026-01-01'
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= '2026-01-01' and at < '2026-02-01'
-->   if a month is all moments from its beginning until the next one
-->   same 396 rows

-- a month that begins on no first
select id from moments where date_trunc('month', at) = '2026-01-02'
--> nothing

-- an hour, turned round
select id from moments where '2026-01-01 03:00' = date_trunc('hour', at)
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= '2026-01-01 03:00:00' and at < '2026-01-01 04:00:00'
-->   if an hour is all moments from its beginning until the next one
-->   same 2 rows

-- a week
select id from moments where date_trunc('week', seen) = timestamptz '2026-03-30'
--> nothing

-- a year by extract
select id from moments where extract(year from at) = 2025
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= '2025-01-01' and at < '2026-01-01'
-->   if a year is all moments from its beginning until the next one
-->   same 14 rows

-- a month by to_char
select id from moments where to_char(at, 'YYYY-MM') = '2026-01'
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= '2026-01-01' and at < '2026-02-01'
-->   if a month is all moments from its beginning until the next one
-->   same 396 rows

-- a day by to_char in another order
select id from moments where to_char(at, 'DD.MM.YYYY') = '01.01.2026'
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= '2026-01-01' and at < '2026-01-02'
-->   if a day is all moments from its beginning until the next one
-->   same 79 rows

-- a day in a time zone across the change to summer time
select id from moments where (seen at time zone 'Europe/Berlin')::date = '2026-03-29'
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where seen >= timestamp '2026-03-29' at time zone 'Europe/Berlin' and seen < timestamp '2026-03-30' at time zone 'Europe/Berlin'
-->   if a day is all moments from its beginning until the next one
-->   same 160 rows

-- an hour in a time zone
select id from moments where date_trunc('day', seen at time zone 'America/New_York') = '2026-03-29'
--> moment-to-range (timezone-cast-filter, cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where seen >= timestamp '2026-03-29' at time zone 'America/New_York' and seen < timestamp '2026-03-30' at time zone 'America/New_York'
-->   if a day is all moments from its beginning until the next one
-->   same 159 rows

-- a month of a day column
select id from moments where date_trunc('month', on_day) = '2026-01-01'
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where on_day >= '2026-01-01' and on_day < '2026-02-01'
-->   if a month is all moments from its beginning until the next one
-->   same 320 rows

-- not a condition that must hold: NOT
select id from moments where not (at::date = '2026-01-02')
--> nothing

-- a condition that is there twice
select id from moments where at::date = '2026-01-02' or (at::date = '2026-01-02' and room = 1)
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= '2026-01-02' and at < '2026-01-03' or (at >= '2026-01-02' and at < '2026-01-03' and room = 1)
-->   if a day is all moments from its beginning until the next one
-->   same 79 rows
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id from moments where at::date = '2026-01-02'
--> union all
--> select id from moments where (at::date = '2026-01-02' and room = 1) and (at::date = '2026-01-02') is not true
-->   if each part leaves out what the ones before it gave
-->   same 79 rows

-- another column's day
select id from moments where at::date = on_day
--> nothing

-- a month of a parameter with 2026-01-01
select id from moments where date_trunc('month', at) = $1
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= $1::timestamp and at < $1::timestamp + interval '1 month'
-->   if a month is all moments from its beginning until the next one
-->   but equal where the value is the beginning of a month, as date_trunc gives it
-->   same 396 rows

-- from the beginning of this month on
select id from moments where date_trunc('month', at) >= date_trunc('month', timestamp '2026-01-20')
--> nothing

-- the last days
select id from moments where at::date >= date '2026-01-03' - 2
--> moment-to-range (cast-on-column, function-on-column, expression-no-statistics, missing-expression-index)
--> select id from moments where at >= date '2026-01-03' - 2
-->   if a day is all moments from its beginning until the next one
-->   same 396 rows

-- an update
update moments set room = 9 where date(at) = '2026-01-02'
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> update moments set room = 9 where at >= '2026-01-02' and at < '2026-01-03'
-->   if a day is all moments from its beginning until the next one
-->   same 79 rows
--> unchanged-rows-left (wal-heavy-write, hot-update-lost)
--> update moments set room = 9 where date(at) = '2026-01-02' and room is distinct from 9
-->   if no trigger on moments sees an UPDATE
-->   but UPDATE reports and locks only the rows that change
-->   same 79 rows

-- quoted names
select "Id" from "Order" where date_trunc('month', "placed at") = '2026-01-01'
--> moment-to-range (function-on-column, expression-no-statistics, missing-expression-index)
--> select "Id" from "Order" where "placed at" >= '2026-01-01' and "placed at" < '2026-02-01'
-->   if a month is all moments from its beginning until the next one
-->   same 80 rows
