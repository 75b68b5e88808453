-- title: The three newest issues of each of the most starred projects
-- wrong: every issue of every project is numbered before all but a few are thrown away.
-- cure: rewrite: for each project, LATERAL takes three from the end of the existing index on (project_id, iid).
-- finding: top-n-per-group-window
-- try: select p.name, r.iid, r.title, r.created_at
--   from projects as p
--   cross join lateral (
--       select i.iid, i.title, i.created_at
--       from issues as i
--       where i.project_id = p.id
--       order by i.iid desc
--       limit 3
--   ) as r
--   where p.star_count > 15000
--   order by p.name, p.id, r.iid desc
select p.name, r.iid, r.title, r.created_at
from projects as p
join (
    select i.project_id, i.iid, i.title, i.created_at,
           row_number() over (partition by i.project_id order by i.iid desc) as place
    from issues as i
) as r on r.project_id = p.id
where p.star_count > 15000
  and r.place <= 3
order by p.name, p.id, r.iid desc;
