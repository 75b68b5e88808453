-- One digest per table: of its rows in key order, whatever their place on disk. Only core functions.

select 'lineitem', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by l_orderkey, l_linenumber), '')), 'hex') from lineitem as t;
select 'orders', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by o_orderkey), '')), 'hex') from orders as t;
select 'partsupp', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by ps_partkey, ps_suppkey), '')), 'hex') from partsupp as t;
select 'part', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by p_partkey), '')), 'hex') from part as t;
select 'customer', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by c_custkey), '')), 'hex') from customer as t;
select 'supplier', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by s_suppkey), '')), 'hex') from supplier as t;
select 'nation', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by n_nationkey), '')), 'hex') from nation as t;
select 'region', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by r_regionkey), '')), 'hex') from region as t;
