-- The values that pg_stats quotes of a column; no row where there are no statistics, or this role may not see them.
select
    s.most_common_vals::text::text[] as common,
    s.most_common_freqs::float8[] as common_shares,
    s.histogram_bounds::text::text[] as bounds,
    s.null_frac::float8 as null_fraction
from pg_stats as s
join pg_namespace as n on n.nspname = s.schemaname
join pg_class as c on c.relnamespace = n.oid and c.relname = s.tablename
where s.schemaname = %(schema)s and s.tablename = %(table)s and s.attname = %(column)s
    and s.inherited = (c.relkind = 'p')
