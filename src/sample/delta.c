#include "sample/delta.h"

#include "base/date.h"

#include <stdlib.h>
#include <string.h>

enum { MEMBERS_MOST = 9, FIRST_SLOTS = 1 << 12 };

struct seen {
    uint64_t key, row; /* hashes of the sourcedId and of the whole row; key 0: empty */
    uint32_t id;       /* where its text is in ids */
    bool again;        /* in the later day's file too */
};

struct member {
    char name[32];
    struct seen *slots; /* open addressing, at most half full */
    size_t size, n;
    struct buf ids;
};

struct delta {
    struct spoiler spoiler; /* first, so that a spoiler is a delta */
    struct member members[MEMBERS_MOST], *now;
    int members_n, columns;
    bool comparing;
    char modified[48];
};

static struct seen *slot_of(const struct member *m, uint64_t key) {
    size_t i = key & (m->size - 1);
    while (m->slots[i].key != 0 && m->slots[i].key != key)
        i = (i + 1) & (m->size - 1);
    return &m->slots[i];
}

static void grow(struct member *m) {
    struct member bigger = *m;
    bigger.size = m->size == 0 ? FIRST_SLOTS : m->size * 2;
    bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
    CHECK(bigger.slots != NULL);
    for (size_t i = 0; i < m->size; i++)
        if (m->slots[i].key != 0)
            *slot_of(&bigger, m->slots[i].key) = m->slots[i];
    free(m->slots);
    *m = bigger;
}

static void remember(struct member *m, struct str id, uint64_t row) {
    if (2 * (m->n + 1) > m->size)
        grow(m);
    struct seen *s = slot_of(m, str_hash(id) | 1);
    CHECK(s->key == 0); /* a sourcedId stands once in a file of ours */
    *s = (struct seen){str_hash(id) | 1, row, (uint32_t)m->ids.n, false};
    buf_add(&m->ids, id);
    buf_byte(&m->ids, '\0');
    m->n++;
}

/* Puts status and date into the two empty fields behind the sourcedId. */
static void stamp(struct delta *d, struct out *o, size_t row, size_t id) {
    char rest[8192];
    size_t from = row + id + 1, n = o->n - from - 1;
    CHECK(o->bytes[from] == ',' && n <= sizeof rest);
    memcpy(rest, o->bytes + from + 1, n);
    o->n = from;
    size_t m = strlen(d->modified);
    memcpy(o->bytes + o->n, "active,", 7);
    memcpy(o->bytes + o->n + 7, d->modified, m);
    memcpy(o->bytes + o->n + 7 + m, rest, n);
    o->n += 7 + m + n;
}

static void each_row(struct spoiler *s, struct out *o, size_t row) {
    struct delta *d = (struct delta *)s;
    struct str text = {o->bytes + row, o->n - row}, id = str_sub(text, 0, str_find(text, STR(",")));
    if (o->line == 1) {
        d->columns = 1;
        for (size_t i = 0; i < text.n; i++)
            d->columns += text.p[i] == ',';
        return;
    }
    struct seen *before = d->now->size == 0 ? NULL : slot_of(d->now, str_hash(id) | 1);
    bool same = before != NULL && before->key != 0 && before->row == str_hash(text);
    if (d->comparing && before != NULL && before->key != 0)
        before->again = true;
    if (!d->comparing)
        remember(d->now, id, str_hash(text));
    if (!d->comparing || same) {
        o->n = row;
        o->rows--;
    } else {
        stamp(d, o, row, id.n);
    }
}

struct delta *delta_new(int32_t as_of) {
    struct delta *d = calloc(1, sizeof *d);
    CHECK(d != NULL);
    d->spoiler.row = each_row;
    char day[DATE_TEXT];
    (void)snprintf(d->modified, sizeof d->modified, "%sT02:00:00.000Z", date_text(as_of, day));
    return d;
}

void delta_free(struct delta *d) {
    for (int i = 0; d != NULL && i < d->members_n; i++) {
        free(d->members[i].slots);
        buf_free(&d->members[i].ids);
    }
    free(d);
}

void delta_compare(struct delta *d) {
    d->comparing = true;
}

struct spoiler *delta_member(struct delta *d, const char *name) {
    d->now = NULL;
    if (strcmp(name, "manifest.csv") == 0)
        return NULL;
    for (int i = 0; i < d->members_n; i++)
        if (strcmp(d->members[i].name, name) == 0)
            d->now = &d->members[i];
    if (d->now == NULL) {
        CHECK(d->members_n < MEMBERS_MOST);
        d->now = &d->members[d->members_n++];
        (void)snprintf(d->now->name, sizeof d->now->name, "%s", name);
        d->now->ids = buf_new((size_t)1 << 31);
    }
    return &d->spoiler;
}

void delta_gone(struct delta *d, struct out *o) {
    if (d->now == NULL || !d->comparing)
        return;
    o->spoiler = NULL;
    for (size_t at = 0; at < d->now->ids.n;) { /* in the order of the earlier file */
        const char *id = d->now->ids.p + at;
        at += strlen(id) + 1;
        if (slot_of(d->now, str_hash(str_z(id)) | 1)->again)
            continue;
        out_z(o, id), out_z(o, "tobedeleted"), out_z(o, d->modified);
        out_empty(o, d->columns - 3), out_end(o);
    }
}
