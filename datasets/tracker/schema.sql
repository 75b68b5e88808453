-- The tables of an issue tracker, without keys and indexes: those are added to the filled tables.

create type issue_state as enum ('opened', 'closed');
create type build_status as enum ('pending', 'running', 'success', 'failed', 'canceled', 'skipped');

create table users (
    id bigint not null,
    username text not null,
    email text not null,
    name text not null,
    state text not null check (state in ('active', 'blocked', 'deactivated')),
    city text not null,
    country text not null,
    time_zone text not null,
    external_id uuid not null,
    last_sign_in_at timestamptz,
    created_at timestamptz not null,
    deleted_at timestamptz
);

create table namespaces (
    id bigint not null,
    parent_id bigint,
    owner_id bigint not null,
    kind text not null check (kind in ('user', 'group')),
    name text not null,
    path text not null,
    metadata jsonb not null,
    created_at timestamptz not null,
    deleted_at timestamptz
);

create table projects (
    id bigint not null,
    namespace_id bigint not null,
    creator_id bigint not null,
    name text not null,
    path text not null,
    description text,
    visibility smallint not null,
    archived boolean not null,
    tags text[] not null,
    star_count integer not null,
    metadata jsonb not null,
    last_activity_at timestamptz not null,
    created_at timestamptz not null,
    deleted_at timestamptz
);

create table members (
    id bigint not null,
    namespace_id bigint not null,
    user_id bigint not null,
    access_level smallint not null,
    expires_at date,
    created_at timestamptz not null
);

create table labels (
    id bigint not null,
    project_id bigint not null,
    title text not null,
    color text not null,
    created_at timestamptz not null
);

create table label_links (
    id bigint not null,
    label_id bigint not null,
    target_type text not null check (target_type in ('Issue', 'MergeRequest')),
    target_id bigint not null,
    created_at timestamptz not null
);

create table issues (
    id bigint not null,
    project_id bigint not null,
    iid integer not null,
    author_id bigint not null,
    assignee_id bigint,
    duplicate_of_id bigint,
    title text not null,
    description text not null,
    state issue_state not null,
    severity smallint not null,
    weight smallint,
    origin text not null check (origin in ('web', 'api', 'email', 'import')),
    confidential boolean not null,
    tags text[] not null,
    metadata jsonb not null,
    external_key uuid not null,
    due_on date,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    closed_at timestamptz,
    deleted_at timestamptz
);

create table merge_requests (
    id bigint not null,
    project_id bigint not null,
    iid integer not null,
    author_id bigint not null,
    issue_id bigint,
    reviewer_ids bigint[] not null,
    title text not null,
    description text not null,
    state text not null check (state in ('opened', 'merged', 'closed', 'locked')),
    draft boolean not null,
    source_branch text not null,
    target_branch text not null,
    additions integer not null,
    deletions integer not null,
    merge_commit_sha text,
    metadata jsonb not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    merged_at timestamptz,
    deleted_at timestamptz
);

create table notes (
    id bigint not null,
    project_id bigint not null,
    author_id bigint not null,
    issue_id bigint,
    merge_request_id bigint,
    body text not null,
    system boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    check ((issue_id is null) <> (merge_request_id is null))
);

create table builds (
    id bigint not null,
    project_id bigint not null,
    pipeline_id bigint not null,
    merge_request_id bigint,
    user_id bigint not null,
    runner_id integer,
    name text not null,
    stage text not null,
    status build_status not null,
    failure_reason text,
    ref text not null,
    commit_sha text,
    duration_seconds integer,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz
);

create table events (
    id bigint not null,
    project_id bigint not null,
    author_id bigint not null,
    action text not null,
    target_type text not null,
    target_id bigint,
    payload jsonb not null,
    created_at timestamptz not null
) partition by range (created_at);

do $$
begin
    for month in 0 .. 23 loop
        execute format(
            'create table events_%s partition of events for values from (%L) to (%L)',
            to_char(timestamp '2023-07-01' + month * interval '1 month', 'YYYY_MM'),
            to_char(timestamp '2023-07-01' + month * interval '1 month', 'YYYY-MM-DD 00:00:00+00'),
            to_char(timestamp '2023-07-01' + (month + 1) * interval '1 month', 'YYYY-MM-DD 00:00:00+00'));
    end loop;
end
$$;
