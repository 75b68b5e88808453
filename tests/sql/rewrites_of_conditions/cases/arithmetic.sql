-- plus, minus and from the other side
select id from events where id + 5 > 100 and 300 >= id - 20 and 10 - rank < 5 and -rank <= -1;
--> arithmetic-to-constant (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where id > 95 and id <= 320 and rank > 5 and rank >= 1
-->   same 148 rows

-- products
select id from events where rank * 2 = 10 or rank * 7 > 120 or 3 * rank <= 8 or rank * 5 < 12;
--> arithmetic-to-constant (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where rank = 5 or rank > 17 or rank <= 2 or rank < 3
-->   same 99 rows

-- a product that is never reached: nothing
select id from events where rank * 2 = 11;
--> nothing

-- a quotient of integers
select id from events where id / 100 = 1 or id / 50 > 4 or id / 7 < 2;
--> arithmetic-to-constant (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where id >= 100 and id < 200 or id >= 250 or id < 14
-->   same 157 rows

-- a quotient that may be zero: nothing
select id from events where id / 100 = 0;
--> nothing

-- a decimal: nothing
select id from events where amount * 2 = 10 and rank + 0.5 > 3;
--> nothing

-- a remainder: nothing
select id from events where id % 10 = 3;
--> nothing

-- hours after a moment
select id from events where happened + interval '36 hours' > now() and happened - interval '2 hours' < current_timestamp;
--> arithmetic-to-constant (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened > now() - interval '36 hours' and happened < current_timestamp + interval '2 hours'
-->   same rows

-- days after a moment
select id from events where noted + interval '200 days' > localtimestamp order by id;
--> arithmetic-to-constant (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where noted > localtimestamp - interval '200 days' order by id
-->   same 27 rows

-- days after a moment with a zone
select id from events where happened + interval '1 day' > now() - interval '1 day';
--> arithmetic-to-constant (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened > now() - interval '1 day' - interval '1 day'
-->   but on days when the clocks change, moments up to an hour from the bound may fall on the other side
-->   rows that may differ

-- hours after a moment without a zone compared with one that has it
select id from events where noted + interval '3 hours' > now();
--> arithmetic-to-constant (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where noted > now() - interval '3 hours'
-->   but on days when the clocks change, moments up to an hour from the bound may fall on the other side
-->   rows that may differ

-- months: nothing
select id from events where happened + interval '1 month' > now();
--> nothing

-- the age in hours and in seconds
select id from events where now() - happened < interval '36 hours' and extract(epoch from (now() - happened)) < 100000;
--> age-to-moment (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened > now() - interval '36 hours' and happened > now() - interval '100000 seconds'
-->   same rows

-- the age in days
select id from events where now() - happened <= '3 days'::interval;
--> age-to-moment (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= now() - '3 days'::interval
-->   but over a change of the clocks a day counts as the calendar's, not as 24 hours
-->   rows that may differ

-- age() counts months: nothing
select id from events where age(happened) < interval '3 days';
--> nothing

-- days between dates
select id from events where current_date - day <= 30 or day + 2 > current_date;
--> columns-stand-alone (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where day >= current_date - 30 or day > current_date - 2
-->   same rows

-- two columns: nothing
select id from events where id + rank > 100;
--> nothing

-- NULL taken for a text
select id from events where coalesce(kind, 'none') = 'kind 1' or coalesce(kind, 'none') = 'none';
--> coalesce-to-column (function-on-column, expression-no-statistics, missing-expression-index, late-filter)
--> select id from events where kind = 'kind 1' or (kind = 'none' or kind is null)
-->   if a NULL in kind counts as 'none'
-->   same 97 rows

-- NULL taken for a number
select id from events where coalesce(rank, 0) > 15 and coalesce(rank, 100) >= 20 and coalesce(rank, -1) <> 3;
--> coalesce-to-column (function-on-column, expression-no-statistics, missing-expression-index, late-filter)
--> select id from events where rank > 15 and (rank >= 20 or rank is null) and coalesce(rank, -1) <> 3
-->   if a NULL in rank counts as 0
-->   if a NULL in rank counts as 100
-->   same 36 rows

-- NULL taken for a text, a parameter with kind 2
select id from events where coalesce(kind, '') = $1;
--> coalesce-to-column (function-on-column, expression-no-statistics, missing-expression-index, late-filter)
--> select id from events where kind = $1
-->   if a NULL in kind counts as ''
-->   but equal unless the value is '', which found NULLs before
-->   same 49 rows

-- NULL taken for the end of time
select id from events where coalesce(happened, 'infinity') > now() and coalesce(day, '-infinity'::date) < current_date + 9;
--> coalesce-to-column (function-on-column, expression-no-statistics, missing-expression-index, late-filter)
--> select id from events where (happened > now() or happened is null) and (day < current_date + 9 or day is null)
-->   if a NULL in happened counts as 'infinity'
-->   if a NULL in day counts as CAST('-infinity' AS DATE)
-->   same rows

-- NULL taken for another column: nothing
select id from events where coalesce(kind, tag::text) = 'kind 1';
--> nothing

-- NULL taken for a moment: nothing
select id from events where coalesce(happened, '2024-01-01') = '2024-01-01 00:00+01';
--> nothing

-- a flag that may be NULL
select id from flags where coalesce(done, false) and not coalesce(hidden, false);
--> coalesce-to-column (function-on-column, expression-no-statistics, missing-expression-index, late-filter)
--> select id from flags where done and hidden is not true
-->   if a NULL in done counts as FALSE
-->   if a NULL in hidden counts as FALSE
-->   same 2 rows

-- a flag compared with a constant
select id from flags where coalesce(done, false) = false or coalesce(hidden, true) = true or coalesce(done, true) = false;
--> coalesce-to-column (function-on-column, expression-no-statistics, missing-expression-index, late-filter)
--> select id from flags where done is not true or hidden is not false or not done
-->   if a NULL in done counts as FALSE
-->   if a NULL in hidden counts as TRUE
-->   if a NULL in done counts as TRUE
-->   same 8 rows
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id from flags where coalesce(done, false) = false
--> union all
--> select id from flags where coalesce(hidden, true) = true and (coalesce(done, false) = false) is not true
--> union all
--> select id from flags where coalesce(done, true) = false and (coalesce(done, false) = false) is not true and (coalesce(hidden, true) = true) is not true
-->   if each part leaves out what the ones before it gave
-->   same 8 rows

-- days from a moment to today
select id from events where current_date - happened::date <= 2 and current_date - date(noted) < 3;
--> age-to-moment (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened >= current_date - 2 and noted >= current_date - 2
-->   same rows

-- days from today back to a moment
select count(*) from events where current_date - happened::date > 0 and current_date - happened::date >= 1;
--> age-to-moment (function-on-column, expression-no-statistics, missing-expression-index)
--> select count(*) from events where happened < current_date and happened < current_date
-->   same rows

-- whole days of an age
select id from events where extract(day from now() - happened) < 3 and date_part('day', now() - noted) >= 1;
--> age-to-moment (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened > now() - interval '3 days' and noted <= now() - interval '1 days'
-->   but over a change of the clocks a day counts as the calendar's, not as 24 hours
-->   rows that may differ

-- seconds since 1970
select id from events where extract(epoch from happened) > 1711800000 and extract(epoch from noted) <= 1711843200;
--> age-to-moment (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened > to_timestamp(1711800000) and noted <= to_timestamp(1711843200) at time zone 'UTC'
-->   same 5 rows

-- rounded down
select id from events where floor(amount) = 4 or floor(amount) > 30;
--> arithmetic-to-constant (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where amount >= 4 and amount < 5 or amount >= 31
-->   same 54 rows

-- equal or both NULL
select id from events where kind is not distinct from 'kind 2' and customer_id is not distinct from 16;
--> not-distinct-to-equal (missing-index-filter, function-on-column)
--> select id from events where kind = 'kind 2' and customer_id = 16
-->   if the value is not NULL
-->   same 2 rows

-- equal or both NULL, a parameter with 8
select id from events where rank is not distinct from $1;
--> not-distinct-to-equal (missing-index-filter, function-on-column)
--> select id from events where (rank = $1 or rank is null and $1 is null)
-->   if a NULL as value finds the rows where rank is NULL
-->   same 13 rows

-- distinct, and not distinct from another column, taken apart only
select id from events where kind is distinct from 'kind 2' or kind is not distinct from labels[1];
--> or-to-union-all (or-across-tables, or-across-columns, order-by-limit-wrong-index, late-filter)
--> select id from events where kind is distinct from 'kind 2'
--> union all
--> select id from events where kind is not distinct from labels[1] and (kind is distinct from 'kind 2') is not true
-->   if each part leaves out what the ones before it gave
-->   same 244 rows

-- days after a written moment
select id from events where happened + interval '30 days' > timestamptz '2024-10-15 12:00+00';
--> arithmetic-to-constant (function-on-column, expression-no-statistics, missing-expression-index)
--> select id from events where happened > timestamptz '2024-10-15 12:00+00' - interval '30 days'
-->   but on days when the clocks change, moments up to an hour from the bound may fall on the other side
-->   same 121 rows
