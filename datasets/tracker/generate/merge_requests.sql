truncate merge_requests;
insert into merge_requests
select i, project_id,
       row_number() over (partition by project_id order by i),
       author_id, issue_id, reviewer_ids, title, description, state, draft, source_branch, target_branch, additions, deletions,
       case when state = 'merged' then generator.commit(i, 720) end,
       metadata, created_at,
       coalesce(finished_at, least(generator.the_end(), created_at + generator.seconds(generator.skewed(generator.hash(i, 716), 24)))),
       case when state = 'merged' then finished_at end,
       case when (h1 >> 30) & 63 = 0 then least(generator.the_end(), created_at + generator.seconds(generator.pick(h1 >> 36, 9000000))) end
from (
    select i, h1, project_id, created_at, finished_at,
           generator.zipf(generator.hash(i, 704), generator.users()) as author_id,
           case when h1 & 1 = 0 then generator.recent(generator.hash(i, 705), i, generator.merge_requests(), generator.issues()) end as issue_id,
           case (h1 >> 1) & 3
               when 0 then '{}'::bigint[]
               when 1 then array[generator.zipf(generator.hash(i, 706), generator.users()), generator.zipf(generator.hash(i, 707), generator.users())]
               else array[generator.zipf(generator.hash(i, 706), generator.users())]
           end as reviewer_ids,
           'Fix: ' || generator.clause(generator.hash(i, 708)) as title,
           generator.sentence(generator.hash(i, 709)) || generator.sentence(generator.hash(i, 710))
               || case when (h1 >> 3) & 1 = 0 then generator.sentence(generator.hash(i, 711)) else '' end as description,
           case when finished_at is null then case when (h1 >> 4) & 255 = 0 then 'locked' else 'opened' end
                when (h1 >> 12) & 7 = 0 then 'closed' else 'merged' end as state,
           finished_at is null and (h1 >> 16) & 3 = 0 as draft,
           generator.noun(h1 >> 18) || '-' || generator.noun(h1 >> 24) || '-' || i as source_branch,
           case when (h1 >> 40) & 15 = 0 then 'stable' else 'main' end as target_branch,
           generator.skewed(generator.hash(i, 712), 13) as additions,
           generator.skewed(generator.hash(i, 713), 12) as deletions,
           jsonb_build_object('squash', (h1 >> 44) & 1 = 0, 'approvals', (h1 >> 45) & 3,
                              'labels', jsonb_build_array(generator.noun(h1 >> 48), generator.noun(h1 >> 52))) as metadata
    from (
        select i, h1, project_id, created_at,
               case when (h1 >> 50) & 31 <> 0 and created_at + lifetime < generator.the_end() then created_at + lifetime end as finished_at
        from (
            select i,
                   generator.hash(i, 702) as h1,
                   generator.project_of_merge_request(i) as project_id,
                   generator.worked(generator.hash(i, 703), i, generator.merge_requests()) as created_at,
                   generator.seconds(300 + generator.skewed(generator.hash(i, 714), 23)) as lifetime
            from generate_series(1, generator.merge_requests()) as i
            offset 0
        ) as drawn
        offset 0
    ) as timed
    offset 0
) as merge_request
order by i;
