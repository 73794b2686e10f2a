-- What the pages of record kinds ask beside the statements of kind.c.

-- records_newest_import: the last day that an import of a source speaks for -> as_of or NULL
--   :source name of a row in the table of sources
--   scan: imports are few
SELECT MAX(as_of) FROM import_batch WHERE source = :source AND state = 'applied';
