-- standard_set_put: a set, unless it is there.
INSERT INTO standard_set (code, name_en, name_es, source) VALUES (:code, :name_en, :name_es, :source)
ON CONFLICT (code) DO NOTHING;

-- standard_sets: every set with how many of its standards are drafts and adopted.
--   scan: a few sets
SELECT t.code, t.name_en, t.name_es, t.source,
       COALESCE(SUM(CASE WHEN s.state = 'draft' THEN 1 ELSE 0 END), 0),
       COALESCE(SUM(CASE WHEN s.state = 'adopted' THEN 1 ELSE 0 END), 0)
FROM standard_set t LEFT JOIN standard s
  ON s.set_code = t.code AND s.version = (SELECT MAX(v.version) FROM standard v WHERE v.code = s.code)
GROUP BY t.code, t.name_en, t.name_es, t.source
ORDER BY t.code;

-- standard_list: the newest version of each standard of a set ('' all).
--   scan: a few dozen standards
SELECT s.id, s.set_code, s.code, s.version, s.state, s.name_en, s.name_es, s.note_en, s.note_es, s.indicator,
       s.series, s.op, s.target, s.band, s.subject, s.school_kind, s.size_from, s.size_to, s.priority, s.source,
       s.effective_from, s.effective_to, s.cost_item, s.quantity
FROM standard s
WHERE (CAST(:set_code AS TEXT) = '' OR s.set_code = :set_code)
  AND s.version = (SELECT MAX(v.version) FROM standard v WHERE v.code = s.code)
ORDER BY s.set_code, s.id;

-- standard_in_force: the adopted versions in force on a day.
--   scan: a few dozen standards
SELECT s.id, s.set_code, s.code, s.version, s.state, s.name_en, s.name_es, s.note_en, s.note_es, s.indicator,
       s.series, s.op, s.target, s.band, s.subject, s.school_kind, s.size_from, s.size_to, s.priority, s.source,
       s.effective_from, s.effective_to, s.cost_item, s.quantity
FROM standard s
WHERE s.state <> 'draft' AND s.effective_from <= :day AND (s.effective_to IS NULL OR s.effective_to > :day)
ORDER BY s.set_code, s.id;

-- standard_get: one version by id.
SELECT s.id, s.set_code, s.code, s.version, s.state, s.name_en, s.name_es, s.note_en, s.note_es, s.indicator,
       s.series, s.op, s.target, s.band, s.subject, s.school_kind, s.size_from, s.size_to, s.priority, s.source,
       s.effective_from, s.effective_to, s.cost_item, s.quantity
FROM standard s WHERE s.id = :id;

-- standard_versions: every version of a standard, oldest first.
SELECT s.id, s.set_code, s.code, s.version, s.state, s.name_en, s.name_es, s.note_en, s.note_es, s.indicator,
       s.series, s.op, s.target, s.band, s.subject, s.school_kind, s.size_from, s.size_to, s.priority, s.source,
       s.effective_from, s.effective_to, s.cost_item, s.quantity
FROM standard s WHERE s.code = :code ORDER BY s.version;

-- standard_newest: the highest version of a code, 0 when there is none.
SELECT COALESCE(MAX(version), 0) FROM standard WHERE code = :code;

-- standard_add: a version; gives its id.
INSERT INTO standard (set_code, code, version, state, name_en, name_es, note_en, note_es, indicator, series, op,
                      target, band, subject, school_kind, size_from, size_to, priority, source, effective_from,
                      effective_to, cost_item, quantity, changed_us)
VALUES (:set_code, :code, :version, :state, :name_en, :name_es, :note_en, :note_es, :indicator, :series, :op,
        :target, :band, :subject, :school_kind, :size_from, :size_to, :priority, :source, :effective_from,
        :effective_to, :cost_item, :quantity, :now)
RETURNING id;

-- standard_change: a draft in place.
UPDATE standard SET set_code = :set_code, code = :code, name_en = :name_en, name_es = :name_es,
       note_en = :note_en, note_es = :note_es, indicator = :indicator, series = :series, op = :op,
       target = :target, band = :band, subject = :subject, school_kind = :school_kind, size_from = :size_from,
       size_to = :size_to, priority = :priority, source = :source, cost_item = :cost_item,
       quantity = :quantity, changed_us = :now
WHERE id = :id AND state = 'draft';

-- standard_end: an adopted version is no longer in force from a day on.
UPDATE standard SET state = 'retired', effective_to = :day, changed_us = :now
WHERE id = :id AND state = 'adopted';

-- standard_adopt: a draft comes into force on a day.
UPDATE standard SET state = 'adopted', effective_from = :day, changed_us = :now
WHERE id = :id AND state = 'draft';

-- standard_adopt_set: every draft of a set comes into force on a day.
UPDATE standard SET state = 'adopted', effective_from = :day, changed_us = :now
WHERE set_code = :set_code AND state = 'draft';

-- cost_items: unit costs by code.
--   scan: a few dozen items
SELECT id, code, label_en, label_es, source, one_time_cents, yearly_cents, lifetime_years, ours
FROM cost_item ORDER BY code;

-- cost_item_ship: a default, unless it is there.
INSERT INTO cost_item (code, label_en, label_es, one_time_cents, yearly_cents, lifetime_years, source, ours, changed_us)
VALUES (:code, :label_en, :label_es, :one_time, :yearly, :lifetime, :source, 1, :now)
ON CONFLICT (code) DO NOTHING;

-- cost_item_put: what the district says it costs.
INSERT INTO cost_item (code, label_en, label_es, one_time_cents, yearly_cents, lifetime_years, source, ours, changed_us)
VALUES (:code, :label_en, :label_es, :one_time, :yearly, :lifetime, :source, 0, :now)
ON CONFLICT (code) DO UPDATE
SET label_en = excluded.label_en, label_es = excluded.label_es, one_time_cents = excluded.one_time_cents,
    yearly_cents = excluded.yearly_cents, lifetime_years = excluded.lifetime_years, source = excluded.source,
    ours = 0, changed_us = excluded.changed_us;

-- gap_assign: who sees to a gap from now on.
INSERT INTO gap_assignment (standard, org_id, grp, owner, due_on, done, note, account_id, set_by, set_us)
VALUES (:standard, :org, :grp, :owner, :due, :done, :note, :account, :set_by, :now);

-- gap_owners: the newest assignment of every gap: standard, org, group, owner, due, done, note, by, when.
--   scan: one row per gap that anybody was ever given
SELECT standard, org_id, grp, owner, due_on, done, note, set_by, set_us
FROM gap_assignment g
WHERE id = (SELECT MAX(h.id) FROM gap_assignment h
            WHERE h.standard = g.standard AND h.org_id = g.org_id AND h.grp = g.grp)
ORDER BY standard, org_id, grp;

-- gap_history: every assignment of one gap, newest first.
SELECT owner, due_on, done, note, set_by, set_us FROM gap_assignment
WHERE standard = :standard AND org_id = :org AND grp = :grp ORDER BY id DESC;

-- gap_formula_get: the powers of the rank.
SELECT people_power, distance_power, priority_power FROM gap_formula WHERE id = 1;

-- gap_formula_put: the powers of the rank.
INSERT INTO gap_formula (id, people_power, distance_power, priority_power, changed_us)
VALUES (1, :people, :distance, :priority, :now)
ON CONFLICT (id) DO UPDATE
SET people_power = excluded.people_power, distance_power = excluded.distance_power,
    priority_power = excluded.priority_power, changed_us = excluded.changed_us;
