-- The page on which people of the roster are found, with their further identifiers.

-- people_find: people not merged away by the beginning of a name, or by any number, by name.
--   :exact a number, user name or e-mail  :prefix a lower-case LIKE pattern  :limit  -> id
--   scan: typed by hand; a prefix is looked for in two columns
SELECT p.id FROM person p
WHERE (p.identifier = :exact OR lower(p.username) = lower(:exact) OR lower(p.email) = lower(:exact) OR lower(p.family_name) LIKE :prefix OR lower(p.given_name) LIKE :prefix
    OR lower(p.given_name) || ' ' || lower(p.family_name) LIKE :prefix
    OR EXISTS (SELECT 1 FROM person_alias a WHERE a.person_id = p.id AND a.value = :exact))
  AND p.merged_into IS NULL
ORDER BY lower(p.family_name), lower(p.given_name), p.id LIMIT :limit;

-- people_aliases: the further identifiers of a person -> kind, value
SELECT kind, value FROM person_alias WHERE person_id = :person ORDER BY kind, value;

-- people_merged: whom a person was merged into -> id, 0 for nobody
SELECT COALESCE(merged_into, 0) FROM person WHERE id = :person;
