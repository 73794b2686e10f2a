-- The roster as pages read it. Whose rows a viewer may see is checked before (access/).

-- view_person: one person, with grade and school on a day.
--   :id  :day  -> id, given (or preferred) name, family name, identifier, e-mail, grade, school id, school
SELECT p.id, COALESCE(NULLIF(p.preferred_name, ''), p.given_name), p.family_name, p.identifier, p.email,
    (SELECT s.grade FROM student_status s WHERE s.person_id = p.id AND s.begins_on <= :day AND (s.ends_on IS NULL OR s.ends_on > :day)
     ORDER BY s.begins_on DESC LIMIT 1),
    o.id, o.name
FROM person p LEFT JOIN org o ON o.id = (
    SELECT r.org_id FROM person_role r WHERE r.person_id = p.id AND r.begins_on <= :day AND (r.ends_on IS NULL OR r.ends_on > :day)
    ORDER BY r.is_primary DESC, r.begins_on DESC, r.id DESC LIMIT 1)
WHERE p.id = :id;

-- view_status: what groups a student is in on a day.
--   :id  :day  -> grade, meal, english learner, disability plan, race, gender, home language, housing, birth date
SELECT grade, meal, english_learner, disability_plan, race, gender, home_language, housing, birth_on FROM student_status
WHERE person_id = :id AND begins_on <= :day AND (ends_on IS NULL OR ends_on > :day)
ORDER BY begins_on DESC LIMIT 1;

-- view_guardians: a student's guardians on a day, by name.
SELECT p.id, COALESCE(NULLIF(p.preferred_name, ''), p.given_name), p.family_name FROM guardian g JOIN person p ON p.id = g.guardian_id
WHERE g.person_id = :id AND g.begins_on <= :day AND (g.ends_on IS NULL OR g.ends_on > :day)
ORDER BY lower(p.family_name), lower(p.given_name), p.id;

-- view_section: one section -> id, title, code, school id, school, course, subjects, grades, location, periods, term
SELECT s.id, s.title, s.code, s.org_id, o.name, c.title, COALESCE(s.subjects, c.subjects), COALESCE(s.grades, c.grades), s.location, s.periods, t.title
FROM section s JOIN org o ON o.id = s.org_id LEFT JOIN course c ON c.id = s.course_id LEFT JOIN term t ON t.id = s.term_id
WHERE s.id = :id;

-- view_section_people: who is in a section on a day in a role, by name.
--   :section  :role  :day  -> id, given (or preferred) name, family name, identifier
SELECT DISTINCT p.id, COALESCE(NULLIF(p.preferred_name, ''), p.given_name) AS given, p.family_name, p.identifier, lower(p.family_name) AS f, lower(p.given_name) AS g
FROM enrollment e JOIN person p ON p.id = e.person_id
WHERE e.section_id = :section AND e.role = :role AND e.begins_on <= :day AND (e.ends_on IS NULL OR e.ends_on > :day)
ORDER BY f, g, p.id;

-- view_org_sections: the sections of a school on a day, by title, a page of them.
--   :org  :day  :limit  :offset  -> id, title, course, location, students, a teacher's name, grades
SELECT s.id, s.title, c.title, s.location,
    (SELECT count(DISTINCT e.person_id) FROM enrollment e WHERE e.section_id = s.id AND e.role = 'student' AND e.begins_on <= :day AND (e.ends_on IS NULL OR e.ends_on > :day)),
    (SELECT p.given_name || ' ' || p.family_name FROM enrollment e JOIN person p ON p.id = e.person_id
     WHERE e.section_id = s.id AND e.role = 'teacher' AND e.begins_on <= :day AND (e.ends_on IS NULL OR e.ends_on > :day)
     ORDER BY e.is_primary DESC, e.id LIMIT 1),
    COALESCE(s.grades, c.grades)
FROM section s LEFT JOIN course c ON c.id = s.course_id
WHERE s.org_id = :org AND s.retired_on IS NULL AND (s.begins_on IS NULL OR s.begins_on <= :day) AND (s.ends_on IS NULL OR s.ends_on > :day)
ORDER BY s.title, s.id LIMIT :limit OFFSET :offset;

-- view_person_sections: the sections a person is in on a day, in a role, by title -> id, title, course, location, periods, school, grades, students
--   :id  :role  :day
SELECT DISTINCT s.id, s.title, c.title, s.location, s.periods, o.name, COALESCE(s.grades, c.grades),
    (SELECT count(DISTINCT n.person_id) FROM enrollment n WHERE n.section_id = s.id AND n.role = 'student' AND n.begins_on <= :day AND (n.ends_on IS NULL OR n.ends_on > :day))
FROM enrollment e JOIN section s ON s.id = e.section_id JOIN org o ON o.id = s.org_id LEFT JOIN course c ON c.id = s.course_id
WHERE e.person_id = :id AND e.role = :role AND e.begins_on <= :day AND (e.ends_on IS NULL OR e.ends_on > :day)
ORDER BY s.title, s.id;

-- view_org_students: the students of a school on a day, by name, a page of them.
--   :org  :day  :limit  :offset  -> id, given (or preferred) name, family name, identifier
SELECT p.id, COALESCE(NULLIF(p.preferred_name, ''), p.given_name), p.family_name, p.identifier
FROM person_role r JOIN person p ON p.id = r.person_id
WHERE r.org_id = :org AND r.role = 'student' AND r.begins_on <= :day AND (r.ends_on IS NULL OR r.ends_on > :day) AND p.merged_into IS NULL
ORDER BY lower(p.family_name), lower(p.given_name), p.id LIMIT :limit OFFSET :offset;

-- view_find_students: students by the beginning of a name or by number, by name.
--   :exact the number  :prefix a lower-case LIKE pattern  :day  :limit  -> id, given (or preferred) name, family name, identifier
--   scan: typed by hand; a prefix is looked for in two columns
SELECT p.id, COALESCE(NULLIF(p.preferred_name, ''), p.given_name), p.family_name, p.identifier FROM person p
WHERE (p.identifier = :exact OR lower(p.family_name) LIKE :prefix OR lower(p.given_name) LIKE :prefix OR lower(p.given_name) || ' ' || lower(p.family_name) LIKE :prefix)
  AND p.merged_into IS NULL
  AND EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = p.id AND r.role = 'student' AND r.begins_on <= :day AND (r.ends_on IS NULL OR r.ends_on > :day))
ORDER BY lower(p.family_name), lower(p.given_name), p.id LIMIT :limit;

-- view_coached: the teachers an account coaches on a day, by name -> id, given (or preferred) name, family name, identifier
SELECT DISTINCT p.id, COALESCE(NULLIF(p.preferred_name, ''), p.given_name) AS given, p.family_name, p.identifier, lower(p.family_name) AS f, lower(p.given_name) AS g
FROM coach_of c JOIN person p ON p.id = c.person_id
WHERE c.account_id = :account AND c.begins_on <= :day AND (c.ends_on IS NULL OR c.ends_on > :day)
ORDER BY f, g, p.id;
