-- One statement for each recorded plan. Header lines: name, settings (optional), EXPLAIN options (optional).

-- name: seq_scan
select * from issue where state = 'open';

-- name: index_scan
select title from issue where id = 42;

-- name: index_scan_backward
select title from issue order by id desc limit 5;

-- name: index_only_scan
select count(*) from issue where project_id < 20;

-- name: bitmap_or
-- set: enable_seqscan = off
select title from issue where project_id = 7 or opened = '2024-03-03';

-- name: bitmap_and_lossy
-- set: enable_seqscan = off, enable_indexscan = off, work_mem = '64kB'
select body from comment where issue_id < 9000 and author_id = 77;

-- name: bitmap_and
-- set: enable_seqscan = off, enable_indexscan = off
select title from issue where project_id between 7 and 20 and opened between '2024-03-03' and '2024-04-20';

-- name: tid_scan
select title from issue where ctid = '(1,1)';

-- name: sample_scan
select count(*) from issue tablesample bernoulli (10) repeatable (1);

-- name: hash_join
select p.name, i.title from project p join issue i on i.project_id = p.id where i.state = 'open';

-- name: hash_join_batches
-- set: work_mem = '128kB', enable_mergejoin = off, enable_nestloop = off
select i.title, c.body from issue i join comment c on c.issue_id = i.id;

-- name: hash_full_join
select count(*) from project p full join issue i on i.project_id = p.id and i.state = 'open';

-- name: merge_join
-- set: enable_hashjoin = off, enable_nestloop = off
select i.title, c.body from issue i left join comment c on c.author_id = i.project_id where i.id < 300 and c.id < 3000;

-- name: nested_loop
-- set: enable_hashjoin = off, enable_mergejoin = off
select p.name, i.title from project p join issue i on i.project_id = p.id where p.owner_id = 3;

-- name: anti_join
select count(*) from issue i where not exists (select from label l where l.issue_id = i.id);

-- name: semi_join
select count(*) from project p where exists (select from issue i where i.project_id = p.id and i.state = 'open');

-- name: memoize
-- set: enable_hashjoin = off, enable_mergejoin = off
select count(p.name) from issue i join project p on p.id = i.project_id where i.id < 6000;

-- name: materialize
-- set: enable_hashjoin = off, enable_mergejoin = off
select count(*) from project a join project b on a.owner_id <> b.owner_id where a.id < 60;

-- name: sort_disk
-- set: work_mem = '256kB'
select body from comment order by body, id;

-- name: sort_top_n
-- set: enable_incremental_sort = off
select title from issue order by opened, title limit 10;

-- name: incremental_sort
-- set: enable_seqscan = off, enable_sort = off
select opened, title from issue order by opened, title limit 3000;

-- name: hash_aggregate
select project_id, count(*) from issue group by project_id;

-- name: hash_aggregate_spill
-- set: work_mem = '64kB', hash_mem_multiplier = 1, enable_sort = off, enable_incremental_sort = off, enable_indexscan = off
select body, issue_id, count(*) from comment group by body, issue_id;

-- name: group_aggregate
-- set: enable_hashagg = off
select state, count(distinct project_id) from issue group by state;

-- name: grouping_sets
select state, project_id % 3, count(*) from issue group by grouping sets ((state), (project_id % 3), ());

-- name: set_operation
select project_id from issue where id < 4000 except select owner_id from project;

-- name: window
select id, row_number() over (partition by project_id order by opened) from issue where project_id < 30;

-- name: parallel_aggregate
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0
select state, count(*) from issue group by state;

-- name: parallel_without_leader
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0, parallel_leader_participation = off
select count(*) from comment where body like 'aa%';

-- name: parallel_no_worker_launched
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0, max_parallel_workers = 0
select count(*) from comment where body like 'aa%';

-- name: parallel_hash_join
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0.1, enable_mergejoin = off, enable_nestloop = off
select count(*) from issue i join comment c on c.issue_id = i.id where c.body like '%b%';

-- name: parallel_bitmap
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, min_parallel_index_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0, enable_seqscan = off, enable_indexscan = off, enable_indexonlyscan = off
select count(title) from issue where project_id < 90;

-- name: gather_merge
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0
select body, id from comment order by body, id;

-- name: parallel_append
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0
select kind, count(*) from event group by kind;

-- name: parallel_looped
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0, enable_material = off, enable_hashjoin = off, enable_mergejoin = off, enable_indexscan = off, enable_bitmapscan = off
select count(*) from (values (1), (2), (3)) v (n) left join (select author_id from comment where body like 'aa%' offset 0) c on c.author_id = v.n;

-- name: parallel_sort_merge_join
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0.1, enable_hashjoin = off, enable_nestloop = off
select count(*) from issue i join comment c on c.author_id = i.project_id where c.id < 4000;

-- name: partitions
select count(*) from event where kind = 'kind 1';

-- name: partitions_pruned
-- set: plan_cache_mode = force_generic_plan
-- prepare: ('2024-02-10', '2024-03-10')
select count(*) from event where at between $1 and $2;

-- name: partitions_never_executed
select count(*) from event e where at = (select min(opened) from issue where id > 100);

-- name: merge_append
-- set: enable_seqscan = off, enable_sort = off
select * from event order by at, id limit 50;

-- name: union_all
select id from issue where state = 'open' union all select id from comment where author_id = 3;

-- name: cte_twice
with busy as materialized (select project_id, count(*) as n from issue group by project_id)
select a.project_id from busy a join busy b on a.n = b.n and a.project_id < b.project_id where a.project_id < 20;

-- name: cte_partly_read
with all_comments as materialized (select * from comment)
select (select body from all_comments limit 1), (select count(*) from all_comments);

-- name: cte_recursive
with recursive chain as (
    select id, project_id, 1 as depth from issue where id = 1
    union all
    select i.id, i.project_id, chain.depth + 1 from chain join issue i on i.id = chain.id * 2 where chain.depth < 12
)
select depth, count(*) from chain group by depth order by depth;

-- name: cte_nested
with a as materialized (select * from issue where state = 'open'),
     b as materialized (select project_id, count(*) n from a group by project_id)
select (select max(n) from b), count(*) from a join b using (project_id) where n > (select avg(n) from b);

-- name: cte_writing
with gone as (delete from label where name = 'bug' returning issue_id)
select count(*) from gone;

-- name: cte_writing_unread
with gone as (delete from label where name = 'bug' returning issue_id)
select count(*) from project;

-- name: init_plan_filter
select count(*) from issue where project_id > (select avg(project_id) from issue);

-- name: init_plans_several
select count(*) from comment
where author_id > (select min(owner_id) from project)
  and author_id < (select max(author_id) - 5 from comment where body like 'a%')
  and issue_id > (select avg(project_id) from issue where state = 'open');

-- name: init_plan_looped
-- set: enable_hashjoin = off, enable_mergejoin = off, enable_memoize = off
select count(*) from project p join issue i on i.project_id = p.id
where i.opened > (select min(opened) + 30 from issue where state = 'closed' and title like '%9') and p.owner_id < 10;

-- name: init_plan_in_sub_plan
select p.id, (select count(*) from issue i where i.project_id = p.id and i.id > (select count(*) / 100 from comment)) from project p where p.id < 30;

-- name: init_plan_min_max
select min(id), max(id) from comment;

-- name: init_plan_parallel
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0
select count(*) from comment where author_id > (select avg(project_id) from issue where title like '%1%');

-- name: init_plan_one_time_filter
select count(*) from comment where (select count(*) from issue where title like '%7%') > 10;

-- name: init_plan_select_list
select (select count(*) from comment where author_id = 1), count(*) from issue;

-- name: init_plan_uses_init_plan
with limits as (select (select max(author_id) from comment) as top)
select count(*) from issue where id < (select top * 10 from limits) and project_id < (select avg(owner_id) * 5 from project where id < (select count(*) from label));

-- name: init_plan_limit
select title from issue order by id limit (select count(*) / 1000 from comment);

-- name: init_plan_not_verbose
-- explain: analyze, buffers
select i.id, (select count(*) from comment) from issue i where i.state = 'open' order by i.title;

-- name: sub_plan
select p.name, (select count(*) from issue i where i.project_id = p.id) from project p;

-- name: sub_plan_hashed
select count(*) from issue where project_id not in (select id from project where owner_id < 20);

-- name: sub_plan_parallel
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0.1
select count(*) from comment c where issue_id not in (select issue_id from label);

-- name: never_executed
select i.title, c.body from issue i join comment c on c.issue_id = i.id where i.id = -1;

-- name: function_scan
select n, o.ordinality from generate_series(1, 1000) n join unnest(array[1, 2, 3]) with ordinality o on o.o = n;

-- name: values_scan
select count(*) from issue i join (values (1), (2), (3)) v (id) on v.id = i.id;

-- name: subquery_scan
select * from (select id, title from issue order by opened limit 100) newest where title like '%1%';

-- name: odd_names
select o."Select", p.id from "Odd Name" o join project "P" on "P".id = o.id join project p on p.id = o.id;

-- name: lock_rows
select id from project where owner_id = 3 for update;

-- name: project_set
select id, generate_series(1, 3) from project;

-- name: insert
insert into label select id, 'late' from issue where id % 40 = 0 on conflict do nothing returning issue_id;

-- name: update_with_triggers
update issue set state = 'stale' where id < 200;

-- name: delete_with_foreign_keys
delete from issue where id < 200;

-- name: merge
merge into label l using (select id, 'merged' as name from issue where id < 400) s on l.issue_id = s.id
when matched then update set name = 'again' when not matched then insert values (s.id, s.name);

-- name: timing_off
-- explain: analyze, timing off, buffers, settings
select project_id, count(*) from issue group by project_id order by 2 desc limit 3;

-- name: plan_only
-- explain: verbose, settings, memory
select project_id, count(*) from issue group by project_id;

-- name: costs_off
-- explain: costs off
select p.name, i.title from project p join issue i on i.project_id = p.id;

-- name: generic_plan
-- explain: generic_plan, verbose
select title from issue where project_id = $1 and state = $2;

-- name: io_timing
-- set: track_io_timing = on, work_mem = '128kB'
select c.body, i.title from comment c join issue i on i.id = c.issue_id order by c.body;

-- name: disabled_node
-- set: enable_seqscan = off
select count(*) from audit;
