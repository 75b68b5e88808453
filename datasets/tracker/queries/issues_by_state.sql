-- title: How many issues are open, how many closed
-- wrong: nothing: the whole table is asked for, so the whole table is read. An index on state or deleted_at would not help.
-- cure: none: reading all issues once is the right plan; count less often or keep a counter if that is too slow.
-- finding: index-not-beneficial
select state, count(*), avg(length(description)) as average_length
from issues
where deleted_at is null
group by state;
