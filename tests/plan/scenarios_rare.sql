-- Statements whose plans are rarer; headers as in scenarios.sql, and "before" for statements that have to run first.

-- name: foreign_scan
select id, title from far_issue where state = 'open' and title like '%7' order by id limit 20;

-- name: foreign_join
select i.title, c.body from far_issue i join far_comment c on c.issue_id = i.id where i.id < 40;

-- name: foreign_aggregate
select state, count(*) from far_issue group by state;

-- name: foreign_filter_here
select count(*) from far_issue where random() >= 0 and id < 100;

-- name: foreign_direct_update
update far_issue set state = 'far' where id < 10;

-- name: foreign_direct_delete
delete from far_comment where id < 10;

-- name: foreign_update_row_by_row
update far_issue set title = 'far ' || random() where id < 5;

-- name: foreign_insert_batch
insert into far_audit select id, now() from issue where id < 250;

-- name: foreign_async_append
select count(*) from far_event;

-- name: foreign_file
select * from server_version;

-- name: foreign_program
select * from spoken;

-- name: temporary_table
-- before: create temporary table scratch as select n, repeat('x', 200) as filler from generate_series(1, 5000) n
select n, filler from scratch order by filler, n;

-- name: temporary_table_written
-- before: create temporary table scratch as select n from generate_series(1, 500) n
-- set: track_io_timing = on
update scratch set n = n + 1;

-- name: sample_system_repeatable
select count(*) from comment tablesample system (20) repeatable (7);

-- name: rows_from
select * from rows from (generate_series(1, 3), generate_series(1, 2)) with ordinality as f (a, b, n);

-- name: table_function_xml
select * from xmltable('/r/i' passing xml '<r><i>1</i><i>2</i></r>' columns n int path '.');

-- name: table_function_json
select * from json_table(jsonb '[{"a": 1}, {"a": 2}]', '$[*]' columns (n for ordinality, a int path '$.a')) t;

-- name: merge_returning
merge into label l using (select id from issue where id < 40) s on l.issue_id = s.id
when matched then update set name = 'again' when not matched then insert values (s.id, 'new') returning merge_action(), l.name;

-- name: merge_not_matched_by_source
merge into told t using (select id from project where id < 5) s on t.id = s.id
when not matched by source and t.id > 100 then delete when not matched then insert values (s.id, null) when matched then do nothing;

-- name: insert_on_conflict_update
insert into label as l select id, 'bug' from issue where id < 100
on conflict (issue_id, name) do update set name = excluded.name || '!' where l.name <> 'feature' and l.issue_id > 7;

-- name: partition_update
update event set kind = 'moved', at = at + 31 where at between '2024-01-20' and '2024-02-10' and id < 100;

-- name: partition_delete
delete from event where kind = 'kind 2' and at < '2024-03-01';

-- name: partition_insert
insert into event select n, date '2024-01-01' + n % 100, 'new' from generate_series(1, 50) n;

-- name: partition_wise_join
-- set: enable_partitionwise_join = on, enable_partitionwise_aggregate = on
select e.at, count(*) from event e join event f on f.at = e.at and f.id = e.id group by e.at;

-- name: inheritance
select tableoid::regclass, count(*) from animal where id % 3 = 0 group by 1;

-- name: inheritance_update
update animal set name = name || '!' where id between 290 and 520;

-- name: current_of
-- before: declare picked cursor for select * from project where id = 7 for update; fetch picked
update project set name = 'picked' where current of picked;

-- name: tid_range_scan
select count(*) from issue where ctid >= '(3,1)' and ctid < '(9,1)';

-- name: create_table_as
create table made as select * from issue where id < 50;

-- name: create_materialized_view
create materialized view made as select state, count(*) from issue group by state with data;

-- name: declare_cursor
-- explain: verbose
declare reading_cursor cursor for select * from issue order by id;

-- name: triggers_of_all_kinds
insert into told select n, n - 1 from generate_series(1, 60) n;

-- name: triggers_deleted
-- before: insert into told select n, n - 1 from generate_series(1, 60) n
delete from told where id = 60;

-- name: incremental_sort_parallel
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, min_parallel_index_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0, enable_seqscan = off, enable_sort = off
select project_id, title from issue order by project_id, title;

-- name: parallel_index_scan
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, min_parallel_index_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0, enable_seqscan = off, enable_bitmapscan = off
select count(title) from issue where project_id between 20 and 120;

-- name: parallel_index_only_scan
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, min_parallel_index_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0, enable_seqscan = off, enable_bitmapscan = off
select count(*) from issue where project_id < 150;

-- name: parallel_hash_batches
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0, work_mem = '64kB', enable_mergejoin = off, enable_nestloop = off
select count(c.body) from issue i join comment c on c.issue_id = i.id;

-- name: parallel_append_of_queries
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0
select count(*) from (select id from issue union all select id from comment union all select id from project) a;

-- name: parallel_sub_plan_looped
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0
select p.id, (select count(*) from issue i where i.project_id = p.id) from project p;

-- name: parallel_memoize
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0, enable_hashjoin = off, enable_mergejoin = off
select count(p.name) from issue i join project p on p.id = i.project_id where i.id < 6000;

-- name: parallel_incremental_aggregate
-- set: max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0, work_mem = '64kB', enable_hashagg = off
select project_id, state, count(*) from issue group by project_id, state order by 1, 2;

-- name: memoize_evicting
-- set: enable_hashjoin = off, enable_mergejoin = off, work_mem = '64kB', enable_bitmapscan = off
select count(c.body) from comment c join issue i on i.id = c.issue_id where c.id < 9000;

-- name: memoize_binary
-- set: enable_hashjoin = off, enable_mergejoin = off
select count(*) from project p cross join lateral (select count(*) as n from issue i where i.id > p.owner_id * 400) x where x.n > 0;

-- name: set_operation_intersect_all
select project_id from issue where id < 300 intersect all select owner_id from project;

-- name: set_operation_sorted
-- set: enable_hashagg = off
select project_id from issue where id < 300 except all select owner_id from project;

-- name: window_run_condition
select * from (select id, row_number() over (order by id) as place from issue) i where place <= 10;

-- name: window_several
select id, rank() over w, sum(id) over (partition by state order by opened rows between 1 preceding and current row), count(*) over v
from issue where id < 300 window w as (order by opened), v as (partition by state);

-- name: odd_names_wild
select "c -> d", "tab	here", "e""q", "it's" from "a (b)" p join "two
lines" q on q.id = p.id join "日本.表 «é»" r on r.id = p.id join "<b>&amp;]]>" s on s.id = p.id left join " blanks " t on t.id = s.id;

-- name: odd_names_like_a_plan
select * from "->  Seq Scan on x  (cost)" "(never executed)";

-- name: odd_conditions
select * from issue where title <> E'it''s\n  ->  Seq Scan on x  (cost=0.00..1.00 rows=1 width=4)\n"q"\t\\ <b>&amp;]]> \r 日本 '
  and state not in ('', ' ', E'\n', 'a: b', '- c', '# d', '"', '''', '{', '[', 'true', 'null', '~', '12');

-- name: odd_control_characters
select E'\x01\x02\x1f\x7f', id from project where name <> E'\x01' || 'a' and name <> E'\x0b\x0c\x1b[0m';

-- name: constants
select 1, true, null, '1', 'true', 'null', '~', '', ' lead', 'trail ', 1.50, -0.0, 'infinity'::float8, date '2024-01-01', array['a,b'], 'no'::text;

-- name: json_operators
select facts -> 'inner' ->> 'rank', facts #>> '{inner,rank}' from place where facts @> '{"kind": "k3"}' and facts -> 'inner' ->> 'rank' = '3';

-- name: long_list
-- set: enable_indexscan = off, enable_bitmapscan = off
select count(*) from issue where title = any (select 'issue ' || n from generate_series(1, 3) n) or id in (1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63, 65, 67, 69, 71, 73, 75, 77, 79, 81, 83, 85, 87, 89, 91, 93, 95, 97, 99, 101, 103, 105, 107, 109, 111, 113, 115, 117, 119, 121, 123, 125, 127, 129, 131, 133, 135, 137, 139, 141, 143, 145, 147, 149);

-- name: alternative_sub_plan
select count(*) from project p where exists (select from issue i where i.project_id = p.id and i.id > 5) or p.id < 10;

-- name: sub_plan_several
select count(*) from project p where p.id = any (select owner_id from project) or p.name = all (select title from issue where id = p.id) or p.id < (select avg(i.id) from issue i where i.project_id = p.owner_id);

-- name: sub_plan_of_two_columns
update issue set (state, title) = (select p.name, 'of ' || p.name from project p where p.id = issue.project_id) where id < 60;

-- name: cte_search
with recursive tree as (
    select id, project_id from issue where id = 1
    union all
    select i.id, i.project_id from tree join issue i on i.id = tree.id * 2
) search depth first by id set way cycle id set is_cycle using path
select id from tree where not is_cycle order by way limit 8;

-- name: cte_moving
with moved as (delete from label where issue_id < 400 returning *)
insert into label select issue_id, name || ' again' from moved;

-- name: project_set_nested
select id, generate_series(1, n) from (select id, unnest(array[1, 2]) as n from project where id < 20) p;

-- name: result_false
select * from issue where false;

-- name: result_constant
select 1 where now() > '2000-01-01';

-- name: distinct_on
select distinct on (project_id) project_id, title from issue where id < 900 order by project_id, opened desc;

-- name: grouping_sets_mixed
select state, project_id % 4, opened, count(*), grouping(state) from issue where id < 2000 group by cube (state, project_id % 4), rollup (opened);

-- name: limit_with_ties
select id, opened from issue order by opened fetch first 5 rows with ties;

-- name: hash_right_join
select count(*) from comment c right join issue i on i.id = c.issue_id and c.author_id < 3;

-- name: hash_right_anti
select count(*) from label l where not exists (select from comment c where c.issue_id = l.issue_id and c.author_id = 5);

-- name: hash_right_semi
select count(*) from issue i where i.state = 'open' and exists (select from comment c where c.issue_id = i.id);

-- name: nested_loop_anti
-- set: enable_hashjoin = off, enable_mergejoin = off
select p.id from project p where not exists (select from issue i where i.project_id = p.id and i.id < 40);

-- name: merge_full_join
-- set: enable_hashjoin = off
select count(*) from project p full join told t on t.id = p.id;

-- name: index_order_by
select id from place order by spot <-> point '(3, 3)' limit 5;

-- name: bitmap_brin
-- set: enable_seqscan = off
select count(*) from reading where at between 500 and 900;

-- name: lock_rows_join
select p.id from project p join issue i on i.project_id = p.id where i.id < 20 for update of p skip locked;

-- name: security_barrier
select * from open_issue where title like '%9' and id < 500;

-- name: exists_init_plan
select count(*) from project where exists (select from issue where state = 'none');

-- name: init_plan_in_cte
with top as materialized (select * from issue where id > (select max(id) - 50 from issue))
select count(*) from top where project_id > (select avg(project_id) from top);

-- name: init_plan_in_append
select id from issue where id = (select max(issue_id) from label where name = 'bug') union all
select id from comment where id < (select count(*) / 400 from issue) union all select (select min(id) from project);

-- name: materialized_view_read
select * from issue_count where n > 50 order by n desc, project_id limit 3;

-- name: jit
-- set: jit = on, jit_above_cost = 0, jit_inline_above_cost = 0, jit_optimize_above_cost = 0
select count(*) from issue where title like '%7';

-- name: jit_parallel
-- set: jit = on, jit_above_cost = 0, jit_inline_above_cost = -1, jit_optimize_above_cost = -1, max_parallel_workers_per_gather = 2, min_parallel_table_scan_size = 0, parallel_setup_cost = 0, parallel_tuple_cost = 0
select state, count(*) from issue group by state;

-- name: jit_planned
-- set: jit = on, jit_above_cost = 0
-- explain: verbose, settings
select state, count(*) from issue group by state;
