-- store_schema_newest: the newest migration applied.
SELECT version FROM schema_version ORDER BY version DESC LIMIT 1;
