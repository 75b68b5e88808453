-- What a schema that grew over years has: the obvious indexes, a few that do not fit their queries, two too many.

create index notes_issue_id_idx on notes (issue_id);
create index notes_author_id_idx on notes (author_id);
create index notes_created_at_project_id_idx on notes (created_at, project_id);

create index builds_project_id_idx on builds (project_id);
create index builds_created_at_idx on builds (created_at);
create index builds_pipeline_id_idx on builds (pipeline_id);

create index events_project_id_created_at_idx on events (project_id, created_at);

create unique index issues_project_id_iid_idx on issues (project_id, iid);
create index issues_author_id_idx on issues (author_id);
create index issues_created_at_idx on issues (created_at);
create unique index issues_external_key_idx on issues (external_key);

create unique index merge_requests_project_id_iid_idx on merge_requests (project_id, iid);
create index merge_requests_author_id_idx on merge_requests (author_id);
create index merge_requests_reviewer_ids_idx on merge_requests using gin (reviewer_ids);

create index label_links_label_id_idx on label_links (label_id);
create index label_links_target_idx on label_links (target_type, target_id);

create index labels_project_id_idx on labels (project_id);
create index labels_project_id_title_idx on labels (project_id, title);

create unique index members_namespace_id_user_id_idx on members (namespace_id, user_id);

create index projects_namespace_id_idx on projects (namespace_id);
create unique index projects_path_idx on projects (path);

create unique index namespaces_path_idx on namespaces (path);
create unique index users_username_idx on users (username);
create unique index users_email_idx on users (email);
create unique index users_email_key on users (email);
