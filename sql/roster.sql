-- The roster. First, the same nine statements for each table that an import writes: get, put (all
-- columns that may change, in one order: roster/tables.c), insert (with an id the importer gives),
-- end, and what undo needs. Then the readings, then what only some tables need.

-- org_get: the columns of one org.
SELECT name, kind, parent_id, identifier, locale, grade_low, grade_high, ends_on, src_hash
FROM org WHERE id = :id;

-- org_put: new values for one org.
UPDATE org SET name = :name, kind = :kind, parent_id = :parent_id, identifier = :identifier,
    locale = :locale, grade_low = :grade_low, grade_high = :grade_high, ends_on = :ends_on,
    src_hash = :src_hash
WHERE id = :id;

-- org_insert: one org.
INSERT INTO org(name, kind, parent_id, identifier, locale, grade_low, grade_high, ends_on,
    src_hash, ext, batch_id, id)
VALUES(:name, :kind, :parent_id, :identifier, :locale, :grade_low, :grade_high, :ends_on,
    :src_hash, :ext, :batch_id, :id);

-- org_end: one org is over from a day on; in a later file it differs, so it comes back.
UPDATE org SET ends_on = :day, src_hash = 0 WHERE id = :id;

-- org_max: the largest id.
SELECT MAX(id) FROM org;

-- org_touched: a later import that changed an org which this one added.
SELECT b.id, b.file_name FROM import_change c
JOIN import_batch b ON b.id = c.batch_id AND b.state = 'applied'
JOIN org x ON x.id = c.row_id AND x.batch_id = :batch
WHERE c.tab = 'org' AND c.batch_id > :batch LIMIT 1;

-- org_added: what an import added.
--   scan: undo is rare, and an index would cost every import
SELECT id FROM org WHERE batch_id = :batch ORDER BY id;

-- org_drop: takes away what an import added.
--   scan: undo is rare, and an index would cost every import
DELETE FROM org WHERE batch_id = :batch;

-- org_drop_one: takes one org away.
--   scan: undo only; what refers to it is gone before
DELETE FROM org WHERE id = :id;

-- org_sequence@sqlite: ids that the importer gave are known to the table.
SELECT 1;

-- org_sequence@postgres: ids that the importer gave are known to the table.
SELECT setval(pg_get_serial_sequence('org', 'id'), (SELECT COALESCE(MAX(id), 1) FROM org));

-- term_get: the columns of one term.
SELECT title, kind, begins_on, ends_on, parent_id, school_year, retired_on, src_hash
FROM term WHERE id = :id;

-- term_put: new values for one term.
UPDATE term SET title = :title, kind = :kind, begins_on = :begins_on, ends_on = :ends_on,
    parent_id = :parent_id, school_year = :school_year, retired_on = :retired_on,
    src_hash = :src_hash
WHERE id = :id;

-- term_insert: one term.
INSERT INTO term(title, kind, begins_on, ends_on, parent_id, school_year, retired_on, src_hash,
    ext, batch_id, id)
VALUES(:title, :kind, :begins_on, :ends_on, :parent_id, :school_year, :retired_on, :src_hash,
    :ext, :batch_id, :id);

-- term_end: one term is over from a day on; in a later file it differs, so it comes back.
UPDATE term SET retired_on = :day, src_hash = 0 WHERE id = :id;

-- term_max: the largest id.
SELECT MAX(id) FROM term;

-- term_touched: a later import that changed a term which this one added.
SELECT b.id, b.file_name FROM import_change c
JOIN import_batch b ON b.id = c.batch_id AND b.state = 'applied'
JOIN term x ON x.id = c.row_id AND x.batch_id = :batch
WHERE c.tab = 'term' AND c.batch_id > :batch LIMIT 1;

-- term_added: what an import added.
--   scan: undo is rare, and an index would cost every import
SELECT id FROM term WHERE batch_id = :batch ORDER BY id;

-- term_drop: takes away what an import added.
--   scan: undo is rare, and an index would cost every import
DELETE FROM term WHERE batch_id = :batch;

-- term_drop_one: takes one term away.
--   scan: undo only; what refers to it is gone before
DELETE FROM term WHERE id = :id;

-- term_sequence@sqlite: ids that the importer gave are known to the table.
SELECT 1;

-- term_sequence@postgres: ids that the importer gave are known to the table.
SELECT setval(pg_get_serial_sequence('term', 'id'), (SELECT COALESCE(MAX(id), 1) FROM term));

-- course_get: the columns of one course.
SELECT title, code, org_id, grades, subjects, retired_on, src_hash
FROM course WHERE id = :id;

-- course_put: new values for one course.
UPDATE course SET title = :title, code = :code, org_id = :org_id, grades = :grades,
    subjects = :subjects, retired_on = :retired_on, src_hash = :src_hash
WHERE id = :id;

-- course_insert: one course.
INSERT INTO course(title, code, org_id, grades, subjects, retired_on, src_hash, ext, batch_id,
    id)
VALUES(:title, :code, :org_id, :grades, :subjects, :retired_on, :src_hash, :ext, :batch_id, :id);

-- course_end: one course is over from a day on; in a later file it differs, so it comes back.
UPDATE course SET retired_on = :day, src_hash = 0 WHERE id = :id;

-- course_max: the largest id.
SELECT MAX(id) FROM course;

-- course_touched: a later import that changed a course which this one added.
SELECT b.id, b.file_name FROM import_change c
JOIN import_batch b ON b.id = c.batch_id AND b.state = 'applied'
JOIN course x ON x.id = c.row_id AND x.batch_id = :batch
WHERE c.tab = 'course' AND c.batch_id > :batch LIMIT 1;

-- course_added: what an import added.
--   scan: undo is rare, and an index would cost every import
SELECT id FROM course WHERE batch_id = :batch ORDER BY id;

-- course_drop: takes away what an import added.
--   scan: undo is rare, and an index would cost every import
DELETE FROM course WHERE batch_id = :batch;

-- course_drop_one: takes one course away.
--   scan: undo only; what refers to it is gone before
DELETE FROM course WHERE id = :id;

-- course_sequence@sqlite: ids that the importer gave are known to the table.
SELECT 1;

-- course_sequence@postgres: ids that the importer gave are known to the table.
SELECT setval(pg_get_serial_sequence('course', 'id'), (SELECT COALESCE(MAX(id), 1) FROM course));

-- section_get: the columns of one section.
SELECT title, code, kind, course_id, org_id, term_id, begins_on, ends_on, location, grades,
    subjects, periods, retired_on, src_hash
FROM section WHERE id = :id;

-- section_put: new values for one section.
UPDATE section SET title = :title, code = :code, kind = :kind, course_id = :course_id,
    org_id = :org_id, term_id = :term_id, begins_on = :begins_on, ends_on = :ends_on,
    location = :location, grades = :grades, subjects = :subjects, periods = :periods,
    retired_on = :retired_on, src_hash = :src_hash
WHERE id = :id;

-- section_insert: one section.
INSERT INTO section(title, code, kind, course_id, org_id, term_id, begins_on, ends_on, location,
    grades, subjects, periods, retired_on, src_hash, ext, batch_id, id)
VALUES(:title, :code, :kind, :course_id, :org_id, :term_id, :begins_on, :ends_on, :location,
    :grades, :subjects, :periods, :retired_on, :src_hash, :ext, :batch_id, :id);

-- section_end: one section is over from a day on; in a later file it differs, so it comes back.
UPDATE section SET retired_on = :day, src_hash = 0 WHERE id = :id;

-- section_max: the largest id.
SELECT MAX(id) FROM section;

-- section_touched: a later import that changed a section which this one added.
SELECT b.id, b.file_name FROM import_change c
JOIN import_batch b ON b.id = c.batch_id AND b.state = 'applied'
JOIN section x ON x.id = c.row_id AND x.batch_id = :batch
WHERE c.tab = 'section' AND c.batch_id > :batch LIMIT 1;

-- section_added: what an import added.
--   scan: undo is rare, and an index would cost every import
SELECT id FROM section WHERE batch_id = :batch ORDER BY id;

-- section_drop: takes away what an import added.
--   scan: undo is rare, and an index would cost every import
DELETE FROM section WHERE batch_id = :batch;

-- section_drop_one: takes one section away.
DELETE FROM section WHERE id = :id;

-- section_sequence@sqlite: ids that the importer gave are known to the table.
SELECT 1;

-- section_sequence@postgres: ids that the importer gave are known to the table.
SELECT setval(pg_get_serial_sequence('section', 'id'), (SELECT COALESCE(MAX(id), 1) FROM section));

-- person_get: the columns of one person.
SELECT username, given_name, family_name, middle_name, preferred_name, email, phone, identifier,
    enabled, ended_on, merged_into, src_hash
FROM person WHERE id = :id;

-- person_put: new values for one person.
UPDATE person SET username = :username, given_name = :given_name, family_name = :family_name,
    middle_name = :middle_name, preferred_name = :preferred_name, email = :email,
    phone = :phone, identifier = :identifier, enabled = :enabled, ended_on = :ended_on,
    merged_into = :merged_into, src_hash = :src_hash
WHERE id = :id;

-- person_insert: one person.
INSERT INTO person(username, given_name, family_name, middle_name, preferred_name, email, phone,
    identifier, enabled, ended_on, merged_into, src_hash, ext, batch_id, id)
VALUES(:username, :given_name, :family_name, :middle_name, :preferred_name, :email, :phone,
    :identifier, :enabled, :ended_on, :merged_into, :src_hash, :ext, :batch_id, :id);

-- person_end: one person is over from a day on; in a later file it differs, so it comes back.
UPDATE person SET ended_on = :day, src_hash = 0 WHERE id = :id;

-- person_max: the largest id.
SELECT MAX(id) FROM person;

-- person_touched: a later import that changed a person which this one added.
SELECT b.id, b.file_name FROM import_change c
JOIN import_batch b ON b.id = c.batch_id AND b.state = 'applied'
JOIN person x ON x.id = c.row_id AND x.batch_id = :batch
WHERE c.tab = 'person' AND c.batch_id > :batch LIMIT 1;

-- person_added: what an import added.
--   scan: undo is rare, and an index would cost every import
SELECT id FROM person WHERE batch_id = :batch ORDER BY id;

-- person_drop: takes away what an import added.
--   scan: undo is rare, and an index would cost every import
DELETE FROM person WHERE batch_id = :batch;

-- person_drop_one: takes one person away.
--   scan: undo only; a few rows
DELETE FROM person WHERE id = :id;

-- person_sequence@sqlite: ids that the importer gave are known to the table.
SELECT 1;

-- person_sequence@postgres: ids that the importer gave are known to the table.
SELECT setval(pg_get_serial_sequence('person', 'id'), (SELECT COALESCE(MAX(id), 1) FROM person));

-- person_role_get: the columns of one role.
SELECT person_id, org_id, role, is_primary, begins_on, ends_on, src_hash
FROM person_role WHERE id = :id;

-- person_role_put: new values for one role.
UPDATE person_role SET person_id = :person_id, org_id = :org_id, role = :role,
    is_primary = :is_primary, begins_on = :begins_on, ends_on = :ends_on, src_hash = :src_hash
WHERE id = :id;

-- person_role_insert: one role.
INSERT INTO person_role(person_id, org_id, role, is_primary, begins_on, ends_on, src_hash, ext,
    batch_id, id)
VALUES(:person_id, :org_id, :role, :is_primary, :begins_on, :ends_on, :src_hash, :ext,
    :batch_id, :id);

-- person_role_end: one role is over from a day on; in a later file it differs, so it comes back.
UPDATE person_role SET ends_on = :day, src_hash = 0 WHERE id = :id;

-- person_role_max: the largest id.
SELECT MAX(id) FROM person_role;

-- person_role_touched: a later import that changed a role which this one added.
SELECT b.id, b.file_name FROM import_change c
JOIN import_batch b ON b.id = c.batch_id AND b.state = 'applied'
JOIN person_role x ON x.id = c.row_id AND x.batch_id = :batch
WHERE c.tab = 'person_role' AND c.batch_id > :batch LIMIT 1;

-- person_role_added: what an import added.
--   scan: undo is rare, and an index would cost every import
SELECT id FROM person_role WHERE batch_id = :batch ORDER BY id;

-- person_role_drop: takes away what an import added.
--   scan: undo is rare, and an index would cost every import
DELETE FROM person_role WHERE batch_id = :batch;

-- person_role_drop_one: takes one role away.
DELETE FROM person_role WHERE id = :id;

-- person_role_sequence@sqlite: ids that the importer gave are known to the table.
SELECT 1;

-- person_role_sequence@postgres: ids that the importer gave are known to the table.
SELECT setval(pg_get_serial_sequence('person_role', 'id'), (SELECT COALESCE(MAX(id), 1) FROM person_role));

-- student_status_get: the columns of one status.
SELECT person_id, begins_on, ends_on, grade, meal, english_learner, disability_plan, race,
    gender, home_language, housing, birth_on, src_hash
FROM student_status WHERE id = :id;

-- student_status_put: new values for one status.
UPDATE student_status SET person_id = :person_id, begins_on = :begins_on, ends_on = :ends_on,
    grade = :grade, meal = :meal, english_learner = :english_learner,
    disability_plan = :disability_plan, race = :race, gender = :gender,
    home_language = :home_language, housing = :housing, birth_on = :birth_on,
    src_hash = :src_hash
WHERE id = :id;

-- student_status_insert: one status.
INSERT INTO student_status(person_id, begins_on, ends_on, grade, meal, english_learner,
    disability_plan, race, gender, home_language, housing, birth_on, src_hash, batch_id, id)
VALUES(:person_id, :begins_on, :ends_on, :grade, :meal, :english_learner, :disability_plan,
    :race, :gender, :home_language, :housing, :birth_on, :src_hash, :batch_id, :id);

-- student_status_end: one status is over from a day on; in a later file it differs, so it comes back.
UPDATE student_status SET ends_on = :day WHERE id = :id;

-- student_status_max: the largest id.
SELECT MAX(id) FROM student_status;

-- student_status_touched: a later import that changed a status which this one added.
SELECT b.id, b.file_name FROM import_change c
JOIN import_batch b ON b.id = c.batch_id AND b.state = 'applied'
JOIN student_status x ON x.id = c.row_id AND x.batch_id = :batch
WHERE c.tab = 'student_status' AND c.batch_id > :batch LIMIT 1;

-- student_status_added: what an import added.
--   scan: undo is rare, and an index would cost every import
SELECT id FROM student_status WHERE batch_id = :batch ORDER BY id;

-- student_status_drop: takes away what an import added.
--   scan: undo is rare, and an index would cost every import
DELETE FROM student_status WHERE batch_id = :batch;

-- student_status_drop_one: takes one status away.
DELETE FROM student_status WHERE id = :id;

-- student_status_sequence@sqlite: ids that the importer gave are known to the table.
SELECT 1;

-- student_status_sequence@postgres: ids that the importer gave are known to the table.
SELECT setval(pg_get_serial_sequence('student_status', 'id'), (SELECT COALESCE(MAX(id), 1) FROM student_status));

-- guardian_get: the columns of one guardian.
SELECT person_id, guardian_id, begins_on, ends_on
FROM guardian WHERE id = :id;

-- guardian_put: new values for one guardian.
UPDATE guardian SET person_id = :person_id, guardian_id = :guardian_id, begins_on = :begins_on,
    ends_on = :ends_on
WHERE id = :id;

-- guardian_insert: one guardian.
INSERT INTO guardian(person_id, guardian_id, begins_on, ends_on, batch_id, id)
VALUES(:person_id, :guardian_id, :begins_on, :ends_on, :batch_id, :id);

-- guardian_end: one guardian is over from a day on; in a later file it differs, so it comes back.
UPDATE guardian SET ends_on = :day WHERE id = :id;

-- guardian_max: the largest id.
SELECT MAX(id) FROM guardian;

-- guardian_touched: a later import that changed a guardian which this one added.
SELECT b.id, b.file_name FROM import_change c
JOIN import_batch b ON b.id = c.batch_id AND b.state = 'applied'
JOIN guardian x ON x.id = c.row_id AND x.batch_id = :batch
WHERE c.tab = 'guardian' AND c.batch_id > :batch LIMIT 1;

-- guardian_added: what an import added.
--   scan: undo is rare, and an index would cost every import
SELECT id FROM guardian WHERE batch_id = :batch ORDER BY id;

-- guardian_drop: takes away what an import added.
--   scan: undo is rare, and an index would cost every import
DELETE FROM guardian WHERE batch_id = :batch;

-- guardian_drop_one: takes one guardian away.
DELETE FROM guardian WHERE id = :id;

-- guardian_sequence@sqlite: ids that the importer gave are known to the table.
SELECT 1;

-- guardian_sequence@postgres: ids that the importer gave are known to the table.
SELECT setval(pg_get_serial_sequence('guardian', 'id'), (SELECT COALESCE(MAX(id), 1) FROM guardian));

-- enrollment_get: the columns of one enrollment.
SELECT person_id, section_id, org_id, role, is_primary, begins_on, ends_on, src_hash
FROM enrollment WHERE id = :id;

-- enrollment_put: new values for one enrollment.
UPDATE enrollment SET person_id = :person_id, section_id = :section_id, org_id = :org_id,
    role = :role, is_primary = :is_primary, begins_on = :begins_on, ends_on = :ends_on,
    src_hash = :src_hash
WHERE id = :id;

-- enrollment_insert: one enrollment.
INSERT INTO enrollment(person_id, section_id, org_id, role, is_primary, begins_on, ends_on,
    src_hash, ext, batch_id, id)
VALUES(:person_id, :section_id, :org_id, :role, :is_primary, :begins_on, :ends_on, :src_hash,
    :ext, :batch_id, :id);

-- enrollment_end: one enrollment is over from a day on; in a later file it differs, so it comes back.
UPDATE enrollment SET ends_on = :day, src_hash = 0 WHERE id = :id;

-- enrollment_max: the largest id.
SELECT MAX(id) FROM enrollment;

-- enrollment_touched: a later import that changed an enrollment which this one added.
SELECT b.id, b.file_name FROM import_change c
JOIN import_batch b ON b.id = c.batch_id AND b.state = 'applied'
JOIN enrollment x ON x.id = c.row_id AND x.batch_id = :batch
WHERE c.tab = 'enrollment' AND c.batch_id > :batch LIMIT 1;

-- enrollment_added: what an import added.
--   scan: undo is rare, and an index would cost every import
SELECT id FROM enrollment WHERE batch_id = :batch ORDER BY id;

-- enrollment_drop: takes away what an import added.
--   scan: undo is rare, and an index would cost every import
DELETE FROM enrollment WHERE batch_id = :batch;

-- enrollment_drop_one: takes one enrollment away.
DELETE FROM enrollment WHERE id = :id;

-- enrollment_sequence@sqlite: ids that the importer gave are known to the table.
SELECT 1;

-- enrollment_sequence@postgres: ids that the importer gave are known to the table.
SELECT setval(pg_get_serial_sequence('enrollment', 'id'), (SELECT COALESCE(MAX(id), 1) FROM enrollment));

-- person_alias_insert: a further identifier.
INSERT INTO person_alias(person_id, kind, value, batch_id) VALUES(:person_id, :kind, :value, :batch_id)
ON CONFLICT DO NOTHING;

-- person_alias_drop: takes away what an import added.
--   scan: undo is rare, and an index would cost every import
DELETE FROM person_alias WHERE batch_id = :batch;

-- load_org: what an import must know of the rows that are there.
--   scan: an import compares with all of them
SELECT id, ext, src_hash, ends_on, kind, grade_low, grade_high FROM org;

-- load_term: as load_org.
--   scan: an import compares with all of them
SELECT id, ext, src_hash, retired_on, kind, begins_on, ends_on, school_year FROM term;

-- load_course: as load_org.
--   scan: an import compares with all of them
SELECT id, ext, src_hash, retired_on FROM course;

-- load_section: as load_org.
--   scan: an import compares with all of them
SELECT id, ext, src_hash, retired_on, org_id, begins_on, ends_on FROM section;

-- load_person: as load_org.
--   scan: an import compares with all of them
SELECT id, ext, src_hash, ended_on, merged_into FROM person ORDER BY id;

-- load_role: as load_org; those that lasted on a day first, then those that a source said were over
-- (what an import itself ended has src_hash 0: coming back begins anew).
--   scan: an import compares with all of them
SELECT id, person_id, org_id, role, src_hash, CASE WHEN ends_on IS NULL OR ends_on > :day THEN 1 ELSE 0 END, begins_on
FROM person_role WHERE ends_on IS NULL OR ends_on > :day OR src_hash <> 0
ORDER BY 6 DESC, id;

-- load_status: as load_org; the versions that last.
--   scan: an import compares with all of them
SELECT id, person_id, begins_on, grade, meal, english_learner, disability_plan, race, gender,
    home_language, housing, birth_on
FROM student_status WHERE ends_on IS NULL;

-- load_guardian: as load_org; those that last.
--   scan: an import compares with all of them
SELECT id, person_id, guardian_id FROM guardian WHERE ends_on IS NULL;

-- load_enrollment: as load_org; whether it is running on a day.
--   scan: an import compares with all of them
SELECT id, ext, src_hash,
    CASE WHEN begins_on <= :day AND (ends_on IS NULL OR ends_on > :day) THEN 1 ELSE 0 END
FROM enrollment;

-- load_open_enrollments: of one person, those that go on past a day.
SELECT id, ext FROM enrollment WHERE person_id = :person AND (ends_on IS NULL OR ends_on > :day)
ORDER BY id;

-- load_open_roles: of one person, those that go on past a day.
SELECT id, org_id, role FROM person_role
WHERE person_id = :person AND (ends_on IS NULL OR ends_on > :day) ORDER BY id;

-- load_grades: the lowest and highest grade taught at a school.
UPDATE org SET grade_low = :low, grade_high = :high WHERE id = :id;

-- index_person_ext_drop: a first import fills the table faster without.
DROP INDEX IF EXISTS person_ext;

-- index_person_ext_make: the index again.
CREATE INDEX IF NOT EXISTS person_ext ON person(ext);

-- index_person_name_drop: a first import fills the table faster without.
DROP INDEX IF EXISTS person_name;

-- index_person_name_make: the index again.
CREATE INDEX IF NOT EXISTS person_name ON person(lower(family_name), lower(given_name));

-- index_person_identifier_drop: a first import fills the table faster without.
DROP INDEX IF EXISTS person_identifier;

-- index_person_identifier_make: the index again.
CREATE INDEX IF NOT EXISTS person_identifier ON person(identifier);

-- index_person_role_person_drop: a first import fills the table faster without.
DROP INDEX IF EXISTS person_role_person;

-- index_person_role_person_make: the index again.
CREATE INDEX IF NOT EXISTS person_role_person ON person_role(person_id);

-- index_person_role_org_drop: a first import fills the table faster without.
DROP INDEX IF EXISTS person_role_org;

-- index_person_role_org_make: the index again.
CREATE INDEX IF NOT EXISTS person_role_org ON person_role(org_id, role);

-- index_student_status_person_drop: a first import fills the table faster without.
DROP INDEX IF EXISTS student_status_person;

-- index_student_status_person_make: the index again.
CREATE INDEX IF NOT EXISTS student_status_person ON student_status(person_id);

-- index_enrollment_person_drop: a first import fills the table faster without.
DROP INDEX IF EXISTS enrollment_person;

-- index_enrollment_person_make: the index again.
CREATE INDEX IF NOT EXISTS enrollment_person ON enrollment(person_id);

-- index_enrollment_section_drop: a first import fills the table faster without.
DROP INDEX IF EXISTS enrollment_section;

-- index_enrollment_section_make: the index again.
CREATE INDEX IF NOT EXISTS enrollment_section ON enrollment(section_id);

-- merge_ext: the source id of a person.
SELECT ext FROM person WHERE id = :id;

-- merge_aliases: the further identifiers of one person for another.
INSERT INTO person_alias(person_id, kind, value, batch_id)
SELECT CAST(:keep AS INTEGER), a.kind, a.value, CAST(:batch AS INTEGER)
FROM person_alias a WHERE a.person_id = :duplicate
ON CONFLICT DO NOTHING;

-- merge_enrollments: rows to move, and whether the other is in the same section then already.
SELECT d.id, CASE WHEN EXISTS (SELECT 1 FROM enrollment k WHERE k.person_id = :keep
    AND k.section_id = d.section_id AND k.role = d.role
    AND (k.ends_on IS NULL OR k.ends_on > d.begins_on)
    AND (d.ends_on IS NULL OR d.ends_on > k.begins_on)) THEN 1 ELSE 0 END
FROM enrollment d WHERE d.person_id = :duplicate ORDER BY d.id;

-- merge_roles: as merge_enrollments.
SELECT d.id, CASE WHEN EXISTS (SELECT 1 FROM person_role k WHERE k.person_id = :keep
    AND k.org_id = d.org_id AND k.role = d.role
    AND (k.ends_on IS NULL OR k.ends_on > d.begins_on)
    AND (d.ends_on IS NULL OR d.ends_on > k.begins_on)) THEN 1 ELSE 0 END
FROM person_role d WHERE d.person_id = :duplicate ORDER BY d.id;

-- merge_statuses: as merge_enrollments; the one that stays keeps its own groups where it has any.
SELECT d.id, CASE WHEN EXISTS (SELECT 1 FROM student_status k WHERE k.person_id = :keep)
    THEN 1 ELSE 0 END
FROM student_status d WHERE d.person_id = :duplicate ORDER BY d.id;

-- merge_students: guardian links of the duplicate as a student.
SELECT d.id, CASE WHEN d.guardian_id = :keep OR EXISTS (SELECT 1 FROM guardian k
    WHERE k.person_id = :keep AND k.guardian_id = d.guardian_id) THEN 1 ELSE 0 END
FROM guardian d WHERE d.person_id = :duplicate ORDER BY d.id;

-- merge_guardians: guardian links of the duplicate as a guardian.
SELECT d.id, CASE WHEN d.person_id = :keep OR EXISTS (SELECT 1 FROM guardian k
    WHERE k.guardian_id = :keep AND k.person_id = d.person_id) THEN 1 ELSE 0 END
FROM guardian d WHERE d.guardian_id = :duplicate ORDER BY d.id;

-- merge_same_number: pairs with one number.
--   scan: a report over all people, asked for by hand
SELECT a.id, b.id, a.given_name || ' ' || a.family_name, b.given_name || ' ' || b.family_name
FROM person a JOIN person b ON b.identifier = a.identifier AND b.id > a.id
WHERE a.identifier <> '' AND a.merged_into IS NULL AND b.merged_into IS NULL
ORDER BY a.id, b.id LIMIT :limit;

-- merge_same_birth: pairs of students with one name and date of birth.
--   scan: a report over all people, asked for by hand
SELECT a.id, b.id, a.given_name || ' ' || a.family_name, b.given_name || ' ' || b.family_name
FROM person a
JOIN person b ON lower(b.family_name) = lower(a.family_name)
    AND lower(b.given_name) = lower(a.given_name) AND b.id > a.id
JOIN student_status s ON s.person_id = a.id AND s.ends_on IS NULL
JOIN student_status t ON t.person_id = b.id AND t.ends_on IS NULL AND t.birth_on = s.birth_on
WHERE a.merged_into IS NULL AND b.merged_into IS NULL
ORDER BY a.id, b.id LIMIT :limit;

-- rollover_sections: sections without terms, of an import before the last school year ended.
--   scan: once a year
SELECT s.id, y.ends_on FROM section s
JOIN import_batch b ON b.id = s.batch_id
JOIN (SELECT MAX(z.ends_on) AS ends_on FROM (SELECT MAX(t.ends_on) AS ends_on FROM term t
      WHERE t.retired_on IS NULL GROUP BY t.school_year HAVING MAX(t.ends_on) <= :today) z) y
    ON b.as_of < y.ends_on
WHERE s.ends_on IS NULL AND s.retired_on IS NULL AND s.term_id IS NULL;

-- rollover_enrollments: enrollments that outlast their section, and the day they end.
--   scan: once a year
SELECT n.id, CASE WHEN n.begins_on > s.ends_on THEN n.begins_on ELSE s.ends_on END
FROM enrollment n JOIN section s ON s.id = n.section_id
WHERE s.ends_on <= :today AND (n.ends_on IS NULL
    OR (n.ends_on > s.ends_on AND n.ends_on > n.begins_on));

-- rollover_terms: the terms of the last school year, longest first so that parents come first.
--   scan: terms are a few dozen
SELECT t.id, t.ext, t.title, t.kind, t.begins_on, t.ends_on, t.parent_id, t.school_year
FROM term t WHERE t.retired_on IS NULL
    AND t.school_year = (SELECT MAX(u.school_year) FROM term u WHERE u.retired_on IS NULL)
ORDER BY t.begins_on, t.ends_on DESC, t.id;
