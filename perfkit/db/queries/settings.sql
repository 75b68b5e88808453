-- Planner, memory and parallel settings whatever their value, and every other one set by somebody, less what perfkit
-- itself sets for its sessions, what holds paths or addresses, and what cannot bear on a plan.
select name, setting as value, unit, source
from pg_settings
where (
    category like 'Query Tuning%%'
    or category = 'Resource Usage / Memory'
    or name like '%%parallel%%'
    or source not in ('default', 'override', 'client')
)
and name not in (
    'application_name', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
    'client_connection_check_interval', 'default_transaction_read_only', 'transaction_read_only',
    'config_file', 'data_directory', 'hba_file', 'ident_file', 'external_pid_file', 'unix_socket_directories',
    'listen_addresses', 'port', 'log_directory', 'log_filename', 'primary_conninfo', 'ssl_passphrase_command',
    'archive_command', 'restore_command', 'archive_cleanup_command', 'recovery_end_command', 'cluster_name'
)
order by name
