-- title: Notes per hour of one day in Berlin
-- wrong: the index on created_at cannot serve the converted value, so all its entries are read for one day's.
-- cure: rewrite: convert the day's two ends instead of the column; a few blocks are read.
-- finding: timezone-cast-filter
-- try: select date_trunc('hour', created_at at time zone 'Europe/Berlin') as hour, count(*)
--   from notes
--   where created_at >= timestamp '2025-03-14' at time zone 'Europe/Berlin'
--     and created_at < timestamp '2025-03-15' at time zone 'Europe/Berlin'
--   group by 1
--   order by 1
select date_trunc('hour', created_at at time zone 'Europe/Berlin') as hour, count(*)
from notes
where (created_at at time zone 'Europe/Berlin')::date = '2025-03-14'
group by 1
order by 1;
