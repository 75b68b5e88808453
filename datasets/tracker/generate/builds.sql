-- Four builds make a pipeline. Only the newest wait or run; runner 3 and the stage "publish-old" were retired early.
truncate builds;
insert into builds
select i, project_id, pipeline_id, merge_request_id,
       generator.zipf(generator.hash(pipeline_id, 903), generator.users()),
       case when status <> 'pending' then runner_id end,
       (array['compile', 'lint', 'unit tests', 'package'])[1 + (i & 3)::integer],
       case when i & 3 = 3 and i < generator.builds() / 100 then 'publish-old'
            else (array['build', 'check', 'test', 'deploy'])[1 + (i & 3)::integer] end,
       status,
       case when status = 'failed' then
           (array['script', 'runner_timeout', 'out_of_memory', 'runner_lost'])[1 + generator.skewed(generator.hash(i, 905), 2)::integer] end,
       case when merge_request_id is null then case when h & 15 = 0 then 'stable' else 'main' end
            else 'refs/merge-requests/' || merge_request_id end,
       case when merge_request_id is not null and (h >> 4) & 3 = 0 then generator.commit(merge_request_id, 720)
            else generator.commit(pipeline_id, 910) end,
       case when status in ('success', 'failed', 'canceled') then duration end,
       created_at,
       case when status <> 'pending' and status <> 'skipped' then created_at + waiting end,
       case when status in ('success', 'failed', 'canceled') then created_at + waiting + generator.seconds(duration) end
from (
    select i, h, pipeline_id, merge_request_id, created_at,
           case when merge_request_id is null then generator.zipf(generator.hash(pipeline_id, 904), generator.projects())
                else generator.project_of_merge_request(merge_request_id) end as project_id,
           case when i < generator.builds() / 20 and h & 7 = 0 then 3
                else 10 + generator.skewed(h >> 8, 8) end as runner_id,
           (case when i > generator.builds() - generator.builds() / 1000 then 'pending'
                 when i > generator.builds() - generator.builds() / 500 then 'running'
                 when (h >> 32) & 127 < 104 then 'success' when (h >> 32) & 127 < 118 then 'failed'
                 when (h >> 32) & 127 < 123 then 'canceled' else 'skipped' end)::build_status as status,
           5 + generator.skewed(generator.hash(i, 906), 12) as duration,
           generator.seconds(1 + generator.skewed(h >> 40, 8)) as waiting
    from (
        select i, h, pipeline_id, generator.worked(h, i, generator.builds()) as created_at,
               case when generator.hash(pipeline_id, 902) & 7 < 5
                    then generator.recent(generator.hash(pipeline_id, 907), i, generator.builds(), generator.merge_requests()) end as merge_request_id
        from (
            select i, generator.hash(i, 901) as h, 100000 + i / 4 as pipeline_id
            from generate_series(1, generator.builds()) as i
            offset 0
        ) as drawn
        offset 0
    ) as piped
    offset 0
) as build;
