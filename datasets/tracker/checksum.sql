-- One digest per table: of its rows in key order, whatever their place on disk. Only core functions.

select 'notes', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from notes as t;
select 'builds', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from builds as t;
select 'events', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from events as t;
select 'issues', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from issues as t;
select 'merge_requests', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from merge_requests as t;
select 'label_links', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from label_links as t;
select 'members', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from members as t;
select 'projects', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from projects as t;
select 'namespaces', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from namespaces as t;
select 'users', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from users as t;
select 'labels', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by id), '')), 'hex') from labels as t;
