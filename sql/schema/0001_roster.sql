-- The roster: who is where, when. Dates are ISO texts; ends_on is the first day no longer in it
-- (half open: begins_on <= day < ends_on), NULL while it lasts. Nobody is deleted; people end.
-- ext is the source's own id (OneRoster sourcedId). src_hash is a digest of the source row, so an
-- import knows an unchanged row without reading its columns. batch_id is the import that added it.
-- The largest tables check a word by = and OR: for IN (...) SQLite builds a table at every insert.

CREATE TABLE import_batch ( -- one row per import, whatever its source
    id PRIMARY_ID,
    source TEXT NOT NULL,          -- name of a row in the table of sources: 'oneroster', 'devices', ...
    file_name TEXT NOT NULL,       -- as the person knows it
    file_hash TEXT NOT NULL,       -- BLAKE2b-256 of the bytes, hex
    state TEXT NOT NULL CHECK (state IN ('staged', 'applied', 'undone', 'failed')),
    mode TEXT NOT NULL DEFAULT 'bulk' CHECK (mode IN ('bulk', 'delta')),
    as_of TEXT NOT NULL,           -- ISO date the data speaks for
    rows_read INTEGER NOT NULL DEFAULT 0,
    rows_added INTEGER NOT NULL DEFAULT 0,
    rows_changed INTEGER NOT NULL DEFAULT 0,
    rows_ended INTEGER NOT NULL DEFAULT 0,
    rows_refused INTEGER NOT NULL DEFAULT 0,
    assumed TEXT NOT NULL DEFAULT '', -- what a tolerant reader assumed, one sentence a line
    account_id INTEGER,            -- who; NULL from the command line
    created_us INTEGER NOT NULL,
    applied_us INTEGER,
    undone_us INTEGER
) STRICT;

CREATE TABLE import_error ( -- refused rows, by file, line, column and value; the first 10,000 of a batch
    id PRIMARY_ID,
    batch_id INTEGER NOT NULL REFERENCES import_batch(id),
    file TEXT NOT NULL,
    line INTEGER NOT NULL,         -- of the row's first line, the header is 1
    col TEXT NOT NULL,             -- header name, '' when the row as a whole is meant
    value TEXT NOT NULL,           -- at most 200 bytes
    what TEXT NOT NULL,            -- a sentence: what is wrong and what to do
    severity TEXT NOT NULL CHECK (severity IN ('error', 'warning'))
) STRICT;
CREATE INDEX import_error_batch ON import_error(batch_id, severity);

CREATE TABLE import_change ( -- what an import replaced, so that undo can put it back
    id PRIMARY_ID,
    batch_id INTEGER NOT NULL REFERENCES import_batch(id),
    tab TEXT NOT NULL,             -- table name
    row_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('changed', 'ended', 'reopened')),
    before TEXT NOT NULL           -- JSON object of the columns that changed, with their old values
) STRICT;
CREATE INDEX import_change_batch ON import_change(batch_id, id);
CREATE INDEX import_change_row ON import_change(tab, row_id);

CREATE TABLE org (
    id PRIMARY_ID,
    ext TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('nation', 'state', 'region', 'district', 'school', 'department', 'room')),
    parent_id INTEGER REFERENCES org(id),
    identifier TEXT,               -- NCES or state number, leading zeros kept
    locale TEXT CHECK (locale IN ('city', 'suburb', 'town', 'rural')),
    grade_low TEXT,                -- lowest and highest grade taught: PK KG 01 .. 12
    grade_high TEXT,
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX org_parent ON org(parent_id);

CREATE TABLE term ( -- OneRoster academicSessions
    id PRIMARY_ID,
    ext TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('schoolYear', 'semester', 'term', 'gradingPeriod')),
    begins_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,         -- the last day plus one
    parent_id INTEGER REFERENCES term(id),
    school_year INTEGER NOT NULL,  -- the calendar year in which it ends
    retired_on TEXT,               -- gone from the source
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;

CREATE TABLE course (
    id PRIMARY_ID,
    ext TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    code TEXT,
    org_id INTEGER REFERENCES org(id),
    grades TEXT,                   -- comma-separated grade codes
    subjects TEXT,
    retired_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;

CREATE TABLE section ( -- OneRoster classes
    id PRIMARY_ID,
    ext TEXT NOT NULL,
    title TEXT NOT NULL,
    code TEXT,
    kind TEXT NOT NULL DEFAULT 'scheduled' CHECK (kind IN ('homeroom', 'scheduled')),
    course_id INTEGER REFERENCES course(id),
    org_id INTEGER NOT NULL REFERENCES org(id),  -- the school
    term_id INTEGER REFERENCES term(id),         -- the first of its terms
    begins_on TEXT,                -- of its terms together
    ends_on TEXT,
    location TEXT,
    grades TEXT,
    subjects TEXT,
    periods TEXT,
    retired_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX section_org ON section(org_id);

CREATE TABLE person (
    id PRIMARY_ID,
    ext TEXT NOT NULL,
    username TEXT,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    middle_name TEXT,
    preferred_name TEXT,
    email TEXT,
    phone TEXT,
    identifier TEXT,               -- the local student or staff number
    enabled INTEGER NOT NULL DEFAULT 1,
    ended_on TEXT,                 -- gone from the source as of this date
    merged_into INTEGER REFERENCES person(id),
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX person_ext ON person(ext);
CREATE INDEX person_name ON person(lower(family_name), lower(given_name));
CREATE INDEX person_identifier ON person(identifier);
CREATE INDEX person_merged ON person(merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE person_alias ( -- further identifiers: state number, SIS id, device-manager user, a merged person's ext
    person_id INTEGER NOT NULL REFERENCES person(id),
    kind TEXT NOT NULL,            -- 'state', 'sis', 'username', 'merged', ...
    value TEXT NOT NULL,
    batch_id INTEGER REFERENCES import_batch(id),
    PRIMARY KEY (kind, value, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_alias_person ON person_alias(person_id);

CREATE TABLE person_role ( -- who is what where: OneRoster roles, or 1.1 users.role x orgSourcedIds
    id PRIMARY_ID,
    person_id INTEGER NOT NULL REFERENCES person(id),
    org_id INTEGER NOT NULL REFERENCES org(id),
    role TEXT NOT NULL CHECK (role = 'student' OR role = 'teacher' OR role = 'aide' OR role = 'administrator' OR role = 'principal' OR role = 'counselor' OR role = 'guardian' OR role = 'parent' OR role = 'relative' OR role = 'proctor' OR role = 'staff'),
    is_primary INTEGER NOT NULL DEFAULT 1,
    begins_on TEXT NOT NULL,
    ends_on TEXT,
    ext TEXT NOT NULL DEFAULT '',
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX person_role_person ON person_role(person_id);
CREATE INDEX person_role_org ON person_role(org_id, role);

CREATE TABLE student_status ( -- what groups a student is in, versioned: one row per change
    id PRIMARY_ID,
    person_id INTEGER NOT NULL REFERENCES person(id),
    begins_on TEXT NOT NULL,
    ends_on TEXT,
    grade TEXT,                    -- PK KG 01 .. 12; NULL unknown
    meal TEXT CHECK (meal = 'free' OR meal = 'reduced' OR meal = 'paid'),
    english_learner INTEGER,       -- 1, 0 or NULL unknown; so below
    disability_plan INTEGER,
    race TEXT CHECK (race = 'asian' OR race = 'black' OR race = 'hispanic' OR race = 'indigenous' OR race = 'pacific' OR race = 'two-or-more' OR race = 'white'),
    gender TEXT CHECK (gender = 'female' OR gender = 'male' OR gender = 'nonbinary'),
    home_language TEXT,            -- ISO 639-1
    housing TEXT CHECK (housing = 'housed' OR housing = 'doubled-up' OR housing = 'hotel' OR housing = 'sheltered' OR housing = 'unsheltered' OR housing = 'foster'),
    birth_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX student_status_person ON student_status(person_id);

CREATE TABLE guardian ( -- who may see whose record: OneRoster agents
    id PRIMARY_ID,
    person_id INTEGER NOT NULL REFERENCES person(id),   -- the student
    guardian_id INTEGER NOT NULL REFERENCES person(id),
    begins_on TEXT NOT NULL,
    ends_on TEXT,
    batch_id INTEGER REFERENCES import_batch(id),
    UNIQUE (person_id, guardian_id, begins_on)
) STRICT;
CREATE INDEX guardian_guardian ON guardian(guardian_id);

CREATE TABLE enrollment (
    id PRIMARY_ID,
    ext TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES person(id),
    section_id INTEGER NOT NULL REFERENCES section(id),
    org_id INTEGER NOT NULL REFERENCES org(id),          -- the school
    role TEXT NOT NULL CHECK (role = 'student' OR role = 'teacher' OR role = 'administrator' OR role = 'proctor' OR role = 'aide'),
    is_primary INTEGER NOT NULL DEFAULT 0,
    begins_on TEXT NOT NULL,
    ends_on TEXT,
    src_hash INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER REFERENCES import_batch(id)
) STRICT;
CREATE INDEX enrollment_person ON enrollment(person_id);
CREATE INDEX enrollment_section ON enrollment(section_id);
