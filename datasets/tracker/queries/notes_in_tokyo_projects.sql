-- title: This year's notes in projects that people in Tokyo created
-- wrong: city, country and time zone say the same thing, yet the planner multiplies their shares: it expects one user, finds
--   hundreds, and a scan over half a year of an index that it meant to do once runs for each of their projects.
-- cure: statistics: extended statistics on the three columns; knowing the true count, the planner reads the half-year once and hashes.
-- finding: correlated-columns-misestimate, nested-loop-on-misestimate, row-misestimate, composite-index-wrong-order
-- try: create statistics users_place (mcv) on city, country, time_zone from users; analyze users
select p.id, p.name, count(*) as notes
from users as u
join projects as p on p.creator_id = u.id
join notes as n on n.project_id = p.id
where u.city = 'Tokyo'
  and u.country = 'Japan'
  and u.time_zone = 'Asia/Tokyo'
  and n.created_at >= '2025-01-01 00:00:00+00'
group by p.id, p.name
order by notes desc, p.id;
