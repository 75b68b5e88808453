-- title: Issues of one customer
-- wrong: the customer is inside the jsonb column, which has no index, so every issue is read and its document searched.
-- cure: index: GIN with jsonb_path_ops serves @>; only the customer's issues are read.
-- finding: missing-gin-jsonb
-- try: create index on issues using gin (metadata jsonb_path_ops)
select id, project_id, title, state, created_at
from issues
where metadata @> '{"customer": "C-1042"}'
order by id;
