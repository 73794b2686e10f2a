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
