#include "standards/oneroster.h"

#include "base/config.h"
#include "base/date.h"
#include "standards/oneroster_files.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/*
 * Reading and writing run side by side: the reading thread fills chunks of CHUNK_ROWS rows that are
 * checked and converted already, the calling thread compares and writes them. CHUNKS of them go
 * round, so the two wait for each other only when one is much slower.
 */
enum { CHUNK_ROWS = 1024, CHUNKS = 4, CHUNK_BYTES = 1 << 28, CHUNK_FULL = 1 << 26, EXAMPLES = 20 };

struct chunk {
    struct or_row rows[CHUNK_ROWS];
    size_t n;
    struct arena *arena;
    uint64_t bytes; /* of the file, read when the chunk was full */
};

struct feed {
    struct or_reader *reader;
    struct chunk *chunks;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t filled, taken; /* chunks, ever */
    bool done, stop;
    pthread_t thread;
};

static void *read_chunks(void *arg) {
    struct feed *f = arg;
    for (bool more = true; more;) {
        (void)pthread_mutex_lock(&f->lock);
        while (f->filled - f->taken == CHUNKS && !f->stop)
            (void)pthread_cond_wait(&f->changed, &f->lock);
        bool stop = f->stop;
        struct chunk *c = &f->chunks[f->filled % CHUNKS];
        (void)pthread_mutex_unlock(&f->lock);
        if (stop)
            return NULL;
        arena_reset(c->arena);
        for (c->n = 0; more && c->n < CHUNK_ROWS && arena_used(c->arena) < CHUNK_FULL;) {
            more = or_reader_next(f->reader, c->arena, &c->rows[c->n]);
            c->n += more ? 1 : 0;
        }
        c->bytes = or_reader_bytes(f->reader);
        (void)pthread_mutex_lock(&f->lock);
        f->filled++;
        f->done = !more;
        (void)pthread_cond_signal(&f->changed);
        (void)pthread_mutex_unlock(&f->lock);
    }
    return NULL;
}

static enum err feed_start(struct feed *f, struct or_reader *reader, struct errmsg *e) {
    *f = (struct feed){.reader = reader};
    f->chunks = calloc(CHUNKS, sizeof *f->chunks);
    CHECK(f->chunks != NULL);
    for (size_t i = 0; i < CHUNKS; i++)
        f->chunks[i].arena = arena_new(CHUNK_BYTES);
    (void)pthread_mutex_init(&f->lock, NULL);
    (void)pthread_cond_init(&f->changed, NULL);
    if (pthread_create(&f->thread, NULL, read_chunks, f) != 0)
        return err_set(e, ERR_UNAVAILABLE, "No further thread could be started. Try again later.");
    return ERR_OK;
}

/* The next chunk, or NULL at the end; the one before goes back with it. */
static struct chunk *feed_next(struct feed *f, struct chunk *before) {
    struct chunk *c = NULL;
    (void)pthread_mutex_lock(&f->lock);
    if (before != NULL) {
        f->taken++;
        (void)pthread_cond_signal(&f->changed);
    }
    while (f->filled == f->taken && !f->done)
        (void)pthread_cond_wait(&f->changed, &f->lock);
    if (f->filled > f->taken)
        c = &f->chunks[f->taken % CHUNKS];
    (void)pthread_mutex_unlock(&f->lock);
    return c;
}

static void feed_end(struct feed *f) {
    (void)pthread_mutex_lock(&f->lock);
    f->stop = true;
    (void)pthread_cond_signal(&f->changed);
    (void)pthread_mutex_unlock(&f->lock);
    (void)pthread_join(f->thread, NULL);
    for (size_t i = 0; i < CHUNKS; i++)
        arena_free(f->chunks[i].arena);
    free(f->chunks);
    (void)pthread_cond_destroy(&f->changed);
    (void)pthread_mutex_destroy(&f->lock);
}

/* ---- one import ---- */

struct run {
    struct db *db;
    struct or_source *source;
    struct oneroster_report *report;
    struct roster_load *load;
    struct load_options load_opt;
    const struct oneroster_options *opt;
    uint64_t bytes_before; /* of the files read already */
    bool roles_in_users;
};

/* Sentences for references that dangle: where the cell is, what to do. */
static const struct {
    enum or_file file;
    enum load_outcome outcome;
    const char *column;
    int ref; /* place in or_row.ref, -1: the sourcedId */
    const char *what;
} dangling[] = {
    {OR_SESSIONS, LOAD_BACKWARDS, "endDate", -1,
     "This session ends before it begins. Correct one of its dates."},
    {OR_COURSES, LOAD_NO_ORG, "orgSourcedId", 0,
     "No organization in orgs.csv has this sourcedId. Add it, or correct this cell."},
    {OR_CLASSES, LOAD_NO_ORG, "schoolSourcedId", 1,
     "No school in orgs.csv has this sourcedId. Add it, or correct this cell."},
    {OR_CLASSES, LOAD_NO_COURSE, "courseSourcedId", 0,
     "No course in courses.csv has this sourcedId. Add it, or correct this cell."},
    {OR_CLASSES, LOAD_NO_TERM, "termSourcedIds", 2,
     "Not all of these terms are in academicSessions.csv. Add them, or correct this cell."},
    {OR_ROLES, LOAD_NO_PERSON, "userSourcedId", 0,
     "Nobody in users.csv has this sourcedId. Add the person, or correct this cell."},
    {OR_ROLES, LOAD_NO_ORG, "orgSourcedId", 1,
     "No organization in orgs.csv has this sourcedId. Add it, or correct this cell."},
    {OR_ROLES, LOAD_BACKWARDS, "endDate", -1,
     "This role ends before it begins. Correct one of its dates."},
    {OR_DEMOGRAPHICS, LOAD_NO_PERSON, "sourcedId", 0,
     "Nobody in users.csv has this sourcedId. Add the person, or correct this cell."},
    {OR_ENROLLMENTS, LOAD_NO_SECTION, "classSourcedId", 0,
     "No class in classes.csv has this sourcedId (or its row was refused). Add it, or correct this "
     "cell."},
    {OR_ENROLLMENTS, LOAD_NO_PERSON, "userSourcedId", 1,
     "Nobody in users.csv has this sourcedId (or the row was refused). Add the person, or correct "
     "this cell."},
    {OR_ENROLLMENTS, LOAD_BACKWARDS, "endDate", -1,
     "This enrollment ends before it begins. Correct one of its dates."},
};

static struct str file_name(enum or_file f, char out[static OR_TEXT]) {
    size_t n = strlen(or_specs[f].name);
    memcpy(out, or_specs[f].name, n);
    memcpy(out + n, ".csv", 5);
    return (struct str){out, n + 4};
}

static struct str source_id(enum or_file f, const struct or_row *row) {
    switch (f) {
    case OR_SESSIONS:
        return row->u.term.row.ext;
    case OR_ORGS:
        return row->u.org.row.ext;
    case OR_COURSES:
        return row->u.course.row.ext;
    case OR_CLASSES:
        return row->u.section.row.ext;
    case OR_USERS:
        return row->u.user.person.row.ext;
    case OR_ROLES:
        return row->u.role.row.ext;
    case OR_ENROLLMENTS:
        return row->u.enrollment.row.ext;
    case OR_DEMOGRAPHICS:
    case OR_FILES:
        break;
    }
    return row->ref[0];
}

static void refuse(struct run *x, enum or_file f, const struct or_row *row,
                   enum load_outcome outcome) {
    char name[OR_TEXT];
    struct str file = file_name(f, name);
    struct batch *b = x->report->batch;
    if (row->why != NULL) {
        batch_error(b, BATCH_ERROR, file, row->line,
                    row->col < 0 ? STR("") : str_z(or_specs[f].columns[row->col].name), row->value,
                    "%s", row->why);
        if (f == OR_ROLES)
            roster_load_keep_role(x->load, row->u.role.person, row->u.role.org,
                                  row->u.role.role < 0 ? LOAD_STUDENT : row->u.role.role);
    } else if (outcome == LOAD_TWICE) {
        batch_error(b, BATCH_ERROR, file, row->line, STR("sourcedId"), source_id(f, row),
                    f == OR_ROLES
                        ? "This person has this role at this organization twice; the first row was "
                          "taken. Remove one."
                        : "This sourcedId is in the file twice; the first row was taken. Remove "
                          "one, or give it an id of its own.");
        return;
    } else {
        for (size_t i = 0; i < sizeof dangling / sizeof dangling[0]; i++)
            if (dangling[i].file == f && dangling[i].outcome == outcome)
                batch_error(b, BATCH_ERROR, file, row->line, str_z(dangling[i].column),
                            dangling[i].ref < 0 ? source_id(f, row) : row->ref[dangling[i].ref],
                            "%s", dangling[i].what);
    }
    if (outcome == LOAD_NO_PERSON || outcome == LOAD_NO_SECTION || row->key == 0)
        return; /* whom it names is gone: so is it */
    if (f != OR_ROLES && f != OR_DEMOGRAPHICS)
        roster_load_keep(x->load, or_specs[f].tab, row->key);
}

/* What else a user's row holds: 1.1 roles, links, further identifiers. */
static enum err put_user_rest(struct run *x, const struct or_row *row, enum load_outcome what,
                              struct errmsg *e) {
    const struct or_user *u = &row->u.user;
    const struct load_row *id = &u->person.row;
    if (id->gone)
        return ERR_OK;
    for (size_t i = 0; x->roles_in_users && u->role >= 0 && i < u->orgs; i++) {
        enum load_outcome got;
        struct load_role r = {.row = {.gone_on = DATE_NONE},
                              .person = id->key,
                              .org = u->org[i],
                              .role = u->role,
                              .primary = i == 0,
                              .begins = DATE_NONE,
                              .ends = DATE_NONE};
        r.row.hash = r.primary;
        TRY(roster_load_role(x->load, &r, &got, e));
        if (got == LOAD_NO_ORG)
            batch_error(x->report->batch, BATCH_WARNING, STR("users.csv"), row->line,
                        STR("orgSourcedIds"), row->ref[0],
                        "An organization named here is not in orgs.csv; the person was taken "
                        "without that role. Add it, or correct this cell.");
    }
    for (struct str rest = u->agents, item; or_list_next(&rest, &item);)
        roster_load_agent(x->load, id->key, hash64(item), row->line);
    if (what != LOAD_ADDED && what != LOAD_CHANGED && what != LOAD_REOPENED)
        return ERR_OK;
    char kind[OR_TEXT];
    struct str value;
    for (struct str rest = u->user_ids, item; or_list_next(&rest, &item);)
        if (or_user_id(item, kind, &value))
            TRY(roster_load_alias(x->load, id->key, kind, value, e));
    return roster_load_alias(x->load, id->key, "master", u->master_id, e);
}

static enum err put_row(struct run *x, enum or_file f, const struct or_row *row,
                        enum load_outcome *out, struct errmsg *e) {
    switch (f) {
    case OR_SESSIONS:
        return roster_load_term(x->load, &row->u.term, out, e);
    case OR_ORGS:
        return roster_load_org(x->load, &row->u.org, out, e);
    case OR_COURSES:
        return roster_load_course(x->load, &row->u.course, out, e);
    case OR_CLASSES:
        return roster_load_section(x->load, &row->u.section, out, e);
    case OR_USERS:
        TRY(roster_load_person(x->load, &row->u.user.person, out, e));
        return *out < LOAD_TWICE ? put_user_rest(x, row, *out, e) : ERR_OK;
    case OR_ROLES:
        return roster_load_role(x->load, &row->u.role, out, e);
    case OR_DEMOGRAPHICS:
        *out = roster_load_status(x->load, row->u.demographics.person, &row->u.demographics.status);
        return ERR_OK;
    case OR_ENROLLMENTS:
        return roster_load_enrollment(x->load, &row->u.enrollment, out, e);
    case OR_FILES:
        break;
    }
    return ERR_OK;
}

static enum err put_or_refuse(struct run *x, enum or_file f, const struct or_row *row,
                              struct errmsg *e) {
    enum load_outcome out = LOAD_UNCHANGED;
    if (row->why == NULL)
        TRY(put_row(x, f, row, &out, e));
    if (row->why != NULL || out >= LOAD_TWICE)
        refuse(x, f, row, out);
    return ERR_OK;
}

static void tell_progress(struct run *x, enum or_file f, uint64_t bytes) {
    if (x->opt->progress == NULL)
        return;
    x->opt->progress(x->opt->progress_arg,
                     &(struct oneroster_progress){or_specs[f].name, x->report->rows,
                                                  x->bytes_before + bytes, x->source->bytes});
}

/* Asks for the map entries of the rows to come, some rows ahead. */
static void prefetch(const struct run *x, enum or_file f, const struct or_row *row) {
    if (f == OR_ENROLLMENTS) {
        roster_load_prefetch(x->load, TAB_ENROLLMENT, row->key);
        roster_load_prefetch(x->load, TAB_PERSON, row->u.enrollment.person);
    } else if (f == OR_ROLES) {
        roster_load_prefetch(x->load, TAB_PERSON, row->u.role.person);
    } else {
        roster_load_prefetch(x->load, or_specs[f].tab == TAB_STATUS ? TAB_PERSON : or_specs[f].tab,
                             row->key);
    }
}

static enum err begin_tables(struct run *x, enum or_file f, int64_t expect, struct errmsg *e) {
    bool bulk = x->source->file[f].mode == OR_BULK;
    if (f == OR_USERS && x->roles_in_users)
        TRY(roster_load_begin(x->load, TAB_ROLE, bulk, expect, e));
    return roster_load_begin(x->load, or_specs[f].tab, bulk && f != OR_DEMOGRAPHICS,
                             f == OR_DEMOGRAPHICS ? 0 : expect, e);
}

static enum err end_tables(struct run *x, enum or_file f, struct errmsg *e) {
    if (f == OR_USERS && x->roles_in_users)
        TRY(roster_load_end(x->load, TAB_ROLE, e));
    return f == OR_DEMOGRAPHICS ? db_bulk(x->db, false, e)
                                : roster_load_end(x->load, or_specs[f].tab, e);
}

/* Rows that may come in any order: the reading thread feeds them. */
static enum err put_feed(struct run *x, enum or_file f, struct or_reader *reader,
                         struct errmsg *e) {
    enum { AHEAD = 8 };
    struct feed feed;
    enum err r = feed_start(&feed, reader, e);
    if (r != ERR_OK)
        return r;
    bool begun = false;
    for (struct chunk *c = NULL; r == ERR_OK && (c = feed_next(&feed, c)) != NULL;) {
        if (!begun && c->n > 0)
            r = begin_tables(
                x, f, (int64_t)(x->source->file[f].bytes * c->n / (c->bytes == 0 ? 1 : c->bytes)),
                e);
        begun = begun || c->n > 0;
        for (size_t i = 0; r == ERR_OK && i < c->n; i++) {
            if (i + AHEAD < c->n)
                prefetch(x, f, &c->rows[i + AHEAD]);
            r = put_or_refuse(x, f, &c->rows[i], e);
        }
        x->report->rows += (int64_t)c->n;
        batch_counts(x->report->batch)->read += (int64_t)c->n;
        tell_progress(x, f, c->bytes);
    }
    feed_end(&feed);
    if (r == ERR_OK && !begun)
        r = begin_tables(x, f, 0, e);
    return r;
}

static struct load_row *row_of(enum or_file f, struct or_row *row, uint64_t **parent) {
    *parent = f == OR_ORGS ? &row->u.org.parent : &row->u.term.parent;
    return f == OR_ORGS ? &row->u.org.row : &row->u.term.row;
}

/* Exports often leave out the district or the year that a row names: it is taken all the same. */
static void take_without_parent(struct run *x, enum or_file f, const struct or_row *row,
                                uint64_t *parent) {
    char file[64];
    (void)snprintf(file, sizeof file, "%s.csv", or_specs[f].name);
    batch_error(x->report->batch, BATCH_WARNING, str_z(file), row->line, STR("parentSourcedId"),
                row->ref[0],
                "Nothing in %s has this sourcedId; the row was taken without a parent. Add it, or "
                "correct this cell.",
                file);
    *parent = f == OR_ORGS ? roster_load_only_org(x->load, "district") : 0;
}

/* Orgs and sessions name others of their own file: parents first, whatever the order there. */
static enum err put_tree(struct run *x, enum or_file f, struct or_reader *reader,
                         struct errmsg *e) {
    struct arena *a = arena_new(CHUNK_BYTES);
    struct or_row *rows = NULL;
    bool *put = NULL;
    size_t n = 0, room = 0;
    for (;;) {
        if (n == room) {
            room = room == 0 ? 64 : room * 2;
            struct or_row *more = realloc(rows, room * sizeof *rows);
            CHECK(more != NULL);
            rows = more;
        }
        if (arena_used(a) > CHUNK_FULL || !or_reader_next(reader, a, &rows[n]))
            break;
        n++;
    }
    put = calloc(n + 1, 1);
    CHECK(put != NULL);
    enum err r = arena_used(a) > CHUNK_FULL
                     ? err_set(e, ERR_LIMIT,
                               "%s.csv is far larger than a list of %s can be. Is it the right "
                               "file?",
                               or_specs[f].name, roster_table(or_specs[f].tab)->label.en)
                     : begin_tables(x, f, (int64_t)n, e);
    uint64_t *parent;
    for (bool moved = true, late = false; r == ERR_OK && (moved || !late);) {
        late = !moved; /* nothing more fits: a school without a parent, then what dangles */
        moved = false;
        for (size_t i = 0; r == ERR_OK && i < n; i++) {
            if (put[i])
                continue;
            const struct load_row *row = row_of(f, &rows[i], &parent);
            bool orphan = f == OR_ORGS && rows[i].why == NULL && *parent == 0 &&
                          strcmp(rows[i].u.org.kind, "school") == 0;
            if (orphan && !late)
                continue;
            if (orphan && (*parent = roster_load_only_org(x->load, "district")) != 0)
                batch_assume(x->report->batch, "orgs.csv: %s.", or_assumption_text[12]);
            if (rows[i].why == NULL && !row->gone && *parent != 0 && !late &&
                !roster_load_knows(x->load, or_specs[f].tab, *parent))
                continue;
            if (late && rows[i].why == NULL && !row->gone && *parent != 0 &&
                !roster_load_knows(x->load, or_specs[f].tab, *parent))
                take_without_parent(x, f, &rows[i], parent);
            r = put_or_refuse(x, f, &rows[i], e);
            put[i] = true;
            moved = true;
        }
    }
    x->report->rows += (int64_t)n;
    batch_counts(x->report->batch)->read += (int64_t)n;
    tell_progress(x, f, or_reader_bytes(reader));
    free(put);
    free(rows);
    arena_free(a);
    return r;
}

static void tell_assumed(struct run *x, enum or_file f, unsigned bits, struct buf *said) {
    for (int i = 0; i < OR_ASSUMPTIONS; i++)
        if ((bits >> i & 1) != 0)
            buf_fmt(said, "%s\n", or_assumption_text[i]);
    for (struct str rest = buf_str(said), line; str_split(&rest, '\n', &line);)
        if (line.n > 0)
            batch_assume(x->report->batch, "%s.csv: %.*s%s", or_specs[f].name, STR_ARG(line),
                         line.p[line.n - 1] == '.' ? "" : ".");
}

static enum err put_file(struct run *x, enum or_file f, struct errmsg *e) {
    struct or_reader *reader;
    struct buf said = buf_new(65536);
    enum err r = or_reader_open(x->source, f, x->report->as_of, &reader, &said, e);
    if (r == ERR_OK) {
        r = f == OR_ORGS || f == OR_SESSIONS ? put_tree(x, f, reader, e)
                                             : put_feed(x, f, reader, e);
        tell_assumed(x, f, or_reader_assumed(reader), &said);
        enum err closed = or_reader_close(reader, r == ERR_OK ? e : NULL);
        r = r == ERR_OK ? closed : r;
    }
    if (r == ERR_OK)
        r = end_tables(x, f, e);
    buf_free(&said);
    x->bytes_before += x->source->file[f].bytes;
    return r;
}

static void link_dangles(void *arg, int64_t line) {
    struct run *x = arg;
    batch_error(
        x->report->batch, BATCH_WARNING, STR("users.csv"), line, STR("agentSourcedIds"), STR(""),
        "A person named here is not in users.csv; the link was left out. Add the person, or "
        "correct this cell.");
}

/* A roster that is older than what is there would end people who came since. */
static enum err refuse_older(struct run *x, struct errmsg *e) {
    struct rows *r;
    char there[DATE_TEXT], here[DATE_TEXT];
    enum err result = ERR_OK;
    TRY(db_rows(x->db, SQL_BATCH_NEWEST, ARGS(V_Z("oneroster")), &r, e));
    if (rows_next(r) && rows_date(r, 1) > x->report->as_of && !x->opt->allow_older)
        result = err_set(e, ERR_CONFLICT,
                         "This roster speaks for %s, but import %" PRId64
                         " with one of %s is already in the records. Import the newer file, undo "
                         "that import, or say that the older one is meant.",
                         date_text(x->report->as_of, here), rows_int(r, 0),
                         date_text(rows_date(r, 1), there));
    enum err closed = rows_close(r, result == ERR_OK ? e : NULL);
    return result == ERR_OK ? closed : result;
}

static void copy_counts(struct run *x) {
    struct oneroster_report *p = x->report;
    for (int t = 0; t < TABS; t++) {
        const struct load_count *c = roster_load_count(x->load, (enum roster_tab)t);
        p->count[t] = *c;
        p->stopped = p->stopped || c->stop;
        p->count[t].examples = ARENA_ARRAY(p->arena, struct load_example, c->example_count);
        for (size_t i = 0; i < c->example_count; i++) {
            p->count[t].examples[i] = c->examples[i];
            p->count[t].examples[i].who = arena_str(p->arena, c->examples[i].who);
            p->count[t].examples[i].detail = arena_str(p->arena, c->examples[i].detail);
        }
    }
    p->first = roster_load_first(x->load);
    p->opening = roster_load_opening(x->load);
    char day[DATE_TEXT];
    if (p->first && p->opening != p->as_of)
        batch_assume(p->batch,
                     "This is the first roster: roles and groups begin with the school year, %s.",
                     date_text(p->opening, day));
}

static enum err refuse_stopped(const struct run *x, struct errmsg *e) {
    struct buf b = buf_new(300);
    for (int t = 0; t < TABS; t++)
        if (x->report->count[t].stop)
            buf_fmt(&b, "%s%" PRId64 " of %" PRId64 " %s", b.n > 0 ? ", " : "",
                    x->report->count[t].ended, x->report->count[t].before,
                    roster_table((enum roster_tab)t)->label.en);
    enum err r = err_set(e, ERR_CONFLICT,
                         "Stopped for safety: %.*s would end, which is more than %" PRId64
                         " in 100. Nothing was changed. Is the export complete? If so, import it "
                         "again and say that this is meant.",
                         STR_ARG(buf_str(&b)), config_int(CONF_SAFETY_STOP_PERCENT));
    buf_free(&b);
    return r;
}

/* All files against the records of x->db, inside its transaction. */
static enum err run_files(struct run *x, struct errmsg *e) {
    TRY(refuse_older(x, e));
    if (x->load_opt.write)
        TRY(batch_begin(x->db, x->report->batch, x->opt->staged_id, e));
    TRY(roster_load_new(x->db, x->report->batch, &x->load_opt, &x->load, e));
    for (int f = 0; f < OR_FILES; f++)
        if (x->source->file[f].found)
            TRY(put_file(x, (enum or_file)f, e));
    TRY(roster_load_finish(x->load, link_dangles, x, e));
    copy_counts(x);
    if (!x->load_opt.write)
        return ERR_OK;
    if (x->report->stopped && !x->opt->override_stop)
        return refuse_stopped(x, e);
    return batch_finish(x->db, x->report->batch, e);
}

static enum err preview_in(struct store *s, struct run *x, struct errmsg *e) {
    TRY(store_reader(s, &x->db, e));
    TRY(db_begin(x->db, e));
    enum err r = run_files(x, e);
    roster_load_free(x->load);
    x->load = NULL;
    db_rollback(x->db);
    TRY(r);
    TRY(store_begin(s, &x->db, e));
    r = batch_stage(x->db, x->report->batch, e);
    if (r == ERR_OK)
        return store_commit(s, e);
    store_rollback(s);
    return r;
}

static enum err apply_in(struct store *s, struct run *x, struct errmsg *e) {
    struct store_lock *lock;
    TRY(import_lock(s, &lock, e));
    enum err r = store_begin(s, &x->db, e);
    if (r == ERR_OK) {
        r = run_files(x, e);
        roster_load_free(x->load);
        x->load = NULL;
        if (r == ERR_OK)
            r = store_commit(s, e);
        else
            store_rollback(s);
    }
    store_unlock(lock);
    return r;
}

static const char *last_part(const char *path) {
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    size_t at = n;
    while (at > 0 && path[at - 1] != '/')
        at--;
    return path + at;
}

static struct oneroster_report *report_new(const struct or_source *src,
                                           const struct oneroster_options *opt, const char *path) {
    struct oneroster_report *p = calloc(1, sizeof *p);
    CHECK(p != NULL);
    p->arena = arena_new(1 << 26);
    p->version = src->v12 ? "1.2" : "1.1";
    p->as_of = opt->as_of == DATE_NONE || opt->as_of == 0 ? opt->today : opt->as_of;
    for (int f = 0; f < OR_FILES; f++)
        if (src->file[f].found && src->file[f].mode == OR_DELTA)
            p->mode = BATCH_DELTA;
    memcpy(p->hash, src->hash, sizeof p->hash);
    p->bytes = src->bytes;
    p->batch = batch_new(&(struct batch_about){
        .source = STR("oneroster"),
        .file_name = str_z(opt->file_name != NULL ? opt->file_name : last_part(path)),
        .file_hash = str_z(src->hash),
        .mode = p->mode,
        .as_of = p->as_of,
        .account_id = opt->account_id});
    return p;
}

void oneroster_report_free(struct oneroster_report *r) {
    if (r == NULL)
        return;
    batch_free(r->batch);
    arena_free(r->arena);
    free(r);
}

struct tr oneroster_table_label(enum roster_tab t) {
    return roster_table(t)->label;
}

static enum err run_path(struct store *s, const char *path, const struct oneroster_options *opt,
                         bool write, struct oneroster_report **out, struct errmsg *e) {
    struct buf said = buf_new(65536);
    int64_t began = date_now_us();
    struct run x = {.opt = opt};
    *out = NULL;
    enum err r = or_source_open(path, &x.source, &said, e);
    if (r == ERR_OK) {
        *out = x.report = report_new(x.source, opt, path);
        x.roles_in_users = !x.source->file[OR_ROLES].found;
        x.load_opt = (struct load_options){
            .as_of = x.report->as_of,
            .write = write,
            .examples_max = opt->examples_max == 0 ? EXAMPLES : opt->examples_max,
            .stop_percent = (int)config_int(CONF_SAFETY_STOP_PERCENT)};
        for (struct str rest = buf_str(&said), line; str_split(&rest, '\n', &line);)
            if (line.n > 0)
                batch_assume(x.report->batch, "%.*s", STR_ARG(line));
        if (opt->uploads != NULL)
            r = or_source_keep(x.source, opt->uploads, x.report->arena, &x.report->kept, e);
        if (r == ERR_OK)
            r = write ? apply_in(s, &x, e) : preview_in(s, &x, e);
        x.report->elapsed_us = date_now_us() - began;
    }
    or_source_close(x.source);
    buf_free(&said);
    return r;
}

enum err oneroster_preview(struct store *s, const char *path, const struct oneroster_options *opt,
                           struct oneroster_report **out, struct errmsg *e) {
    return run_path(s, path, opt, false, out, e);
}

enum err oneroster_apply(struct store *s, const char *path, const struct oneroster_options *opt,
                         struct oneroster_report **out, struct errmsg *e) {
    return run_path(s, path, opt, true, out, e);
}

enum err oneroster_confirm(struct store *s, const struct oneroster_options *opt,
                           struct oneroster_report **out, struct errmsg *e) {
    struct arena *a = arena_new(1 << 20);
    struct db *db;
    struct batch_row row;
    CHECK(opt->uploads != NULL && opt->staged_id != 0);
    *out = NULL;
    enum err r = store_reader(s, &db, e);
    if (r == ERR_OK)
        r = batch_get(db, a, opt->staged_id, &row, e);
    if (r == ERR_OK && !str_eq(row.source, STR("oneroster")))
        r = err_set(e, ERR_INVALID, "Import %" PRId64 " is not a OneRoster import.",
                    opt->staged_id);
    if (r == ERR_OK) {
        struct oneroster_options o = *opt;
        o.as_of = row.as_of;
        o.file_name = row.file_name.p;
        r = run_path(s, arena_fmt(a, "%s/%.*s", opt->uploads, STR_ARG(row.file_hash)).p, &o, true,
                     out, e);
    }
    arena_free(a);
    return r;
}

bool oneroster_looks_like(const char *path) {
    struct or_source *s;
    struct buf said = buf_new(4096);
    bool yes = or_source_open(path, &s, &said, NULL) == ERR_OK &&
               (s->file[OR_ORGS].found || s->file[OR_USERS].found);
    or_source_close(s);
    buf_free(&said);
    return yes;
}
