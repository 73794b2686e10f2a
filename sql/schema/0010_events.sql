-- Daily usage: the facts themselves are in files (src/events/segment.h); here is which files count.

CREATE TABLE product ( -- what is used: named by licences and usage files alike
    id PRIMARY_ID,
    name TEXT NOT NULL,            -- as first seen
    name_key TEXT NOT NULL UNIQUE  -- lower case, single blanks: how names are compared
) STRICT;

CREATE TABLE usage_segment ( -- one row per file of facts; a file without a row counts for nothing
    id PRIMARY_ID,
    batch_id INTEGER NOT NULL REFERENCES import_batch(id), -- later batches count before earlier ones
    kind TEXT NOT NULL CHECK (kind IN ('person', 'group')),
    file TEXT NOT NULL,
    checksum TEXT NOT NULL,        -- of the header, which has those of the columns; hex
    row_count INTEGER NOT NULL,
    first_day TEXT NOT NULL,       -- ISO dates, both included
    last_day TEXT NOT NULL
) STRICT;
CREATE INDEX usage_segment_day ON usage_segment(kind, last_day);
CREATE INDEX usage_segment_batch ON usage_segment(batch_id);

CREATE TABLE usage_merged ( -- batches whose facts were put together with others: no undo any more
    batch_id INTEGER NOT NULL PRIMARY KEY REFERENCES import_batch(id)
) STRICT;
