-- Who may do what, and who did.

CREATE TABLE account (
    id PRIMARY_ID,
    username TEXT NOT NULL UNIQUE, -- lower case
    display_name TEXT NOT NULL,
    person_id INTEGER REFERENCES person(id),
    role TEXT NOT NULL CHECK (role IN ('district_administrator', 'technology_director', 'privacy_officer', 'principal', 'teacher', 'coach', 'support_technician', 'student', 'guardian', 'state_analyst')),
    password_hash TEXT NOT NULL,   -- Argon2id, libsodium's string form; '' = may not sign in
    language TEXT NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'es')),
    must_change INTEGER NOT NULL DEFAULT 0, -- the password was handed out and must be replaced
    disabled_us INTEGER,
    created_us INTEGER NOT NULL
) STRICT;
CREATE INDEX account_person ON account(person_id);

CREATE TABLE account_org ( -- the orgs an account's role reaches, with everything below them
    account_id INTEGER NOT NULL REFERENCES account(id),
    org_id INTEGER NOT NULL REFERENCES org(id),
    PRIMARY KEY (account_id, org_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE coach_of ( -- the teachers a coach works with
    account_id INTEGER NOT NULL REFERENCES account(id),
    person_id INTEGER NOT NULL REFERENCES person(id),
    begins_on TEXT NOT NULL,
    ends_on TEXT,
    PRIMARY KEY (account_id, person_id, begins_on)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    token_hash TEXT NOT NULL PRIMARY KEY, -- BLAKE2b of the cookie's random token, hex
    account_id INTEGER NOT NULL REFERENCES account(id),
    csrf TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    seen_us INTEGER NOT NULL,
    expires_us INTEGER NOT NULL
) STRICT;
CREATE INDEX session_account ON session(account_id);

CREATE TABLE audit ( -- append-only; each row's hash covers the row before it
    id PRIMARY_ID,
    at_us INTEGER NOT NULL,
    account_id INTEGER,            -- NULL: the command line
    actor TEXT NOT NULL,           -- username, or 'command line'
    action TEXT NOT NULL,          -- verb: 'sign-in', 'read', 'export', 'import', 'change', ...
    subject TEXT NOT NULL,         -- kind of thing: 'student', 'indicator', 'device', ...
    subject_id TEXT NOT NULL,
    person_id INTEGER,             -- whose record it was, for 'who saw my record'
    purpose TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '', -- JSON: what changed, how many rows left, ...
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_person ON audit(person_id, at_us);
CREATE INDEX audit_at ON audit(at_us);
CREATE INDEX audit_subject ON audit(subject, subject_id); -- the history of one record

CREATE TABLE audit_head ( -- one row: how many entries there are and the last hash; a writer takes it first
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    entries INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_head(id, entries, hash) VALUES (1, 0, '');

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    changed_us INTEGER NOT NULL
) STRICT;
