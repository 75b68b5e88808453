-- What the rows are made from: pure functions of (seed, table, row, column), so that any table can be filled at any time, by
-- any plan, on any server. Integers only: no random(), no now(), and no logarithms whose last digit the C library decides.
-- The session says which data: set generator.seed = 1; set generator.scale = 0.1;
-- All of them are inlined into the INSERT that calls them, which is what makes loading fast.

create schema generator;

do $$
begin
    execute format('create function generator.seed() returns bigint language sql immutable parallel safe as %L',
                   'select ' || current_setting('generator.seed')::bigint || '::bigint');
    execute format('create function generator.scale() returns numeric language sql immutable parallel safe as %L',
                   'select ' || current_setting('generator.scale')::numeric || '::numeric');
end
$$;

-- Row counts: proportional to the scale, above a floor that keeps every kind of row present.
create function generator.rows(at_scale_one bigint, at_least bigint) returns bigint
    language sql immutable parallel safe as 'select greatest($2, ($1 * generator.scale())::bigint)';
create function generator.users() returns bigint language sql immutable parallel safe as 'select generator.rows(80000, 100)';
create function generator.namespaces() returns bigint language sql immutable parallel safe as 'select generator.rows(60000, 80)';
create function generator.projects() returns bigint language sql immutable parallel safe as 'select generator.rows(50000, 60)';
create function generator.members() returns bigint language sql immutable parallel safe as 'select generator.rows(300000, 300)';
create function generator.issues() returns bigint language sql immutable parallel safe as 'select generator.rows(400000, 400)';
create function generator.merge_requests() returns bigint language sql immutable parallel safe as 'select generator.rows(200000, 200)';
create function generator.label_links() returns bigint language sql immutable parallel safe as 'select generator.rows(450000, 450)';
create function generator.notes() returns bigint language sql immutable parallel safe as 'select generator.rows(1200000, 1200)';
create function generator.builds() returns bigint language sql immutable parallel safe as 'select generator.rows(1200000, 1200)';
create function generator.events() returns bigint language sql immutable parallel safe as 'select generator.rows(1200000, 1200)';

-- 64 well mixed bits for one column (stream) of one row. Core PostgreSQL's hash, the same in every supported version.
create function generator.hash(row_number bigint, stream integer) returns bigint
    language sql immutable parallel safe as 'select hashint8extended($1, generator.seed() * 10000 + $2)';

-- 0 … n-1, evenly.
create function generator.pick(hash bigint, n bigint) returns bigint
    language sql immutable parallel safe as 'select ($1 & 9223372036854775807) % $2';

-- How many binary digits n has.
create function generator.octaves(n bigint) returns integer
    language sql immutable parallel safe as $$select length(ltrim(($1::bit(64))::text, '0'))$$;

-- 0 … 2^octaves - 1 with a share falling as 1/value: an even choice of how many binary digits (also none), then even below that.
create function generator.skewed(hash bigint, octaves integer) returns bigint
    language sql immutable parallel safe as 'select ($1 >> 16) & ((1::bigint << (($1 & 65535) % ($2 + 1))::integer) - 1)';

-- 1 … n by Zipf's law (the k-th most frequent gets about 1/k of the first). The giant is always 42; the others are scattered
-- over the ids by a prime, which shares no divisor with n.
create function generator.zipf(hash bigint, n bigint) returns bigint
    language sql immutable parallel safe as
    'select 1 + (generator.skewed($1, generator.octaves($2)) * 2654435761 + 41) % $2';

-- One of n things, among those that existed when row i of rows was made, recent ones far more often.
create function generator.recent(hash bigint, i bigint, rows bigint, n bigint) returns bigint
    language sql immutable parallel safe as
    'select greatest(1, $2 * $4 / $3) - generator.skewed($1, generator.octaves($4)) % greatest(1, $2 * $4 / $3)';

-- Accounts, groups and projects appear from 2019 to mid 2022; then three years of work, to the end of June 2025.
create function generator.microseconds(n bigint) returns interval
    language sql immutable parallel safe as $$select $1::double precision * interval '1 microsecond'$$;
create function generator.founded(hash bigint, i bigint, n bigint) returns timestamptz
    language sql stable parallel safe as
    $$select timestamptz '2019-01-01 00:00:00+00'
        + generator.microseconds($2 * (110332800000000 / $3) - generator.pick($1, 110332800000000 / $3))$$;
create function generator.worked(hash bigint, i bigint, n bigint) returns timestamptz
    language sql stable parallel safe as
    $$select timestamptz '2022-07-01 00:00:00+00'
        + generator.microseconds($2 * (94694400000000 / $3) - generator.pick($1, 94694400000000 / $3) - 1)$$;
create function generator.logged(hash bigint, i bigint, n bigint) returns timestamptz
    language sql stable parallel safe as
    $$select timestamptz '2023-07-01 00:00:00+00'
        + generator.microseconds($2 * (63158400000000 / $3) - generator.pick($1, 63158400000000 / $3) - 1)$$;
create function generator.seconds(n bigint) returns interval
    language sql immutable parallel safe as $$select $1::double precision * interval '1 second'$$;
create function generator.the_end() returns timestamptz
    language sql stable parallel safe as $$select timestamptz '2025-07-01 00:00:00+00'$$;

-- Text. 32^4 sentences and 64 nouns.
create function generator.subject(hash bigint) returns text language sql immutable parallel safe as
$$select (array[
    'The login page', 'The merge queue', 'The search box', 'The nightly export', 'The mobile client', 'The billing job',
    'The webhook worker', 'The settings dialog', 'The project import', 'The audit log', 'The token refresh', 'The file browser',
    'The diff viewer', 'The email parser', 'The build cache', 'The runner pool', 'The release script', 'The metrics endpoint',
    'The sidebar menu', 'The label picker', 'The markdown editor', 'The avatar upload', 'The session store', 'The backup task',
    'The rate limiter', 'The notification mail', 'The dashboard chart', 'The group overview', 'The date filter',
    'The keyboard shortcut', 'The archive download', 'The permission check'])[1 + ($1 & 31)::integer]$$;
create function generator.predicate(hash bigint) returns text language sql immutable parallel safe as
$$select (array[
    'ignores', 'loses', 'duplicates', 'truncates', 'blocks', 'reloads', 'delays', 'rejects', 'forgets', 'hides', 'overwrites',
    'corrupts', 'leaks', 'repeats', 'skips', 'renames', 'rounds', 'caches', 'locks', 'misreads', 'swallows', 'reorders',
    'escapes', 'doubles', 'drops', 'retries', 'flattens', 'misplaces', 'expires', 'validates', 'encodes',
    'resets'])[1 + ($1 & 31)::integer]$$;
create function generator.thing(hash bigint) returns text language sql immutable parallel safe as
$$select (array[
    'empty comments', 'the retry header', 'long file names', 'pending approvals', 'the first page', 'old sessions',
    'quoted replies', 'the user language', 'large attachments', 'draft messages', 'nested groups', 'the sort order',
    'time zones', 'deleted branches', 'the access token', 'line breaks', 'archived projects', 'the second factor',
    'protected tags', 'inherited members', 'failed uploads', 'the progress bar', 'table headings', 'relative links',
    'parallel requests', 'unread counters', 'binary diffs', 'the column width', 'renamed users', 'stale cookies',
    'public snippets', 'trailing spaces'])[1 + ($1 & 31)::integer]$$;
create function generator.circumstance(hash bigint) returns text language sql immutable parallel safe as
$$select (array[
    'after the upgrade', 'on slow networks', 'when two tabs are open', 'for guests', 'in the staging area', 'since last week',
    'behind a proxy', 'with dark mode on', 'under heavy load', 'for new accounts', 'on the first of the month', 'in private mode',
    'after a password change', 'with more than a thousand rows', 'for owners of several groups', 'during a deployment',
    'if the disk is nearly full', 'on tablets', 'when the cache is cold', 'in the afternoon', 'after a timeout',
    'for imported projects', 'without any message', 'when a label is removed', 'in every browser', 'once per day',
    'with an expired licence', 'for read only members', 'while a backup runs', 'when the queue is long', 'on small screens',
    'as described before'])[1 + ($1 & 31)::integer]$$;
create function generator.noun(hash bigint) returns text language sql immutable parallel safe as
$$select (array[
    'anchor', 'badge', 'beacon', 'bridge', 'cedar', 'cloud', 'comet', 'copper', 'delta', 'ember', 'falcon', 'fern', 'flint',
    'forest', 'garnet', 'glacier', 'harbor', 'hazel', 'heron', 'island', 'ivory', 'jasper', 'juniper', 'kernel', 'lagoon',
    'lantern', 'ledger', 'linden', 'lotus', 'magnet', 'maple', 'marble', 'meadow', 'meteor', 'mirror', 'nebula', 'nickel',
    'orbit', 'orchid', 'otter', 'pepper', 'pilot', 'planet', 'prairie', 'quartz', 'raven', 'ridge', 'river', 'rocket', 'saffron',
    'salmon', 'signal', 'silver', 'sparrow', 'summit', 'thistle', 'timber', 'topaz', 'tulip', 'valley', 'violet', 'walnut',
    'willow', 'zephyr'])[1 + ($1 & 63)::integer]$$;
create function generator.clause(hash bigint) returns text language sql immutable parallel safe as
$$select generator.subject($1) || ' ' || generator.predicate($1 >> 5) || ' ' || generator.thing($1 >> 10)$$;
create function generator.sentence(hash bigint) returns text language sql immutable parallel safe as
$$select generator.subject($1) || ' ' || generator.predicate($1 >> 5) || ' ' || generator.thing($1 >> 10)
    || ' ' || generator.circumstance($1 >> 15) || '. '$$;

-- 40 hexadecimal digits, as a commit has them.
create function generator.commit(row_number bigint, stream integer) returns text language sql immutable parallel safe as
$$select lpad(to_hex(generator.hash($1, $2)), 16, '0') || lpad(to_hex(generator.hash($1, $2 + 1)), 16, '0')
    || lpad(to_hex(generator.hash($1, $2 + 2) & 4294967295), 8, '0')$$;
create function generator.uuid(row_number bigint, stream integer) returns uuid language sql immutable parallel safe as
$$select (lpad(to_hex(generator.hash($1, $2)), 16, '0') || lpad(to_hex(generator.hash($1, $2 + 1)), 16, '0'))::uuid$$;

-- Which project an issue or a merge request belongs to; tables that point at them must agree.
create function generator.project_of_issue(id bigint) returns bigint language sql immutable parallel safe as
'select generator.zipf(generator.hash($1, 601), generator.projects())';
create function generator.project_of_merge_request(id bigint) returns bigint language sql immutable parallel safe as
'select generator.zipf(generator.hash($1, 701), generator.projects())';
