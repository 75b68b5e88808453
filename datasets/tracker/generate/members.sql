-- A person is a member of a namespace once; the first row of each pair stays, so ids have gaps.
truncate members;
insert into members
select i, namespace_id, user_id,
       (array[10, 20, 30, 30, 30, 30, 40, 50])[1 + (h & 7)::integer],
       case when (h >> 3) & 15 = 0 then date '2025-07-01' + generator.pick(h >> 8, 400)::integer - 200 end,
       generator.founded(h, i, generator.members())
from (
    select min(i) as i, namespace_id, user_id, generator.hash(min(i), 401) as h
    from (
        select i,
               generator.zipf(generator.hash(i, 402), generator.namespaces()) as namespace_id,
               1 + generator.pick(generator.hash(i, 403), generator.users()) as user_id
        from generate_series(1, generator.members()) as i
        offset 0
    ) as drawn
    group by namespace_id, user_id
) as m
order by i;
