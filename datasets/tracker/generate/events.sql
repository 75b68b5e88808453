-- The last two years; what came before has been dropped with its partitions. An author's address stays the same.
truncate events;
insert into events
select i,
       generator.zipf(generator.hash(i, 1002), generator.projects()),
       author_id,
       (array['pushed', 'commented', 'opened', 'closed', 'merged', 'joined', 'left', 'exported'])[1 + generator.skewed(h, 3)::integer],
       (array['Project', 'Note', 'Issue', 'MergeRequest'])[1 + ((h >> 24) & 3)::integer],
       case when (h >> 24) & 3 <> 0 then 1 + generator.pick(h >> 26, generator.merge_requests()) end,
       jsonb_build_object('ip', '10.' || (author_id >> 16) || '.' || ((author_id >> 8) & 255) || '.' || (author_id & 255),
                          'client', (array['web', 'git', 'api'])[1 + generator.pick(h >> 50, 3)::integer]),
       generator.logged(h, i, generator.events())
from (
    select i, generator.hash(i, 1001) as h, generator.zipf(generator.hash(i, 1003), generator.users()) as author_id
    from generate_series(1, generator.events()) as i
    offset 0
) as e;
