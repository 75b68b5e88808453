-- The columns marked here have no index that begins with them, as so often.

alter table namespaces add foreign key (parent_id) references namespaces (id); -- no index
alter table namespaces add foreign key (owner_id) references users (id); -- no index
alter table projects add foreign key (namespace_id) references namespaces (id);
alter table projects add foreign key (creator_id) references users (id); -- no index
alter table members add foreign key (namespace_id) references namespaces (id) on delete cascade;
alter table members add foreign key (user_id) references users (id) on delete cascade; -- no index
alter table labels add foreign key (project_id) references projects (id) on delete cascade;
alter table label_links add foreign key (label_id) references labels (id) on delete cascade;
alter table issues add foreign key (project_id) references projects (id) on delete cascade;
alter table issues add foreign key (author_id) references users (id);
alter table issues add foreign key (assignee_id) references users (id) on delete set null; -- no index
alter table issues add foreign key (duplicate_of_id) references issues (id) on delete set null; -- no index
alter table merge_requests add foreign key (project_id) references projects (id) on delete cascade;
alter table merge_requests add foreign key (author_id) references users (id);
alter table merge_requests add foreign key (issue_id) references issues (id) on delete set null; -- no index
alter table notes add foreign key (project_id) references projects (id) on delete cascade; -- no index
alter table notes add foreign key (author_id) references users (id);
alter table notes add foreign key (issue_id) references issues (id) on delete cascade;
alter table notes add foreign key (merge_request_id) references merge_requests (id) on delete cascade; -- no index
alter table builds add foreign key (project_id) references projects (id) on delete cascade;
alter table builds add foreign key (merge_request_id) references merge_requests (id) on delete set null; -- no index
alter table builds add foreign key (user_id) references users (id); -- no index
alter table events add foreign key (project_id) references projects (id) on delete cascade;
alter table events add foreign key (author_id) references users (id); -- no index
drop schema generator cascade;
