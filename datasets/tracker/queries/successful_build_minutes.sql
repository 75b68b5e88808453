-- title: Minutes of successful builds per stage
-- wrong: nothing: four builds in five are successful. An index on status finds them, but every block of the table holds some.
-- cure: none: the sequential scan is right; an index on status would not be used.
-- finding: index-not-beneficial
select stage, sum(duration_seconds) / 60 as minutes
from builds
where status = 'success'
group by stage;
