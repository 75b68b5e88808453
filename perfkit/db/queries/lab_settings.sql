-- What a session can set that bears on how a statement is read and planned.
select name, setting as value
from pg_settings
where context in ('user', 'superuser')
    and (
        starts_with(category, 'Query Tuning')
        or name in (
            'work_mem', 'hash_mem_multiplier', 'temp_buffers', 'effective_io_concurrency',
            'max_parallel_workers', 'max_parallel_workers_per_gather', 'parallel_leader_participation',
            'TimeZone', 'DateStyle', 'IntervalStyle', 'extra_float_digits', 'array_nulls', 'standard_conforming_strings',
            'backslash_quote', 'transform_null_equals', 'default_text_search_config', 'xmloption', 'row_security'
        )
    )
order by name
