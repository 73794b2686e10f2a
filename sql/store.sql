-- store_schema_newest: the newest migration applied.
SELECT version FROM schema_version ORDER BY version DESC LIMIT 1;

-- store_lock@sqlite: never used there; a lock file does it.
SELECT CASE WHEN :key IS NULL THEN 0 ELSE 1 END;

-- store_lock@postgres: 1 if this session now holds the advisory lock :key, else 0.
SELECT CASE WHEN pg_try_advisory_lock(CAST(:key AS BIGINT)) THEN 1 ELSE 0 END;
