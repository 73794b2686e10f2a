-- What the district provides: each table is a record kind (provide/kinds.c). Beside its fields a
-- kind's table has version (counts edits), ends_on (the first day the record no longer holds; NULL
-- while it lasts), src_hash (digest of the imported row) and batch_id (the import that added it).
-- Dates are ISO texts, money whole cents, booleans 0/1 or NULL for unknown.

CREATE TABLE source_mapping ( -- which column of a file is which, as a person chose it
    source TEXT NOT NULL,          -- name of a row in the table of sources
    signature INTEGER NOT NULL,    -- hash of the header row
    mapping TEXT NOT NULL,         -- JSON array: for each header the column's name, or null
    account_id INTEGER,            -- who; NULL from the command line
    changed_us INTEGER NOT NULL,
    PRIMARY KEY (source, signature)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    id PRIMARY_ID,
    version INTEGER NOT NULL DEFAULT 1,
    serial TEXT NOT NULL,
    asset_tag TEXT,
    manager_id TEXT,               -- the device manager's own id
    model TEXT,
    school_id INTEGER REFERENCES org(id),
    person_id INTEGER REFERENCES person(id), -- whom it is assigned to
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled', 'deprovisioned')),
    condition TEXT CHECK (condition IN ('working', 'broken', 'repair', 'lost')), -- NULL: nobody said
    faults_12m INTEGER,            -- faults reported in the last 12 months
    support_ends_on TEXT,          -- the maker's last day of updates
    os_version TEXT,
    last_sync_on TEXT,
    purchased_on TEXT,
    cost_cents INTEGER,
    location TEXT,                 -- as the device manager says it
    org_unit_path TEXT,
    mac_address TEXT,
    note TEXT,
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX device_serial ON device(serial);
CREATE INDEX device_person ON device(person_id);
CREATE INDEX device_school ON device(school_id);

CREATE TABLE room (
    id PRIMARY_ID,
    version INTEGER NOT NULL DEFAULT 1,
    school_id INTEGER NOT NULL REFERENCES org(id),
    name TEXT NOT NULL,            -- number or name of the room
    kind TEXT NOT NULL DEFAULT 'classroom' CHECK (kind IN ('classroom', 'lab', 'library', 'gym', 'office')),
    display INTEGER,               -- a screen or projector the class can see
    audio INTEGER,                 -- sound the class can hear
    access_point INTEGER,          -- a wireless access point in the room
    note TEXT,
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX room_school ON room(school_id, name);

CREATE TABLE school_line ( -- a school's connection, one row per measurement
    id PRIMARY_ID,
    version INTEGER NOT NULL DEFAULT 1,
    school_id INTEGER NOT NULL REFERENCES org(id),
    measured_on TEXT NOT NULL,
    down_mbps REAL NOT NULL,
    up_mbps REAL,
    busy_mbps REAL,                -- highest use in the busy hour
    provider TEXT,
    monthly_cost_cents INTEGER,
    technicians REAL,              -- full-time technicians who serve the school
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX school_line_school ON school_line(school_id, measured_on);

CREATE TABLE home_access ( -- a student's connection at home, one row per survey
    id PRIMARY_ID,
    version INTEGER NOT NULL DEFAULT 1,
    person_id INTEGER NOT NULL REFERENCES person(id),
    surveyed_on TEXT NOT NULL,
    has_internet TEXT NOT NULL CHECK (has_internet IN ('yes', 'no', 'unknown')),
    down_mbps REAL,
    up_mbps REAL,
    own_device INTEGER,
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX home_access_person ON home_access(person_id, surveyed_on);

CREATE TABLE licence (
    id PRIMARY_ID,
    version INTEGER NOT NULL DEFAULT 1,
    product TEXT NOT NULL,
    school_id INTEGER REFERENCES org(id), -- NULL: the whole district
    seats INTEGER NOT NULL,
    cost_cents INTEGER,            -- for the whole term
    starts_on TEXT NOT NULL,
    expires_on TEXT NOT NULL,      -- the last day
    note TEXT,
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX licence_product ON licence(product);
CREATE INDEX licence_school ON licence(school_id);

CREATE TABLE need ( -- assistive technology a student needs
    id PRIMARY_ID,
    version INTEGER NOT NULL DEFAULT 1,
    person_id INTEGER NOT NULL REFERENCES person(id),
    need TEXT NOT NULL,
    tool TEXT,
    status TEXT NOT NULL CHECK (status IN ('met', 'trial', 'unmet')),
    reviewed_on TEXT,
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX need_person ON need(person_id);

CREATE TABLE teacher_survey ( -- a teacher's own view, one row per survey
    id PRIMARY_ID,
    version INTEGER NOT NULL DEFAULT 1,
    person_id INTEGER NOT NULL REFERENCES person(id),
    surveyed_on TEXT NOT NULL,
    confidence REAL,               -- 1 to 5
    learner REAL,                  -- the seven areas of the ISTE Standards for Educators, 1 to 4
    leader REAL,
    citizen REAL,
    collaborator REAL,
    designer REAL,
    facilitator REAL,
    analyst REAL,
    training_hours REAL,           -- in the twelve months before
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX teacher_survey_person ON teacher_survey(person_id, surveyed_on);

CREATE TABLE score ( -- one value of one measure, from wide files of scores
    id PRIMARY_ID,
    version INTEGER NOT NULL DEFAULT 1,
    person_id INTEGER NOT NULL REFERENCES person(id),
    measure TEXT NOT NULL,         -- 'math', 'reading', or what the file's column is called
    term TEXT NOT NULL,            -- testing window: 'fall 2026'; '' when the file names none
    taken_on TEXT NOT NULL,
    value REAL NOT NULL,
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX score_person ON score(person_id, measure, taken_on);
CREATE INDEX score_measure ON score(measure, taken_on);

CREATE TABLE attendance ( -- days of a month
    id PRIMARY_ID,
    version INTEGER NOT NULL DEFAULT 1,
    person_id INTEGER NOT NULL REFERENCES person(id),
    month TEXT NOT NULL,           -- its first day
    days_enrolled INTEGER NOT NULL,
    days_present INTEGER NOT NULL,
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX attendance_person ON attendance(person_id, month);
CREATE INDEX attendance_month ON attendance(month);

CREATE TABLE us_district ( -- NCES Common Core of Data: every local education agency; reference, not roster
    id PRIMARY_ID,
    version INTEGER NOT NULL DEFAULT 1,
    leaid TEXT NOT NULL,           -- seven digits, leading zeros kept
    name TEXT NOT NULL,
    state TEXT,                    -- two letters
    state_leaid TEXT,              -- the state's own number
    year INTEGER,                  -- fall of the school year
    street TEXT,
    city TEXT,
    zip TEXT,
    phone TEXT,
    county TEXT,
    latitude REAL,
    longitude REAL,
    locale TEXT CHECK (locale IN ('city', 'suburb', 'town', 'rural')),
    agency_type TEXT,
    lowest_grade TEXT,             -- PK KG 01 .. 12
    highest_grade TEXT,
    schools INTEGER,
    enrollment INTEGER,
    special_education INTEGER,
    english_learners INTEGER,
    teachers REAL,                 -- full-time equivalents
    staff REAL,
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX us_district_leaid ON us_district(leaid);
CREATE INDEX us_district_name ON us_district(name);

-- Who is a student from when to when: the one definition behind every denominator "enrolled
-- students"; measure/frame.h says at which school each is counted.
CREATE VIEW student_span AS
SELECT COALESCE(p.merged_into, p.id) AS person_id, r.org_id, r.begins_on, r.ends_on
FROM person_role r JOIN person p ON p.id = r.person_id
WHERE r.role = 'student';
