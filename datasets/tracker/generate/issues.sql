-- The oldest hundredth was imported from another tracker, which nobody does any more. closed_at goes with the state.
truncate issues;
insert into issues
select i, project_id,
       row_number() over (partition by project_id order by i),
       author_id, assignee_id, duplicate_of_id, title, description, state, severity, weight, origin, confidential, tags, metadata,
       external_key, due_on, created_at,
       greatest(created_at, least(generator.the_end(), created_at + generator.seconds(generator.skewed(generator.hash(i, 616), 25)))),
       closed_at,
       case when (h1 >> 30) & 31 < 2 then least(generator.the_end(), created_at + generator.seconds(generator.pick(h1 >> 35, 9000000))) end
from (
    select i, h1, project_id, created_at,
           generator.zipf(generator.hash(i, 604), generator.users()) as author_id,
           case when h1 & 7 < 5 then generator.zipf(generator.hash(i, 605), generator.users()) end as assignee_id,
           case when (h1 >> 3) & 63 = 0 and i > 10 then generator.recent(generator.hash(i, 606), i - 5, generator.issues(), generator.issues()) end
               as duplicate_of_id,
           generator.clause(generator.hash(i, 607)) as title,
           generator.sentence(generator.hash(i, 608)) || generator.sentence(generator.hash(i, 609))
               || case when (h1 >> 9) & 1 = 0 then generator.sentence(generator.hash(i, 610)) || generator.sentence(generator.hash(i, 611)) else '' end
               || case when (h1 >> 10) & 31 = 0 then 'Seen in INC-' || 10000 + generator.skewed(generator.hash(i, 612), 16) || '.' else '' end
               as description,
           (case when closed_at is null then 'opened' else 'closed' end)::issue_state as state,
           1 + generator.skewed(generator.hash(i, 613), 2) as severity,
           case when (h1 >> 15) & 3 = 0 then generator.skewed(h1 >> 17, 3) end as weight,
           case when i <= generator.issues() / 100 then 'import' when (h1 >> 20) & 15 < 11 then 'web' when (h1 >> 20) & 15 < 15 then 'api' else 'email' end
               as origin,
           (h1 >> 24) & 63 = 0 as confidential,
           case (h1 >> 40) & 3 when 0 then array[generator.noun(h1 >> 42)] when 1 then array[generator.noun(h1 >> 42), generator.noun(h1 >> 48)]
                else '{}'::text[] end as tags,
           jsonb_build_object('browser', (array['firefox', 'chrome', 'safari', 'edge'])[1 + (h2 & 3)::integer],
                              'customer', 'C-' || 1000 + generator.skewed(generator.hash(i, 614), generator.octaves(generator.issues() / 16)),
                              'votes', generator.skewed(h2 >> 2, 10)) as metadata,
           generator.uuid(i, 620) as external_key,
           case when (h2 >> 20) & 7 = 0 then (created_at at time zone 'UTC')::date + generator.pick(h2 >> 24, 90)::integer end as due_on,
           closed_at
    from (
        select i, h1, h2, project_id, created_at,
               case when (h2 >> 40) & 7 <> 0 and created_at + lifetime < generator.the_end() then created_at + lifetime end as closed_at
        from (
            select i,
                   generator.hash(i, 602) as h1,
                   generator.hash(i, 603) as h2,
                   generator.project_of_issue(i) as project_id,
                   generator.worked(generator.hash(i, 615), i, generator.issues()) as created_at,
                   generator.seconds(600 + generator.skewed(generator.hash(i, 617), 25)) as lifetime
            from generate_series(1, generator.issues()) as i
            offset 0
        ) as drawn
        offset 0
    ) as timed
    offset 0
) as issue
order by i;
