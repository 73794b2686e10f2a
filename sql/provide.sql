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
