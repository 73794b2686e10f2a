-- What kind.c needs beside the statements it puts together from the rows of the kinds.

-- kind_columns@sqlite: the columns of a table in order.
--   :tab table -> name, type
--   scan: the schema of one table is small
SELECT name, lower(type) FROM pragma_table_info(:tab) ORDER BY cid;

-- kind_columns@postgres: the columns of a table in order.
--   :tab table -> name, type
SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = :tab ORDER BY ordinal_position;

-- kind_org_find: an org by what people call it; at most two, so that doubt shows.
--   :what sourced id, identifier or name  :folded the name in lower case -> id
--   scan: orgs are few
SELECT id FROM org WHERE ext = :what OR identifier = :what OR lower(name) = :folded ORDER BY id LIMIT 2;

-- kind_org_name: what an org is called.
SELECT name FROM org WHERE id = :id;

-- kind_person_find: a person in force by any identifier; at most two, so that doubt shows.
--   :what identifier, sourced id, user name or e-mail  :folded in lower case -> id
--   scan: typed by hand into one form, once; imports resolve in bulk
SELECT id FROM person WHERE merged_into IS NULL AND (ext = :what OR identifier = :what OR lower(username) = :folded OR lower(email) = :folded)
ORDER BY CASE WHEN ended_on IS NULL THEN 0 ELSE 1 END, id LIMIT 2;

-- kind_org_exists: whether an org has this id.
SELECT id FROM org WHERE id = :id;

-- kind_person_exists: whether a person has this id.
SELECT id FROM person WHERE id = :id;
