-- title: Discussion of the newest merge requests of a project
-- wrong: notes.merge_request_id references merge_requests but has no index, so all notes are read for ten merge requests.
-- cure: index: on the referencing column; a few dozen blocks are read instead of the whole table of notes.
-- finding: missing-index-join, missing-fk-index
-- try: create index on notes (merge_request_id)
select mr.iid, mr.title, n.author_id, n.body, n.created_at
from (
    select id, iid, title
    from merge_requests
    where project_id = 42
    order by iid desc
    limit 10
) as mr
join notes as n on n.merge_request_id = mr.id
order by mr.iid desc, n.created_at;
