-- title: Purge merge requests deleted long ago
-- wrong: notes and builds reference merge_requests without an index on the referencing column, so each row deleted makes the
--   foreign keys read both tables as a whole.
-- cure: index: on both referencing columns; each constraint then looks at a few blocks per deleted row.
-- finding: missing-fk-index, trigger-dominated-write
-- try: create index on notes (merge_request_id); create index on builds (merge_request_id)
delete from merge_requests
where deleted_at < '2022-12-01 00:00:00+00';
