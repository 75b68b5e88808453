-- Each project has three: label n belongs to project 1 + (n - 1) % projects.
truncate labels;
insert into labels
select i,
       1 + (i - 1) % generator.projects(),
       (array['bug', 'feature', 'maintenance', 'security', 'documentation', 'performance', 'regression', 'question'])
           [1 + ((h & 1) + (i - 1) / generator.projects() * 3)::integer],
       '#' || lpad(to_hex((h >> 8) & 16777215), 6, '0'),
       generator.founded(h, i, 3 * generator.projects())
from (select i, generator.hash(i, 501) as h from generate_series(1, 3 * generator.projects()) as i offset 0) as l;
