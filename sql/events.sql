-- Daily usage: products and the files of facts.

-- product_find: the id of a product by its key.
SELECT id FROM product WHERE name_key = :name_key;

-- product_insert: a new product.
--   -> its id
INSERT INTO product(name, name_key) VALUES(:name, :name_key) RETURNING id;

-- product_name: a product's name.
SELECT name FROM product WHERE id = :id;

-- usage_segment_insert: a file of facts begins to count.
INSERT INTO usage_segment(batch_id, kind, file, checksum, row_count, first_day, last_day)
VALUES(:batch, :kind, :file, :checksum, :row_count, :first_day, :last_day);

-- usage_segments_of: files with days in a period, earliest batch first.
SELECT id, batch_id, file, checksum, row_count FROM usage_segment
WHERE kind = :kind AND last_day >= :since AND first_day <= :as_of ORDER BY batch_id, id;

-- usage_segments_all: every file that counts.
--   scan: all of them are checked
SELECT file, checksum, row_count FROM usage_segment ORDER BY id;

-- usage_segments_upto: files of batches up to one, with their days.
--   scan: merging looks at all of them
SELECT id, batch_id, file, checksum, first_day, last_day FROM usage_segment
WHERE kind = :kind ORDER BY batch_id, id;

-- usage_file_used: how many rows name a file.
--   scan: a few hundred rows
SELECT COUNT(*) FROM usage_segment WHERE file = :file;

-- usage_undo: a batch's files no longer count.
DELETE FROM usage_segment WHERE batch_id = :batch;

-- usage_segment_drop: one file no longer counts.
DELETE FROM usage_segment WHERE id = :id;

-- usage_is_merged: whether a batch's facts were put together with others.
SELECT 1 FROM usage_merged WHERE batch_id = :batch;

-- usage_merged_insert: a batch that can't be undone any more.
INSERT INTO usage_merged(batch_id) VALUES(:batch) ON CONFLICT (batch_id) DO NOTHING;

-- usage_touched: the batch itself, where merging has made undoing impossible.
SELECT b.id, b.file_name FROM usage_merged m JOIN import_batch b ON b.id = m.batch_id
WHERE m.batch_id = :batch;

-- usage_newest_day: the last day of which there are facts.
--   scan: a few hundred rows
SELECT MAX(last_day) FROM usage_segment WHERE kind = :kind;

-- usage_students_count: how many students are enrolled on a day.
--   scan: counts every student
SELECT COUNT(DISTINCT person_id) FROM person_role
WHERE role = 'student' AND begins_on <= :day AND (ends_on IS NULL OR ends_on > :day);

-- usage_students: students enrolled on a day, ascending.
--   scan: a row for every student
SELECT DISTINCT person_id FROM person_role
WHERE role = 'student' AND begins_on <= :day AND (ends_on IS NULL OR ends_on > :day)
ORDER BY person_id;
