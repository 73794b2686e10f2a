-- Imports of whatever source: batches, their problems, what they replaced.

-- batch_insert: a new import.
--   -> its id
--   scan: nothing, but when a reference waits for its parent (restoring a backup)
INSERT INTO import_batch(source, file_name, file_hash, state, mode, as_of, rows_read, rows_added,
    rows_changed, rows_ended, rows_refused, assumed, account_id, created_us)
VALUES(:source, :file_name, :file_hash, 'staged', :mode, :as_of, :read, :added, :changed, :ended,
    :refused, :assumed, :account, :now_us)
RETURNING id;

-- batch_finish: the counts of an import and its new state.
UPDATE import_batch SET state = :state, rows_read = :read, rows_added = :added,
    rows_changed = :changed, rows_ended = :ended, rows_refused = :refused, assumed = :assumed,
    file_name = :file_name, mode = :mode, as_of = :as_of, applied_us = :applied_us
WHERE id = :id;

-- batch_mark_undone: an import was taken back.
UPDATE import_batch SET state = 'undone', undone_us = :now_us WHERE id = :id;

-- batch_staged_hash: the hash of a staged import's file.
SELECT file_hash FROM import_batch WHERE id = :id AND state = 'staged';

-- batch_newest: the newest day that an applied import of a source speaks for, and its id.
--   scan: a few hundred imports
SELECT id, as_of FROM import_batch WHERE source = :source AND state = 'applied' ORDER BY as_of DESC, id DESC LIMIT 1;

-- batch_error_insert: a refused row or a warning.
INSERT INTO import_error(batch_id, file, line, col, value, what, severity)
VALUES(:batch, :file, :line, :col, :value, :what, :severity);

-- batch_error_clear: the problems of a staged import, before it is read again.
DELETE FROM import_error WHERE batch_id = :batch;

-- batch_change_insert: what a row was before an import changed or ended it.
INSERT INTO import_change(batch_id, tab, row_id, kind, before)
VALUES(:batch, :tab, :row, :kind, :before);

-- batch_changes: what an import replaced, latest first.
SELECT tab, row_id, kind, before FROM import_change WHERE batch_id = :batch ORDER BY id DESC;

-- batch_conflict: a later import that changed the same rows.
SELECT b.id, b.file_name, l.tab FROM import_change c
JOIN import_change l ON l.tab = c.tab AND l.row_id = c.row_id AND l.batch_id > c.batch_id
JOIN import_batch b ON b.id = l.batch_id AND b.state = 'applied'
WHERE c.batch_id = :batch LIMIT 1;

-- batch_one: one import.
SELECT b.id, b.account_id, b.created_us, b.applied_us, b.undone_us, b.source, b.file_name, b.state,
    b.mode, b.assumed, b.file_hash, b.as_of, b.rows_read, b.rows_added, b.rows_changed,
    b.rows_ended, b.rows_refused,
    (SELECT COUNT(*) FROM import_error x WHERE x.batch_id = b.id)
FROM import_batch b WHERE b.id = :id;

-- batch_list: imports, newest first.
--   scan: one row an import
SELECT b.id, b.account_id, b.created_us, b.applied_us, b.undone_us, b.source, b.file_name, b.state,
    b.mode, b.assumed, b.file_hash, b.as_of, b.rows_read, b.rows_added, b.rows_changed,
    b.rows_ended, b.rows_refused,
    (SELECT COUNT(*) FROM import_error x WHERE x.batch_id = b.id)
FROM import_batch b ORDER BY b.id DESC LIMIT :limit OFFSET :offset;

-- batch_problems: the problems of an import in the order in which they were met.
SELECT file, line, col, value, what, severity FROM import_error
WHERE batch_id = :batch ORDER BY id LIMIT :limit OFFSET :offset;
