-- first_teacher: who has a homeroom on a day, else who teaches most sections.
--   :on ISO date    -> person, name, school id, school
--   scan: once per installation, over one district's teachers
SELECT p.id, p.given_name || ' ' || p.family_name, o.id, o.name
FROM enrollment e JOIN person p ON p.id = e.person_id JOIN org o ON o.id = e.org_id
JOIN section c ON c.id = e.section_id
WHERE e.role = 'teacher' AND e.begins_on <= :on AND (e.ends_on IS NULL OR e.ends_on > :on)
GROUP BY p.id, p.given_name, p.family_name, o.id, o.name
ORDER BY max(CASE WHEN c.kind = 'homeroom' THEN 1 ELSE 0 END) DESC, count(*) DESC, p.id LIMIT 1;

-- first_student: a student of a teacher on a day, the oldest record.
--   :teacher  :on    -> person, name, school id, school
SELECT p.id, p.given_name || ' ' || p.family_name, o.id, o.name
FROM enrollment t JOIN enrollment s ON s.section_id = t.section_id AND s.role = 'student'
JOIN person p ON p.id = s.person_id JOIN org o ON o.id = s.org_id
WHERE t.person_id = :teacher AND t.role = 'teacher' AND s.begins_on <= :on AND (s.ends_on IS NULL OR s.ends_on > :on)
ORDER BY p.id LIMIT 1;

-- first_guardian: who has most children, one whose home speaks Spanish first.
--   :on    -> person, name, school id of a child, its name
--   scan: once per installation
SELECT g.guardian_id, p.given_name || ' ' || p.family_name, o.id, o.name
FROM guardian g JOIN person p ON p.id = g.guardian_id
JOIN student_status st ON st.person_id = g.person_id AND st.begins_on <= :on AND (st.ends_on IS NULL OR st.ends_on > :on)
JOIN person_role r ON r.person_id = g.person_id AND r.role = 'student' AND r.begins_on <= :on AND (r.ends_on IS NULL OR r.ends_on > :on)
JOIN org o ON o.id = r.org_id
WHERE g.begins_on <= :on AND (g.ends_on IS NULL OR g.ends_on > :on) AND p.ended_on IS NULL
GROUP BY g.guardian_id, p.given_name, p.family_name, o.id, o.name
ORDER BY max(CASE WHEN st.home_language = 'es' THEN 1 ELSE 0 END) DESC, count(*) DESC, g.guardian_id LIMIT 1;

-- first_coached: teachers of a school on a day.
--   :org  :on    -> person
SELECT DISTINCT person_id FROM person_role
WHERE org_id = :org AND role = 'teacher' AND begins_on <= :on AND (ends_on IS NULL OR ends_on > :on)
ORDER BY person_id LIMIT 8;

-- first_org: the first org of a kind.
--   :kind    -> id, name
--   scan: a few hundred rows
SELECT id, name FROM org WHERE kind = :kind AND ends_on IS NULL ORDER BY id LIMIT 1;
