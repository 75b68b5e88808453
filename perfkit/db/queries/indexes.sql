-- Indexes of the relations of %(oids)s; one row a key, included columns have no operator class.
select
    i.indrelid::bigint as oid,
    i.indexrelid::bigint as index_oid,
    ic.relname as name,
    n.nspname as schema,
    am.amname as method,
    i.indisunique as is_unique,
    i.indisprimary as is_primary,
    i.indisvalid and i.indisready as is_valid,
    i.indisunique and exists (select from pg_constraint as k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
        or i.indisexclusion as enforces_constraint,
    pg_get_expr(i.indpred, i.indrelid) as predicate,
    case when ic.relkind = 'i' then pg_relation_size(ic.oid) end as size_bytes,
    st.idx_scan as scans,
    pg_get_indexdef(i.indexrelid) as definition,
    k.position as position,
    k.position > i.indnkeyatts as is_included,
    a.attname as column_name,
    case when k.attnum = 0 then pg_get_indexdef(i.indexrelid, k.position, true) end as expression,
    oc.opcname as operator_class,
    oc.opcdefault as is_default_class,
    coalesce(i.indoption[k.position - 1] & 1, 0) = 1 as is_descending,
    coalesce(i.indoption[k.position - 1] & 2, 0) = 2 as nulls_first,
    co.collname as collation
from pg_index as i
join pg_class as ic on ic.oid = i.indexrelid
join pg_namespace as n on n.oid = ic.relnamespace
join pg_am as am on am.oid = ic.relam
cross join lateral (
    select ordinality::int as position, attnum
    from unnest(i.indkey::int2[]) with ordinality as u (attnum, ordinality)
) as k
left join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum > 0
left join pg_opclass as oc on k.position <= i.indnkeyatts and oc.oid = i.indclass[k.position - 1]
left join pg_collation as co on k.position <= i.indnkeyatts and co.oid = i.indcollation[k.position - 1]
left join pg_stat_all_indexes as st on st.indexrelid = i.indexrelid
where i.indrelid = any (%(oids)s::oid[])
order by i.indrelid, ic.relname, k.position
