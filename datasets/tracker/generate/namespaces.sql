-- The first half are groups, a tree (a group's parent has about half its number or less); the rest belong to one user each.
truncate namespaces;
insert into namespaces
select i,
       case when is_group and i > 8 and h & 7 <> 0 then 1 + generator.skewed(generator.hash(i, 202), generator.octaves(i / 2)) end,
       1 + generator.pick(h >> 16, generator.users()),
       case when is_group then 'group' else 'user' end,
       initcap(generator.noun(h)) || ' ' || initcap(generator.noun(h >> 6)),
       generator.noun(h) || '-' || generator.noun(h >> 6) || '-' || i,
       jsonb_build_object('plan', (array['free', 'free', 'free', 'free', 'free', 'free', 'premium', 'ultimate'])[1 + ((h >> 12) & 7)::integer],
                          'seats', generator.skewed(generator.hash(i, 203), 12)),
       generator.founded(generator.hash(i, 204), i, generator.namespaces()),
       case when h & 63 = 5 then generator.the_end() - generator.seconds(generator.pick(h >> 8, 90000000)) end
from (
    select i, i <= generator.namespaces() / 2 as is_group, generator.hash(i, 201) as h
    from generate_series(1, generator.namespaces()) as i
    offset 0
) as n;
