-- Functions of %(names)s that are no part of PostgreSQL itself.
select
    n.nspname as schema,
    p.proname as name,
    pg_get_function_identity_arguments(p.oid) as arguments,
    case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
    case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end as parallel,
    p.prorows::float8 as rows,
    p.procost::float8 as cost,
    l.lanname as language,
    p.proretset as returns_set
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
join pg_language as l on l.oid = p.prolang
where p.proname = any (%(names)s::text[]) and n.nspname not in ('pg_catalog', 'information_schema')
order by n.nspname, p.proname, p.oid
