-- store_lock@sqlite: never used there; a lock file does it.
SELECT CASE WHEN :key IS NULL THEN 0 ELSE 1 END;

-- store_lock@postgres: 1 if this session now holds the advisory lock :key, else 0.
SELECT CASE WHEN pg_try_advisory_lock(hashtext(current_schema()), CAST(CAST(:key AS BIGINT) % 2147483647 AS INT)) THEN 1 ELSE 0 END;

-- store_unlock@sqlite: never used there.
SELECT CASE WHEN :key IS NULL THEN 0 ELSE 1 END;

-- store_unlock@postgres: gives the advisory lock :key back.
SELECT CASE WHEN pg_advisory_unlock(hashtext(current_schema()), CAST(CAST(:key AS BIGINT) % 2147483647 AS INT)) THEN 1 ELSE 0 END;

-- setting_put: sets a setting that lives with the records.
--   :name  :value  :now us
INSERT INTO setting(name, value, changed_us) VALUES(:name, :value, :now)
ON CONFLICT(name) DO UPDATE SET value = excluded.value, changed_us = excluded.changed_us;

-- setting_get: the value of a setting, no row when it was never set.
SELECT value FROM setting WHERE name = :name;

-- setting_count: how many settings are set.
--   scan: a few dozen rows
SELECT count(*) FROM setting;

-- store_integrity@sqlite: 'ok', or a row per fault of the file.
--   scan: reads every page, which is its purpose
SELECT integrity_check FROM pragma_integrity_check;

-- store_integrity@postgres: one row; that server checks its own pages.
SELECT 'ok';
