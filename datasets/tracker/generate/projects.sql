truncate projects;
insert into projects
select i,
       generator.zipf(generator.hash(i, 302), generator.namespaces()),
       generator.zipf(generator.hash(i, 303), generator.users()),
       initcap(generator.noun(h)) || ' ' || initcap(generator.noun(h >> 6)),
       generator.noun(h) || '-' || generator.noun(h >> 6) || '-' || i,
       case when h & 3 <> 0 then generator.sentence(generator.hash(i, 304)) end,
       case when (h >> 12) & 15 < 9 then 0 when (h >> 12) & 15 < 12 then 10 else 20 end,
       (h >> 20) & 15 = 0,
       case (h >> 24) & 3 when 0 then '{}'::text[] when 1 then array[generator.noun(h >> 26)]
            else array[generator.noun(h >> 26), generator.noun(h >> 32)] end,
       generator.skewed(generator.hash(i, 305), 14),
       jsonb_build_object('language', (array['python', 'go', 'ruby', 'rust', 'java', 'c', 'typescript', 'sql'])[1 + generator.skewed(generator.hash(i, 306), 3)::integer],
                          'license', (array['mit', 'apache-2.0', 'gpl-3.0', 'none'])[1 + ((h >> 40) & 3)::integer],
                          'features', jsonb_build_array('issues', case when (h >> 44) & 1 = 0 then 'wiki' else 'snippets' end)),
       generator.the_end() - generator.seconds(generator.skewed(generator.hash(i, 307), 26)),
       generator.founded(generator.hash(i, 308), i, generator.projects()),
       case when (h >> 48) & 31 = 0 then generator.the_end() - generator.seconds(generator.pick(h, 90000000)) end
from (select i, generator.hash(i, 301) as h from generate_series(1, generator.projects()) as i offset 0) as p;
