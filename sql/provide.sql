-- provide_org_names: what orgs are called in files.
--   scan: orgs are few
SELECT id, identifier, ext, name FROM org ORDER BY id;

-- provide_person_names: what people are called in files; a merged person is the other.
--   scan: an import names people of the whole roster
SELECT COALESCE(merged_into, id), CASE WHEN ended_on IS NULL THEN 0 ELSE 1 END, identifier, ext, username, email FROM person;

-- provide_person_aliases: further identifiers of people.
--   scan: an import names people of the whole roster
SELECT COALESCE(p.merged_into, p.id), CASE WHEN p.ended_on IS NULL THEN 0 ELSE 1 END, a.value
FROM person_alias a JOIN person p ON p.id = a.person_id;

-- units_device_working: 1 for a student with an active device assigned that nobody says is broken, in repair or lost.
--   scan: a value for every student
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
holder AS (
    SELECT COALESCE(p.merged_into, p.id) AS person_id,
           MAX(CASE WHEN d.status = 'active' AND (d.condition IS NULL OR d.condition = 'working') THEN 1 ELSE 0 END) AS works
    FROM day, device d JOIN person p ON p.id = d.person_id LEFT JOIN import_batch b ON b.id = d.batch_id
    WHERE (d.ends_on IS NULL OR d.ends_on > day.as_of) AND (b.as_of IS NULL OR b.as_of <= day.as_of)
    GROUP BY COALESCE(p.merged_into, p.id)
)
SELECT s.person_id, 0, CAST(COALESCE(h.works, 0) AS REAL), 1.0, ''
FROM day CROSS JOIN student_span s LEFT JOIN holder h ON h.person_id = s.person_id
WHERE s.begins_on <= day.as_of AND (s.ends_on IS NULL OR s.ends_on > day.as_of) AND EXISTS (SELECT 1 FROM holder);

-- units_device_supported: 1 for a device that still gets updates on the day.
--   scan: a value for every device
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of)
SELECT d.id, COALESCE(d.school_id, 0), CAST(CASE WHEN d.support_ends_on > day.as_of THEN 1 ELSE 0 END AS REAL), 1.0, ''
FROM day, device d LEFT JOIN import_batch b ON b.id = d.batch_id
WHERE d.status = 'active' AND d.support_ends_on IS NOT NULL AND (d.ends_on IS NULL OR d.ends_on > day.as_of) AND (b.as_of IS NULL OR b.as_of <= day.as_of);

-- units_device_faults: faults of a device in twelve months.
--   scan: a value for every device
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of)
SELECT d.id, COALESCE(d.school_id, 0), CAST(d.faults_12m AS REAL), 1.0, ''
FROM day, device d LEFT JOIN import_batch b ON b.id = d.batch_id
WHERE d.status <> 'deprovisioned' AND d.faults_12m IS NOT NULL AND (d.ends_on IS NULL OR d.ends_on > day.as_of) AND (b.as_of IS NULL OR b.as_of <= day.as_of);

-- units_home_line_ok: 1 for a student whose line at home carries 100/20 Mbps, by the newest answer; no row where nobody knows.
--   scan: a value for every student asked
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
answer AS (
    SELECT COALESCE(p.merged_into, p.id) AS person_id, h.has_internet, h.down_mbps, h.up_mbps,
           ROW_NUMBER() OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY h.surveyed_on DESC, h.id DESC) AS nth
    FROM day, home_access h JOIN person p ON p.id = h.person_id
    WHERE h.surveyed_on <= day.as_of AND (h.ends_on IS NULL OR h.ends_on > day.as_of)
)
SELECT a.person_id, 0, CAST(CASE WHEN a.has_internet = 'yes' AND a.down_mbps >= 100 AND a.up_mbps >= 20 THEN 1 ELSE 0 END AS REAL), 1.0, ''
FROM answer a
WHERE a.nth = 1 AND (a.has_internet = 'no' OR (a.has_internet = 'yes' AND a.down_mbps IS NOT NULL AND a.up_mbps IS NOT NULL));

-- units_home_line_unknown: 1 for a student of whose line at home nobody knows enough, once anybody was asked.
--   scan: a value for every student
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
answer AS (
    SELECT COALESCE(p.merged_into, p.id) AS person_id, h.has_internet, h.down_mbps, h.up_mbps,
           ROW_NUMBER() OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY h.surveyed_on DESC, h.id DESC) AS nth
    FROM day, home_access h JOIN person p ON p.id = h.person_id
    WHERE h.surveyed_on <= day.as_of AND (h.ends_on IS NULL OR h.ends_on > day.as_of)
)
SELECT s.person_id, 0,
       CAST(CASE WHEN a.person_id IS NULL OR NOT (a.has_internet = 'no' OR (a.has_internet = 'yes' AND a.down_mbps IS NOT NULL AND a.up_mbps IS NOT NULL)) THEN 1 ELSE 0 END AS REAL), 1.0, ''
FROM day CROSS JOIN student_span s LEFT JOIN answer a ON a.person_id = s.person_id AND a.nth = 1
WHERE s.begins_on <= day.as_of AND (s.ends_on IS NULL OR s.ends_on > day.as_of) AND EXISTS (SELECT 1 FROM answer);

-- units_school_bandwidth: Mbps of a school by its newest measurement, over its students and staff.
--   scan: counts the users of every school
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
line AS (
    SELECT l.school_id, l.down_mbps, l.technicians,
           ROW_NUMBER() OVER (PARTITION BY l.school_id ORDER BY l.measured_on DESC, l.id DESC) AS nth
    FROM day, school_line l
    WHERE l.measured_on <= day.as_of AND (l.ends_on IS NULL OR l.ends_on > day.as_of)
),
users AS (
    SELECT r.org_id, COUNT(DISTINCT COALESCE(p.merged_into, p.id)) AS n
    FROM day, person_role r JOIN person p ON p.id = r.person_id
    WHERE r.role NOT IN ('guardian', 'parent', 'relative') AND r.begins_on <= day.as_of AND (r.ends_on IS NULL OR r.ends_on > day.as_of)
    GROUP BY r.org_id
)
SELECT l.school_id, l.school_id, l.down_mbps, CAST(u.n AS REAL), ''
FROM line l JOIN users u ON u.org_id = l.school_id
WHERE l.nth = 1;

-- units_school_bandwidth_ok: 1 for a school whose line carries 1 Mbps for each of its students and staff.
--   scan: counts the users of every school
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
line AS (
    SELECT l.school_id, l.down_mbps, l.technicians,
           ROW_NUMBER() OVER (PARTITION BY l.school_id ORDER BY l.measured_on DESC, l.id DESC) AS nth
    FROM day, school_line l
    WHERE l.measured_on <= day.as_of AND (l.ends_on IS NULL OR l.ends_on > day.as_of)
),
users AS (
    SELECT r.org_id, COUNT(DISTINCT COALESCE(p.merged_into, p.id)) AS n
    FROM day, person_role r JOIN person p ON p.id = r.person_id
    WHERE r.role NOT IN ('guardian', 'parent', 'relative') AND r.begins_on <= day.as_of AND (r.ends_on IS NULL OR r.ends_on > day.as_of)
    GROUP BY r.org_id
)
SELECT l.school_id, l.school_id, CAST(CASE WHEN l.down_mbps >= u.n THEN 1 ELSE 0 END AS REAL), 1.0, ''
FROM line l JOIN users u ON u.org_id = l.school_id
WHERE l.nth = 1;

-- units_technicians_ratio: devices in service at a school over the technicians who serve it.
--   scan: counts the devices of every school
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
line AS (
    SELECT l.school_id, l.down_mbps, l.technicians,
           ROW_NUMBER() OVER (PARTITION BY l.school_id ORDER BY l.measured_on DESC, l.id DESC) AS nth
    FROM day, school_line l
    WHERE l.measured_on <= day.as_of AND (l.ends_on IS NULL OR l.ends_on > day.as_of)
),
devices AS (
    SELECT d.school_id, COUNT(*) AS n
    FROM day, device d LEFT JOIN import_batch b ON b.id = d.batch_id
    WHERE d.status = 'active' AND d.school_id IS NOT NULL AND (d.ends_on IS NULL OR d.ends_on > day.as_of) AND (b.as_of IS NULL OR b.as_of <= day.as_of)
    GROUP BY d.school_id
)
SELECT l.school_id, l.school_id, CAST(d.n AS REAL), l.technicians, ''
FROM line l JOIN devices d ON d.school_id = l.school_id
WHERE l.nth = 1 AND l.technicians IS NOT NULL;

-- units_ap_per_room: 1 for a room where learning happens with a wireless access point.
--   scan: a value for every room
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of)
SELECT r.id, r.school_id, CAST(r.access_point AS REAL), 1.0, ''
FROM day, room r LEFT JOIN import_batch b ON b.id = r.batch_id
WHERE r.kind IN ('classroom', 'lab', 'library') AND r.access_point IS NOT NULL AND (r.ends_on IS NULL OR r.ends_on > day.as_of) AND (b.as_of IS NULL OR b.as_of <= day.as_of);

-- units_room_display: 1 for a room where learning happens with a display the class can see.
--   scan: a value for every room
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of)
SELECT r.id, r.school_id, CAST(r.display AS REAL), 1.0, ''
FROM day, room r LEFT JOIN import_batch b ON b.id = r.batch_id
WHERE r.kind IN ('classroom', 'lab', 'library') AND r.display IS NOT NULL AND (r.ends_on IS NULL OR r.ends_on > day.as_of) AND (b.as_of IS NULL OR b.as_of <= day.as_of);

-- units_room_audio: 1 for a room where learning happens with sound the class can hear.
--   scan: a value for every room
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of)
SELECT r.id, r.school_id, CAST(r.audio AS REAL), 1.0, ''
FROM day, room r LEFT JOIN import_batch b ON b.id = r.batch_id
WHERE r.kind IN ('classroom', 'lab', 'library') AND r.audio IS NOT NULL AND (r.ends_on IS NULL OR r.ends_on > day.as_of) AND (b.as_of IS NULL OR b.as_of <= day.as_of);

-- units_teacher_confidence: confidence of a teacher, 1 to 5, by the newest survey.
--   scan: a value for every teacher asked
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
answer AS (
    SELECT COALESCE(p.merged_into, p.id) AS person_id, t.confidence, t.training_hours,
           t.learner, t.leader, t.citizen, t.collaborator, t.designer, t.facilitator, t.analyst,
           ROW_NUMBER() OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY t.surveyed_on DESC, t.id DESC) AS nth
    FROM day, teacher_survey t JOIN person p ON p.id = t.person_id
    WHERE t.surveyed_on <= day.as_of AND (t.ends_on IS NULL OR t.ends_on > day.as_of)
)
SELECT person_id, 0, confidence, 1.0, '' FROM answer WHERE nth = 1 AND confidence IS NOT NULL;

-- units_training_hours: hours of training a teacher had in twelve months, by the newest survey.
--   scan: a value for every teacher asked
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
answer AS (
    SELECT COALESCE(p.merged_into, p.id) AS person_id, t.confidence, t.training_hours,
           t.learner, t.leader, t.citizen, t.collaborator, t.designer, t.facilitator, t.analyst,
           ROW_NUMBER() OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY t.surveyed_on DESC, t.id DESC) AS nth
    FROM day, teacher_survey t JOIN person p ON p.id = t.person_id
    WHERE t.surveyed_on <= day.as_of AND (t.ends_on IS NULL OR t.ends_on > day.as_of)
)
SELECT person_id, 0, training_hours, 1.0, '' FROM answer WHERE nth = 1 AND training_hours IS NOT NULL;

-- units_teacher_competency: a teacher in each of seven areas, 1 to 4, by the newest survey; the whole is the mean of those given.
--   scan: a value for every teacher asked
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
answer AS (
    SELECT COALESCE(p.merged_into, p.id) AS person_id, t.confidence, t.training_hours,
           t.learner, t.leader, t.citizen, t.collaborator, t.designer, t.facilitator, t.analyst,
           ROW_NUMBER() OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY t.surveyed_on DESC, t.id DESC) AS nth
    FROM day, teacher_survey t JOIN person p ON p.id = t.person_id
    WHERE t.surveyed_on <= day.as_of AND (t.ends_on IS NULL OR t.ends_on > day.as_of)
),
area AS (
SELECT person_id, 'learner' AS area, learner AS score FROM answer WHERE nth = 1 AND learner IS NOT NULL
UNION ALL SELECT person_id, 'leader' AS area, leader AS score FROM answer WHERE nth = 1 AND leader IS NOT NULL
UNION ALL SELECT person_id, 'citizen' AS area, citizen AS score FROM answer WHERE nth = 1 AND citizen IS NOT NULL
UNION ALL SELECT person_id, 'collaborator' AS area, collaborator AS score FROM answer WHERE nth = 1 AND collaborator IS NOT NULL
UNION ALL SELECT person_id, 'designer' AS area, designer AS score FROM answer WHERE nth = 1 AND designer IS NOT NULL
UNION ALL SELECT person_id, 'facilitator' AS area, facilitator AS score FROM answer WHERE nth = 1 AND facilitator IS NOT NULL
UNION ALL SELECT person_id, 'analyst' AS area, analyst AS score FROM answer WHERE nth = 1 AND analyst IS NOT NULL
)
SELECT person_id, 0, AVG(score), 1.0, '' FROM area GROUP BY person_id
UNION ALL
SELECT person_id, 0, score, 1.0, area FROM area;

-- units_at_needs_met: 1 for a student all of whose assistive-technology needs are met.
--   scan: a value for every need
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of)
SELECT COALESCE(p.merged_into, p.id), 0, CAST(MIN(CASE WHEN n.status = 'met' THEN 1 ELSE 0 END) AS REAL), 1.0, ''
FROM day, need n JOIN person p ON p.id = n.person_id LEFT JOIN import_batch b ON b.id = n.batch_id
WHERE (n.ends_on IS NULL OR n.ends_on > day.as_of) AND COALESCE(n.reviewed_on, b.as_of, '') <= day.as_of
GROUP BY COALESCE(p.merged_into, p.id);

-- units_attendance: days present over days enrolled of a student since the year began.
--   scan: a value for every student
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of)
SELECT COALESCE(p.merged_into, p.id), 0, CAST(SUM(a.days_present) AS REAL), CAST(SUM(a.days_enrolled) AS REAL), ''
FROM day, attendance a JOIN person p ON p.id = a.person_id
WHERE a.month >= SUBSTR(day.since, 1, 7) AND a.month <= day.as_of AND (a.ends_on IS NULL OR a.ends_on > day.as_of)
GROUP BY COALESCE(p.merged_into, p.id)
HAVING SUM(a.days_enrolled) > 0;

-- units_chronic_absence: 1 for a student who missed a tenth of the days or more since the year began.
--   scan: a value for every student
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of)
SELECT COALESCE(p.merged_into, p.id), 0,
       CAST(CASE WHEN 10 * (SUM(a.days_enrolled) - SUM(a.days_present)) >= SUM(a.days_enrolled) THEN 1 ELSE 0 END AS REAL), 1.0, ''
FROM day, attendance a JOIN person p ON p.id = a.person_id
WHERE a.month >= SUBSTR(day.since, 1, 7) AND a.month <= day.as_of AND (a.ends_on IS NULL OR a.ends_on > day.as_of)
GROUP BY COALESCE(p.merged_into, p.id)
HAVING SUM(a.days_enrolled) > 0;

-- units_score_math: the newest math score of a student since the year began.
--   scan: a value for every student tested
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
result AS (
    SELECT COALESCE(p.merged_into, p.id) AS person_id, c.value, c.taken_on,
           LAG(c.value) OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY c.taken_on, c.id) AS value_before,
           ROW_NUMBER() OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY c.taken_on DESC, c.id DESC) AS nth
    FROM day, score c JOIN person p ON p.id = c.person_id
    WHERE c.measure = 'math' AND c.taken_on <= day.as_of AND (c.ends_on IS NULL OR c.ends_on > day.as_of)
)
SELECT r.person_id, 0, r.value, 1.0, '' FROM day, result r WHERE r.nth = 1 AND r.taken_on >= day.since;

-- units_growth_math: the newest math score of a student since the year began less the one before.
--   scan: a value for every student tested
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
result AS (
    SELECT COALESCE(p.merged_into, p.id) AS person_id, c.value, c.taken_on,
           LAG(c.value) OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY c.taken_on, c.id) AS value_before,
           ROW_NUMBER() OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY c.taken_on DESC, c.id DESC) AS nth
    FROM day, score c JOIN person p ON p.id = c.person_id
    WHERE c.measure = 'math' AND c.taken_on <= day.as_of AND (c.ends_on IS NULL OR c.ends_on > day.as_of)
)
SELECT r.person_id, 0, r.value - r.value_before, 1.0, '' FROM day, result r
WHERE r.nth = 1 AND r.taken_on >= day.since AND r.value_before IS NOT NULL;

-- units_score_reading: the newest reading score of a student since the year began.
--   scan: a value for every student tested
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
result AS (
    SELECT COALESCE(p.merged_into, p.id) AS person_id, c.value, c.taken_on,
           LAG(c.value) OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY c.taken_on, c.id) AS value_before,
           ROW_NUMBER() OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY c.taken_on DESC, c.id DESC) AS nth
    FROM day, score c JOIN person p ON p.id = c.person_id
    WHERE c.measure = 'reading' AND c.taken_on <= day.as_of AND (c.ends_on IS NULL OR c.ends_on > day.as_of)
)
SELECT r.person_id, 0, r.value, 1.0, '' FROM day, result r WHERE r.nth = 1 AND r.taken_on >= day.since;

-- units_growth_reading: the newest reading score of a student since the year began less the one before.
--   scan: a value for every student tested
WITH day AS (SELECT CAST(:since AS TEXT) AS since, CAST(:as_of AS TEXT) AS as_of),
result AS (
    SELECT COALESCE(p.merged_into, p.id) AS person_id, c.value, c.taken_on,
           LAG(c.value) OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY c.taken_on, c.id) AS value_before,
           ROW_NUMBER() OVER (PARTITION BY COALESCE(p.merged_into, p.id) ORDER BY c.taken_on DESC, c.id DESC) AS nth
    FROM day, score c JOIN person p ON p.id = c.person_id
    WHERE c.measure = 'reading' AND c.taken_on <= day.as_of AND (c.ends_on IS NULL OR c.ends_on > day.as_of)
)
SELECT r.person_id, 0, r.value - r.value_before, 1.0, '' FROM day, result r
WHERE r.nth = 1 AND r.taken_on >= day.since AND r.value_before IS NOT NULL;

-- provide_licences_on: licences in their term on a day.
--   scan: licences are few
SELECT l.id, COALESCE(l.school_id, 0), l.product, l.seats, l.cost_cents
FROM licence l
WHERE l.starts_on <= :day AND l.expires_on >= :day AND (l.ends_on IS NULL OR l.ends_on > :day)
ORDER BY l.product, l.id;
