-- source_mapping_get: the mapping saved for files with this header.
--   :source name  :signature hash of the header row -> JSON array
SELECT mapping FROM source_mapping WHERE source = :source AND signature = :signature;

-- source_mapping_put: remembers a mapping, in place of the one before.
INSERT INTO source_mapping(source, signature, mapping, account_id, changed_us) VALUES (:source, :signature, :mapping, :account, :now)
ON CONFLICT (source, signature) DO UPDATE SET mapping = excluded.mapping, account_id = excluded.account_id, changed_us = excluded.changed_us;
