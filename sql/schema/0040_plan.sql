-- The plan: what is asked of every school, what closing a gap costs, who sees to it.

CREATE TABLE standard_set (
    code TEXT NOT NULL PRIMARY KEY,
    name_en TEXT NOT NULL,
    name_es TEXT NOT NULL,
    source TEXT NOT NULL           -- where the set as a whole comes from
) STRICT;

CREATE TABLE standard ( -- one version of a standard; the newest of a code is the highest version
    id PRIMARY_ID,
    set_code TEXT NOT NULL REFERENCES standard_set(code),
    code TEXT NOT NULL,            -- stable over versions
    version INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'adopted', 'retired')),
    name_en TEXT NOT NULL,
    name_es TEXT NOT NULL,
    note_en TEXT NOT NULL DEFAULT '',
    note_es TEXT NOT NULL DEFAULT '',
    indicator TEXT NOT NULL,       -- code in the catalogue
    series TEXT NOT NULL DEFAULT '',
    op TEXT NOT NULL CHECK (op IN ('>=', '<=')),
    target REAL NOT NULL,          -- in the units the indicator is shown in: 99 is 99 %
    band TEXT NOT NULL CHECK (band IN ('all', 'K-2', '3-5', '6-8', '9-12')),
    subject TEXT NOT NULL DEFAULT '',
    school_kind TEXT NOT NULL CHECK (school_kind IN ('all', 'elementary', 'middle', 'high')),
    size_from INTEGER NOT NULL DEFAULT 0, -- asked of districts of [size_from, size_to) students
    size_to INTEGER NOT NULL DEFAULT 0,   -- 0: no upper bound
    priority REAL NOT NULL DEFAULT 1 CHECK (priority > 0),
    source TEXT NOT NULL,
    effective_from TEXT,           -- half open; NULL while a draft
    effective_to TEXT,
    cost_item TEXT NOT NULL DEFAULT '', -- cost_item.code of what closes it
    quantity REAL NOT NULL DEFAULT 1,   -- cost items per missing unit
    changed_us INTEGER NOT NULL,
    UNIQUE (code, version)
) STRICT;
CREATE INDEX standard_set_of ON standard(set_code);

CREATE TABLE cost_item ( -- unit costs
    id PRIMARY_ID,
    code TEXT NOT NULL UNIQUE,
    label_en TEXT NOT NULL,
    label_es TEXT NOT NULL,
    one_time_cents INTEGER NOT NULL CHECK (one_time_cents >= 0),
    yearly_cents INTEGER NOT NULL CHECK (yearly_cents >= 0),
    lifetime_years REAL NOT NULL CHECK (lifetime_years >= 0), -- 0: never replaced
    source TEXT NOT NULL,
    ours INTEGER NOT NULL,         -- 1: shipped default, not yet confirmed by the district
    changed_us INTEGER NOT NULL
) STRICT;

CREATE TABLE gap_assignment ( -- who sees to a gap and by when; append-only, the newest row counts
    id PRIMARY_ID,
    standard TEXT NOT NULL,        -- standard.code
    org_id INTEGER NOT NULL REFERENCES org(id),
    grp TEXT NOT NULL,             -- code of the group, 'all' for the whole
    owner TEXT NOT NULL,           -- '' nobody
    due_on TEXT,
    done INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    account_id INTEGER,            -- who set it; NULL from the command line
    set_by TEXT NOT NULL,
    set_us INTEGER NOT NULL
) STRICT;
CREATE INDEX gap_assignment_org ON gap_assignment(org_id);
CREATE INDEX gap_assignment_of ON gap_assignment(standard, org_id, grp, id);

CREATE TABLE gap_formula ( -- one row: rank = people^a x distance^b x priority^c
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    people_power REAL NOT NULL,
    distance_power REAL NOT NULL,
    priority_power REAL NOT NULL,
    changed_us INTEGER NOT NULL
) STRICT;
