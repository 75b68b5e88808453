-- Mostly on recent issues and merge requests; three in a hundred go to a few endless threads.
truncate notes;
insert into notes
select i,
       case when on_issue then generator.project_of_issue(target_id) else generator.project_of_merge_request(target_id) end,
       generator.zipf(generator.hash(i, 804), generator.users()),
       case when on_issue then target_id end,
       case when not on_issue then target_id end,
       case when (h >> 8) & 7 = 0 then 'Changed the description.'
            else generator.sentence(generator.hash(i, 805))
                || case when (h >> 11) & 1 = 0 then generator.sentence(generator.hash(i, 806)) else '' end
                || case when (h >> 12) & 3 = 0 then generator.sentence(generator.hash(i, 807)) || generator.sentence(generator.hash(i, 808)) else '' end
                || case when (h >> 14) & 63 = 0 then 'See INC-' || 10000 + generator.skewed(generator.hash(i, 809), 16) || '.' else '' end
       end,
       (h >> 8) & 7 = 0,
       created_at,
       case when (h >> 20) & 7 = 0 then least(generator.the_end(), created_at + generator.seconds(generator.skewed(h >> 23, 22))) else created_at end,
       case when (h >> 46) & 31 = 0 then least(generator.the_end(), created_at + generator.seconds(generator.pick(h >> 23, 9000000))) end
from (
    select i, h, on_issue, generator.worked(h, i, generator.notes()) as created_at,
           case when on_issue and h & 31 = 0 then generator.zipf(generator.hash(i, 802), generator.issues())
                when on_issue then generator.recent(generator.hash(i, 802), i, generator.notes(), generator.issues())
                else generator.recent(generator.hash(i, 802), i, generator.notes(), generator.merge_requests()) end as target_id
    from (
        select i, generator.hash(i, 801) as h, generator.hash(i, 803) & 3 <> 0 as on_issue
        from generate_series(1, generator.notes()) as i
        offset 0
    ) as drawn
    offset 0
) as note;
