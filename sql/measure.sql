-- measure_year_of: the first day of the school year that a day is in, NULL outside of any.
--   scan: terms are a few dozen
SELECT MIN(t.begins_on) FROM term t
WHERE t.retired_on IS NULL
  AND t.school_year = (SELECT MAX(u.school_year) FROM term u
                       WHERE u.begins_on <= :day AND u.ends_on > :day AND u.retired_on IS NULL);

-- measure_orgs: the hierarchy on a day: id, parent, name, kind, locale, identifier, grades.
--   scan: the whole tree is what is asked for
SELECT id, parent_id, name, kind, locale, identifier, grade_low, grade_high FROM org
WHERE kind IN ('nation', 'state', 'region', 'district', 'school') AND (ends_on IS NULL OR ends_on > :day)
ORDER BY id;

-- measure_people: who has a role at an org on a day: person, org, primary, since, row. By person.
--   scan: the unit frame is everyone
SELECT COALESCE(p.merged_into, p.id), r.org_id, r.is_primary, r.begins_on, r.id
FROM person_role r JOIN person p ON p.id = r.person_id
WHERE r.role = :role AND r.begins_on <= :day AND (r.ends_on IS NULL OR r.ends_on > :day)
ORDER BY 1;

-- measure_people_by_class: the same from enrollments in sections, for days before roles were known.
--   scan: the unit frame is everyone
SELECT COALESCE(p.merged_into, p.id), n.org_id, MAX(n.is_primary), MAX(n.begins_on), MAX(n.id)
FROM enrollment n JOIN person p ON p.id = n.person_id
WHERE n.role = :role AND n.begins_on <= :day AND (n.ends_on IS NULL OR n.ends_on > :day)
GROUP BY COALESCE(p.merged_into, p.id), n.org_id
ORDER BY 1;

-- measure_statuses: the groups of every student on a day, by person, the latest last.
--   scan: the unit frame is everyone
SELECT person_id, grade, meal, english_learner, disability_plan, race, gender, home_language, housing
FROM student_status
WHERE begins_on <= :day AND (ends_on IS NULL OR ends_on > :day)
ORDER BY person_id, begins_on;

-- units_student_moved: 1 for a student who left a school of the district between :since and :as_of.
--   scan: a value for every student
SELECT n.person_id, 0,
       CAST(CASE WHEN COUNT(DISTINCT n.org_id)
                      > COUNT(DISTINCT CASE WHEN n.ends_on IS NULL OR n.ends_on > :as_of THEN n.org_id END)
                 THEN 1 ELSE 0 END AS REAL), 1.0, ''
FROM enrollment n
WHERE n.role = 'student' AND (n.ends_on IS NULL OR n.ends_on > :since) AND n.begins_on <= :as_of
GROUP BY n.person_id;

-- units_student_record_complete: 1 for a student of whom grade and groups are all known.
--   scan: a value for every student
SELECT s.person_id, 0,
       CAST(CASE WHEN s.grade IS NOT NULL AND s.meal IS NOT NULL AND s.english_learner IS NOT NULL
                  AND s.disability_plan IS NOT NULL AND s.race IS NOT NULL AND s.gender IS NOT NULL
                  AND s.home_language IS NOT NULL AND s.housing IS NOT NULL
                 THEN 1 ELSE 0 END AS REAL), 1.0, ''
FROM student_status s
WHERE CAST(:since AS TEXT) <= :as_of AND s.begins_on <= :as_of AND (s.ends_on IS NULL OR s.ends_on > :as_of);

-- units_student_guardian_known: 1 for a student with a guardian on record.
--   scan: a value for every student
SELECT r.person_id, 0,
       CAST(CASE WHEN EXISTS (SELECT 1 FROM guardian g WHERE g.person_id = r.person_id
                              AND g.begins_on <= :as_of AND (g.ends_on IS NULL OR g.ends_on > :as_of))
                 THEN 1 ELSE 0 END AS REAL), 1.0, ''
FROM person_role r
WHERE CAST(:since AS TEXT) <= :as_of AND r.role = 'student'
  AND r.begins_on <= :as_of AND (r.ends_on IS NULL OR r.ends_on > :as_of);

-- units_school_size: students with a role at each school.
--   scan: counts everyone
SELECT r.org_id, r.org_id, CAST(COUNT(DISTINCT r.person_id) AS REAL), 1.0, ''
FROM person_role r JOIN org o ON o.id = r.org_id
WHERE CAST(:since AS TEXT) <= :as_of AND o.kind = 'school' AND r.role = 'student' AND r.is_primary = 1
  AND r.begins_on <= :as_of AND (r.ends_on IS NULL OR r.ends_on > :as_of)
GROUP BY r.org_id;

-- units_students_per_teacher: students over teachers with a role at each school.
--   scan: counts everyone
SELECT r.org_id, r.org_id,
       CAST(COUNT(DISTINCT CASE WHEN r.role = 'student' THEN r.person_id END) AS REAL),
       CAST(COUNT(DISTINCT CASE WHEN r.role = 'teacher' THEN r.person_id END) AS REAL), ''
FROM person_role r JOIN org o ON o.id = r.org_id
WHERE CAST(:since AS TEXT) <= :as_of AND o.kind = 'school' AND r.role IN ('student', 'teacher')
  AND r.begins_on <= :as_of AND (r.ends_on IS NULL OR r.ends_on > :as_of)
GROUP BY r.org_id
HAVING COUNT(DISTINCT CASE WHEN r.role = 'teacher' THEN r.person_id END) > 0;

-- units_class_size: seats taken over sections with students, by school.
--   scan: counts everyone
SELECT n.org_id, n.org_id, CAST(COUNT(*) AS REAL), CAST(COUNT(DISTINCT n.section_id) AS REAL), ''
FROM enrollment n
WHERE CAST(:since AS TEXT) <= :as_of AND n.role = 'student'
  AND n.begins_on <= :as_of AND (n.ends_on IS NULL OR n.ends_on > :as_of)
GROUP BY n.org_id;

-- units_class_without_teacher: sections with students but no teacher, over sections with students.
--   scan: counts everyone
SELECT c.org_id, c.org_id,
       CAST(SUM(CASE WHEN c.teachers = 0 THEN 1 ELSE 0 END) AS REAL), CAST(COUNT(*) AS REAL), ''
FROM (SELECT n.org_id AS org_id, n.section_id AS section_id,
             SUM(CASE WHEN n.role = 'student' THEN 1 ELSE 0 END) AS students,
             SUM(CASE WHEN n.role = 'teacher' THEN 1 ELSE 0 END) AS teachers
      FROM enrollment n
      WHERE CAST(:since AS TEXT) <= :as_of
        AND n.begins_on <= :as_of AND (n.ends_on IS NULL OR n.ends_on > :as_of)
      GROUP BY n.org_id, n.section_id) c
WHERE c.students > 0
GROUP BY c.org_id;

-- units_teacher_load: how many different students each teacher has in their sections.
--   scan: a value for every teacher
SELECT t.person_id, 0, CAST(COUNT(DISTINCT s.person_id) AS REAL), 1.0, ''
FROM enrollment t JOIN enrollment s ON s.section_id = t.section_id
WHERE CAST(:since AS TEXT) <= :as_of AND t.role = 'teacher' AND s.role = 'student'
  AND t.begins_on <= :as_of AND (t.ends_on IS NULL OR t.ends_on > :as_of)
  AND s.begins_on <= :as_of AND (s.ends_on IS NULL OR s.ends_on > :as_of)
GROUP BY t.person_id;

-- measure_source_state: what an indicator's source looked like up to a day: imports that reach it,
-- the last times one was applied or undone.
--   scan: a few imports a day
SELECT COUNT(*), COALESCE(MAX(b.id), 0), COALESCE(MAX(b.applied_us), 0), COALESCE(MAX(b.undone_us), 0)
FROM import_batch b
WHERE b.source = :source AND b.state IN ('applied', 'undone')
  AND (b.as_of <= :day OR b.id = (SELECT MIN(f.id) FROM import_batch f
                                  WHERE f.source = :source AND f.state IN ('applied', 'undone')));

-- measure_change_newest: the newest edit of a source that reaches a day.
SELECT COALESCE(MAX(id), 0) FROM measure_change WHERE source = :source AND from_on <= :day;

-- measure_change_add: records of a source changed for days from :from on.
INSERT INTO measure_change (source, from_on, at_us) VALUES (:source, :from, :now);

-- measure_first_day: the first day of the first term.
--   scan: terms are a few dozen
SELECT MIN(begins_on) FROM term WHERE retired_on IS NULL;

-- rollup_days: every kept day, oldest first.
SELECT as_of, mark FROM rollup_state WHERE indicator = '' ORDER BY as_of;

-- rollup_marks: what a day was made from: indicator, mark.
SELECT indicator, mark FROM rollup_state WHERE as_of = :day;

-- rollup_mark_put: says what an indicator's readings of a day were made from.
INSERT INTO rollup_state (as_of, indicator, since, mark, units, rolled_us)
VALUES (:day, :indicator, :since, :mark, :units, :now)
ON CONFLICT (as_of, indicator) DO UPDATE
SET since = excluded.since, mark = excluded.mark, units = excluded.units, rolled_us = excluded.rolled_us;

-- rollup_mark_drop: forgets an indicator's day.
DELETE FROM rollup_state WHERE as_of = :day AND indicator = :indicator;

-- rollup_day_drop: forgets a day.
DELETE FROM rollup_state WHERE as_of = :day;

-- reading_drop: an indicator's readings of a day.
DELETE FROM reading WHERE as_of = :day AND indicator = :indicator;

-- reading_drop_day: all readings of a day.
DELETE FROM reading WHERE as_of = :day;

-- reading_put: the readings of an org, by group.
INSERT INTO reading (indicator, series, org_id, as_of, since, cells)
VALUES (:indicator, :series, :org, :day, :since, :cells);

-- reading_day: the newest day on or before :day on which an indicator was rolled up, and its since.
SELECT as_of, since FROM rollup_state WHERE indicator = :indicator AND as_of <= :day ORDER BY as_of DESC LIMIT 1;

-- reading_of_org: the readings of one org by group: since, cells.
SELECT since, cells FROM reading
WHERE indicator = :indicator AND series = :series AND org_id = :org AND as_of = :day;

-- reading_below: the same of every org directly below, those without any too: id, name, kind, since, cells.
SELECT o.id, o.name, o.kind, r.since, r.cells
FROM org o LEFT JOIN reading r
  ON r.org_id = o.id AND r.indicator = :indicator AND r.series = :series AND r.as_of = :day
WHERE o.parent_id = :org AND o.kind IN ('nation', 'state', 'region', 'district', 'school')
  AND (o.ends_on IS NULL OR o.ends_on > :day)
ORDER BY o.name, o.id;

-- reading_over_time: the readings of one org from :from to :day, oldest first: as_of, since, cells.
SELECT as_of, since, cells FROM reading
WHERE indicator = :indicator AND series = :series AND org_id = :org AND as_of >= :from AND as_of <= :day
ORDER BY as_of;

-- reading_parts: every series of an indicator at one org on one day: series, since, cells.
SELECT series, since, cells FROM reading
WHERE as_of = :day AND indicator = :indicator AND org_id = :org AND series <> ''
ORDER BY series;

-- reading_org: name and kind of an org.
SELECT name, kind FROM org WHERE id = :org;

-- reading_newest: the newest day rolled up.
SELECT MAX(as_of) FROM rollup_state WHERE indicator = '';

-- reading_batch: the newest applied import of a source: id, as_of, file name.
--   scan: a few imports a day
SELECT id, as_of, file_name FROM import_batch
WHERE source = :source AND state = 'applied' ORDER BY as_of DESC, id DESC LIMIT 1;

-- reading_tops: the orgs without one above, and the districts: id, kind.
--   scan: orgs are a few thousand at most
SELECT id, kind, CASE WHEN parent_id IS NULL THEN 1 ELSE 0 END FROM org
WHERE (parent_id IS NULL OR kind = 'district') AND kind IN ('nation', 'state', 'region', 'district', 'school')
  AND ends_on IS NULL
ORDER BY id;

-- reading_everywhere: the readings of every org on one day, by org: id, cells.
SELECT org_id, cells FROM reading
WHERE as_of = :day AND indicator = :indicator AND series = :series
ORDER BY org_id;
