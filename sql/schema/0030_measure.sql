-- Readings: what the roll-up made of the records, kept so that pages answer at once and trends are
-- there. All of it can be made again from the records (measure/rollup.h).

CREATE TABLE reading ( -- one indicator (or one series of it) at one org as of one day, by every group
    indicator TEXT NOT NULL,       -- code in the catalogue
    series TEXT NOT NULL,          -- '' the whole, else a part such as a product
    org_id INTEGER NOT NULL,       -- org.id; no reference, since all of this is derived
    as_of TEXT NOT NULL,           -- ISO date
    since TEXT NOT NULL,           -- first day counted; since = as_of for a stock
    cells BLOB NOT NULL,           -- sums by group and what the door decided: measure/cells.h
    PRIMARY KEY (indicator, series, org_id, as_of)
) STRICT, WITHOUT ROWID;
CREATE INDEX reading_day ON reading(as_of, indicator, org_id);

CREATE TABLE rollup_state ( -- what each kept day was made from
    as_of TEXT NOT NULL,
    indicator TEXT NOT NULL,
    since TEXT NOT NULL,
    mark INTEGER NOT NULL,         -- digest of frame, imports, edits and definition; the same: nothing to do
    units INTEGER NOT NULL,        -- values read
    rolled_us INTEGER NOT NULL,
    PRIMARY KEY (as_of, indicator)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_state_indicator ON rollup_state(indicator, as_of);

CREATE TABLE measure_change ( -- edits by hand, and imports that reach back before their own date
    id PRIMARY_ID,
    source TEXT NOT NULL,          -- name of a row in the table of sources, or 'roster'
    from_on TEXT NOT NULL,         -- the first day whose readings may differ
    at_us INTEGER NOT NULL
) STRICT;
CREATE INDEX measure_change_source ON measure_change(source, from_on);
