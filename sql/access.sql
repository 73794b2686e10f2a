-- Accounts, sessions, scope by relationship, the audit chain.

-- account_insert: a new account -> its id
INSERT INTO account(username, display_name, person_id, role, password_hash, language, must_change, created_us)
VALUES (:username, :name, :person, :role, :hash, :language, :must_change, :now) RETURNING id;

-- account_by_username: one account.
SELECT a.id, a.person_id, a.username, a.display_name, a.role, a.language, a.must_change, a.disabled_us, a.created_us,
       CASE WHEN a.password_hash <> '' THEN 1 ELSE 0 END
FROM account a WHERE a.username = :username;

-- account_by_id: one account.
SELECT a.id, a.person_id, a.username, a.display_name, a.role, a.language, a.must_change, a.disabled_us, a.created_us,
       CASE WHEN a.password_hash <> '' THEN 1 ELSE 0 END
FROM account a WHERE a.id = :id;

-- account_page: accounts by username whose name holds a text (a lower-case LIKE pattern or NULL) and that have a role (or NULL).
--   scan: an administrator's list, a page of it in username order
SELECT a.id, a.person_id, a.username, a.display_name, a.role, a.language, a.must_change, a.disabled_us, a.created_us,
       CASE WHEN a.password_hash <> '' THEN 1 ELSE 0 END
FROM account a
WHERE (CAST(:text AS TEXT) IS NULL OR a.username LIKE :text OR lower(a.display_name) LIKE :text)
  AND (CAST(:role AS TEXT) IS NULL OR a.role = :role)
ORDER BY a.username LIMIT :limit OFFSET :offset;

-- account_count: how many accounts of a role are in force.
--   scan: asked when the last administrator might be shut out
SELECT count(*) FROM account WHERE role = :role AND disabled_us IS NULL AND password_hash <> '';

-- account_password: the stored hash and whether the account is in force.
SELECT password_hash, CASE WHEN disabled_us IS NULL THEN 1 ELSE 0 END FROM account WHERE username = :username;

-- account_update_password: a new hash.
UPDATE account SET password_hash = :hash, must_change = :must_change WHERE id = :id;

-- account_update_disabled: when it was disabled, or NULL.
UPDATE account SET disabled_us = :at WHERE id = :id;

-- account_update_role: another role.
UPDATE account SET role = :role WHERE id = :id;

-- account_update_language: en or es.
UPDATE account SET language = :language WHERE id = :id;

-- account_org_list: the orgs an account reaches, by name -> id, name
SELECT o.id, o.name FROM account_org a JOIN org o ON o.id = a.org_id WHERE a.account_id = :account ORDER BY o.name;

-- account_org_clear: forgets them.
DELETE FROM account_org WHERE account_id = :account;

-- account_org_insert: one more.
INSERT INTO account_org(account_id, org_id) VALUES (:account, :org);

-- account_coach_insert: a teacher this coach works with, from a day on.
INSERT INTO coach_of(account_id, person_id, begins_on) VALUES (:account, :person, :on)
ON CONFLICT (account_id, person_id, begins_on) DO UPDATE SET ends_on = NULL;

-- account_coach_end: no longer, from a day on.
UPDATE coach_of SET ends_on = :on WHERE account_id = :account AND person_id = :person AND (ends_on IS NULL OR ends_on > :on);

-- account_coach_list: the teachers a coach works with on a day, by name -> id, name, since
SELECT p.id, p.given_name || ' ' || p.family_name, c.begins_on FROM coach_of c JOIN person p ON p.id = c.person_id
WHERE c.account_id = :account AND c.begins_on <= :on AND (c.ends_on IS NULL OR c.ends_on > :on) ORDER BY p.family_name, p.given_name;

-- access_org_choices: districts, schools and above, by kind and name, for a form -> id, name, kind
--   scan: a district has a few hundred orgs
SELECT id, name, kind FROM org WHERE ends_on IS NULL AND kind IN ('state', 'region', 'district', 'school') ORDER BY kind, name LIMIT 5000;

-- access_org_by_name: an org by number, source id or exact name -> id
--   scan: a district has a few hundred orgs
SELECT id FROM org WHERE identifier = :text OR ext = :text OR lower(name) = lower(:text) ORDER BY id LIMIT 2;

-- access_person_lookup: a person in force by local number, user name or e-mail -> id, name
--   scan: asked when an account is made by hand
SELECT id, given_name || ' ' || family_name FROM person
WHERE merged_into IS NULL AND (identifier = :text OR ext = :text OR lower(username) = lower(:text) OR lower(email) = lower(:text))
ORDER BY id LIMIT 2;

-- session_insert: a sign-in.
INSERT INTO session(token_hash, account_id, csrf, created_us, seen_us, expires_us) VALUES (:token, :account, :csrf, :now, :now, :expires);

-- session_account: the account behind a token.
SELECT a.id, a.person_id, a.role, a.username, a.display_name, a.language, a.must_change, s.csrf, s.seen_us
FROM session s JOIN account a ON a.id = s.account_id
WHERE s.token_hash = :token AND s.expires_us > :now AND s.seen_us > :idle_since AND a.disabled_us IS NULL;

-- session_mark: used just now.
UPDATE session SET seen_us = :now WHERE token_hash = :token;

-- session_delete: signs out.
DELETE FROM session WHERE token_hash = :token;

-- session_delete_account: signs out everywhere.
DELETE FROM session WHERE account_id = :account;

-- session_delete_old: sessions that ended.
--   scan: runs once an hour over the sessions in force
DELETE FROM session WHERE expires_us <= :now OR seen_us <= :idle_since;

-- access_has_orgs: is the account tied to any org.
SELECT 1 FROM account_org WHERE account_id = :account LIMIT 1;

-- access_org_exists: any org.
SELECT 1 FROM org WHERE id = :org;

-- access_org_within: is the org one of the account's or below one.
WITH RECURSIVE up(id, parent_id) AS (
    SELECT id, parent_id FROM org WHERE id = :org
    UNION SELECT o.id, o.parent_id FROM org o JOIN up ON o.id = up.parent_id)
SELECT 1 FROM up JOIN account_org a ON a.org_id = up.id AND a.account_id = :account LIMIT 1;

-- access_org_taught: does the person teach or hold a role at the org on a day.
SELECT 1 FROM enrollment WHERE person_id = :person AND org_id = :org AND role IN ('teacher', 'aide')
   AND begins_on <= :on AND (ends_on IS NULL OR ends_on > :on)
UNION ALL
SELECT 1 FROM person_role WHERE person_id = :person AND org_id = :org AND role NOT IN ('student', 'guardian', 'parent', 'relative')
   AND begins_on <= :on AND (ends_on IS NULL OR ends_on > :on)
LIMIT 1;

-- access_org_coached: does a teacher whom the account coaches work at the org.
SELECT 1 FROM coach_of c JOIN person_role r ON r.person_id = c.person_id
WHERE c.account_id = :account AND c.begins_on <= :on AND (c.ends_on IS NULL OR c.ends_on > :on)
  AND r.org_id = :org AND r.role = 'teacher' AND r.begins_on <= :on AND (r.ends_on IS NULL OR r.ends_on > :on) LIMIT 1;

-- access_section_org: the school of a section.
SELECT org_id FROM section WHERE id = :section;

-- access_section_taught: does the person teach the section on a day.
SELECT 1 FROM enrollment WHERE section_id = :section AND person_id = :person AND role IN ('teacher', 'aide')
   AND begins_on <= :on AND (ends_on IS NULL OR ends_on > :on) LIMIT 1;

-- access_section_coached: is the section taught by someone the account coaches.
SELECT 1 FROM enrollment t JOIN coach_of c ON c.person_id = t.person_id
WHERE t.section_id = :section AND t.role = 'teacher' AND t.begins_on <= :on AND (t.ends_on IS NULL OR t.ends_on > :on)
  AND c.account_id = :account AND c.begins_on <= :on AND (c.ends_on IS NULL OR c.ends_on > :on) LIMIT 1;

-- access_is_student: was this person ever a student here (and not merged away).
SELECT 1 FROM person p WHERE p.id = :person AND p.merged_into IS NULL
   AND (EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = p.id AND r.role = 'student')
     OR EXISTS (SELECT 1 FROM enrollment n WHERE n.person_id = p.id AND n.role = 'student'));

-- access_is_staff: has this person a role other than student or family.
SELECT 1 FROM person p WHERE p.id = :person AND p.merged_into IS NULL
   AND (EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = p.id AND r.role NOT IN ('student', 'guardian', 'parent', 'relative'))
     OR EXISTS (SELECT 1 FROM enrollment n WHERE n.person_id = p.id AND n.role <> 'student'));

-- access_person_within: does the person hold the role (student, or staff when :student is 0) at one of the account's orgs, or below, on a day.
WITH RECURSIVE down(id) AS (
    SELECT org_id FROM account_org WHERE account_id = :account
    UNION SELECT o.id FROM org o JOIN down ON o.parent_id = down.id)
SELECT 1 FROM person_role r WHERE r.person_id = :person
   AND CASE WHEN r.role = 'student' THEN 1 WHEN r.role IN ('guardian', 'parent', 'relative') THEN 2 ELSE 0 END = :student
   AND r.begins_on <= :on AND (r.ends_on IS NULL OR r.ends_on > :on) AND r.org_id IN (SELECT id FROM down)
UNION ALL
SELECT 1 FROM enrollment n WHERE n.person_id = :person
   AND CASE WHEN n.role = 'student' THEN 1 ELSE 0 END = :student
   AND n.begins_on <= :on AND (n.ends_on IS NULL OR n.ends_on > :on) AND n.org_id IN (SELECT id FROM down)
LIMIT 1;

-- access_teaches: does the teacher teach the student on a day.
SELECT 1 FROM enrollment t JOIN enrollment s ON s.section_id = t.section_id
WHERE t.person_id = :teacher AND t.role IN ('teacher', 'aide') AND t.begins_on <= :on AND (t.ends_on IS NULL OR t.ends_on > :on)
  AND s.person_id = :student AND s.role = 'student' AND s.begins_on <= :on AND (s.ends_on IS NULL OR s.ends_on > :on) LIMIT 1;

-- access_coaches: does the account coach the teacher on a day.
SELECT 1 FROM coach_of WHERE account_id = :account AND person_id = :person
   AND begins_on <= :on AND (ends_on IS NULL OR ends_on > :on) LIMIT 1;

-- access_is_guardian: is the person a guardian of the student on a day.
SELECT 1 FROM guardian WHERE guardian_id = :guardian AND person_id = :student
   AND begins_on <= :on AND (ends_on IS NULL OR ends_on > :on) LIMIT 1;

-- access_orgs_within: an account's orgs and all below, ids ascending.
WITH RECURSIVE down(id) AS (
    SELECT org_id FROM account_org WHERE account_id = :account
    UNION SELECT o.id FROM org o JOIN down ON o.parent_id = down.id)
SELECT id FROM down ORDER BY id;

-- access_orgs_taught: the schools where a person teaches or holds a role on a day.
SELECT org_id AS id FROM enrollment WHERE person_id = :person AND role IN ('teacher', 'aide') AND begins_on <= :on AND (ends_on IS NULL OR ends_on > :on)
UNION
SELECT org_id AS id FROM person_role WHERE person_id = :person AND role NOT IN ('student', 'guardian', 'parent', 'relative')
   AND begins_on <= :on AND (ends_on IS NULL OR ends_on > :on)
ORDER BY id;

-- access_orgs_coached: the schools of the teachers an account coaches.
SELECT DISTINCT r.org_id FROM coach_of c JOIN person_role r ON r.person_id = c.person_id
WHERE c.account_id = :account AND c.begins_on <= :on AND (c.ends_on IS NULL OR c.ends_on > :on)
  AND r.role = 'teacher' AND r.begins_on <= :on AND (r.ends_on IS NULL OR r.ends_on > :on) ORDER BY r.org_id;

-- access_sections_within: sections at an account's orgs and below.
WITH RECURSIVE down(id) AS (
    SELECT org_id FROM account_org WHERE account_id = :account
    UNION SELECT o.id FROM org o JOIN down ON o.parent_id = down.id)
SELECT s.id FROM section s WHERE s.org_id IN (SELECT id FROM down) ORDER BY s.id;

-- access_sections_taught: sections a person teaches on a day.
SELECT DISTINCT section_id FROM enrollment WHERE person_id = :person AND role IN ('teacher', 'aide')
   AND begins_on <= :on AND (ends_on IS NULL OR ends_on > :on) ORDER BY section_id;

-- access_sections_coached: sections taught by those an account coaches.
SELECT DISTINCT t.section_id FROM coach_of c JOIN enrollment t ON t.person_id = c.person_id
WHERE c.account_id = :account AND c.begins_on <= :on AND (c.ends_on IS NULL OR c.ends_on > :on)
  AND t.role = 'teacher' AND t.begins_on <= :on AND (t.ends_on IS NULL OR t.ends_on > :on) ORDER BY t.section_id;

-- access_students_within: students at an account's orgs and below on a day.
WITH RECURSIVE down(id) AS (
    SELECT org_id FROM account_org WHERE account_id = :account
    UNION SELECT o.id FROM org o JOIN down ON o.parent_id = down.id)
SELECT DISTINCT r.person_id FROM down d JOIN person_role r ON r.org_id = d.id AND r.role = 'student'
WHERE r.begins_on <= :on AND (r.ends_on IS NULL OR r.ends_on > :on) ORDER BY r.person_id;

-- access_students_taught: students of the sections a person teaches on a day.
SELECT DISTINCT s.person_id FROM enrollment t JOIN enrollment s ON s.section_id = t.section_id
WHERE t.person_id = :teacher AND t.role IN ('teacher', 'aide') AND t.begins_on <= :on AND (t.ends_on IS NULL OR t.ends_on > :on)
  AND s.role = 'student' AND s.begins_on <= :on AND (s.ends_on IS NULL OR s.ends_on > :on) ORDER BY s.person_id;

-- access_students_guarded: those a person is guardian of on a day.
SELECT DISTINCT person_id FROM guardian WHERE guardian_id = :guardian
   AND begins_on <= :on AND (ends_on IS NULL OR ends_on > :on) ORDER BY person_id;

-- audit_head_take: takes the head row, so that one writer at a time appends.
UPDATE audit_head SET entries = entries + 1 WHERE id = 1;

-- audit_head_read: entries, hash.
SELECT entries, hash FROM audit_head WHERE id = 1;

-- audit_head_set: the hash of the entry just written.
UPDATE audit_head SET hash = :hash WHERE id = 1;

-- audit_insert: one entry.
INSERT INTO audit(at_us, account_id, actor, action, subject, subject_id, person_id, purpose, detail, hash)
VALUES (:at, :account, :actor, :action, :subject, :subject_id, :person, :purpose, :detail, :hash);

-- audit_page: entries before an id, newest first.
SELECT id, at_us, account_id, actor, action, subject, subject_id, person_id, purpose, detail FROM audit
WHERE id < :before
  AND (CAST(:actor AS TEXT) IS NULL OR actor = :actor)
  AND (CAST(:action AS TEXT) IS NULL OR action = :action)
  AND (CAST(:subject AS TEXT) IS NULL OR subject = :subject)
  AND at_us >= :from_us AND at_us < :until_us
ORDER BY id DESC LIMIT :limit;

-- audit_page_person: the same for whose record it was.
SELECT id, at_us, account_id, actor, action, subject, subject_id, person_id, purpose, detail FROM audit
WHERE person_id = :person AND id < :before
  AND (CAST(:actor AS TEXT) IS NULL OR actor = :actor)
  AND (CAST(:action AS TEXT) IS NULL OR action = :action)
  AND (CAST(:subject AS TEXT) IS NULL OR subject = :subject)
  AND at_us >= :from_us AND at_us < :until_us
ORDER BY id DESC LIMIT :limit;

-- audit_page_subject: the same for one thing of a kind.
SELECT id, at_us, account_id, actor, action, subject, subject_id, person_id, purpose, detail FROM audit
WHERE subject = :subject AND subject_id = :subject_id AND id < :before
  AND (CAST(:actor AS TEXT) IS NULL OR actor = :actor)
  AND (CAST(:action AS TEXT) IS NULL OR action = :action)
  AND at_us >= :from_us AND at_us < :until_us
ORDER BY id DESC LIMIT :limit;

-- audit_after: entries in the order written, with their hashes, for the check.
SELECT id, at_us, account_id, actor, action, subject, subject_id, person_id, purpose, detail, hash FROM audit
WHERE id > :after ORDER BY id LIMIT 5000;
