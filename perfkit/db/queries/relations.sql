-- The relations named in %(names)s (as regclass reads them) with their partition ancestors and what views read, and where
-- %(with_referencing)s the tables whose foreign keys point at them: deleting a row searches those.
with recursive named as (
    select to_regclass(name)::oid as oid from unnest(%(names)s::text[]) as name
), wanted as (
    select oid from named where oid is not null
    union
    select more.oid from wanted as w
    cross join lateral (
        select i.inhparent as oid from pg_inherits as i join pg_class as p on p.oid = i.inhparent and p.relkind = 'p'
        where i.inhrelid = w.oid
        union all
        select d.refobjid from pg_rewrite as r
        join pg_depend as d on d.objid = r.oid and d.classid = 'pg_rewrite'::regclass
        join pg_class as v on v.oid = r.ev_class and v.relkind = 'v'
        where r.ev_class = w.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.oid
    ) as more
), found as (
    select oid from wanted
    union
    select k.conrelid from wanted as w
    join pg_constraint as k on k.confrelid = w.oid and k.contype = 'f' and k.conparentid = 0
    where %(with_referencing)s
)
select
    c.oid::bigint as oid,
    n.nspname as schema,
    c.relname as name,
    case c.relkind
        when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view'
        when 'm' then 'materialized view' when 'f' then 'foreign table' else c.relkind::text
    end as kind,
    case when c.reltuples < 0 or (c.reltuples = 0 and c.relpages = 0) then null else c.reltuples::float8 end as rows,
    c.relpages as pages,
    c.relallvisible as all_visible_pages,
    case when c.relkind in ('r', 'm') then pg_table_size(c.oid) end as table_bytes,
    case when c.relkind in ('r', 'm') then pg_relation_size(c.oid) end as main_bytes,
    case when c.relispartition then (
        select pn.nspname || '.' || pc.relname
        from pg_inherits as i
        join pg_class as pc on pc.oid = i.inhparent
        join pg_namespace as pn on pn.oid = pc.relnamespace
        where i.inhrelid = c.oid
    ) end as partition_of,
    case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_key,
    case when c.relkind = 'p' then (select count(*) from pg_inherits as i where i.inhparent = c.oid) end as partitions,
    case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end as bound,
    coalesce(c.reloptions, '{}') as options,
    case when c.relkind = 'v' then pg_get_viewdef(c.oid) end as view_definition,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'schema', en.nspname, 'name', e.stxname, 'kinds', e.stxkind::text[],
            'columns', (select coalesce(jsonb_agg(ea.attname order by ea.attnum), '[]') from pg_attribute as ea
                        where ea.attrelid = e.stxrelid and ea.attnum = any (e.stxkeys)),
            'definition', pg_get_statisticsobjdef(e.oid)) order by e.stxname), '[]')
        from pg_statistic_ext as e join pg_namespace as en on en.oid = e.stxnamespace
        where e.stxrelid = c.oid
    ) as extended_statistics,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'name', t.tgname, 'type', t.tgtype, 'function', pn.nspname || '.' || p.proname,
            'body', case when l.lanname = 'plpgsql' then p.prosrc end) order by t.tgname), '[]')
        from pg_trigger as t
        join pg_proc as p on p.oid = t.tgfoid
        join pg_namespace as pn on pn.oid = p.pronamespace
        join pg_language as l on l.oid = p.prolang
        where t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled <> 'D'
    ) as triggers,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'name', k.conname, 'kind', case k.contype when 'c' then 'check' else 'exclusion' end,
            'definition', pg_get_constraintdef(k.oid), 'is_valid', k.convalidated) order by k.conname), '[]')
        from pg_constraint as k
        where k.conrelid = c.oid and k.contype in ('c', 'x')
    ) as constraints,
    c.relrowsecurity as has_row_security,
    to_jsonb(s) as activity
from found as f
join pg_class as c on c.oid = f.oid
join pg_namespace as n on n.oid = c.relnamespace
left join lateral (
    -- OFFSET keeps the view from counting for all tables of the database
    select * from pg_stat_all_tables as a where a.relid = c.oid offset 0
) as s on true
where c.relkind in ('r', 'p', 'v', 'm', 'f')
order by n.nspname, c.relname
