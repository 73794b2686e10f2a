#include "sample/messy.h"

#include "base/date.h"
#include "sample/draw.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_MOST = 40, FIELD_BYTES = 320 };

enum fault_kind {
    FAULT_NAME,   /* the file is called `text` */
    FAULT_HEADER, /* the column's header is `text` */
    FAULT_FIELD,  /* edit() changes the column */
    FAULT_TWICE,  /* the row comes twice */
    FAULT_VANISH, /* rows about some people, the same ones in every file, are missing */
    FAULT_LATIN,  /* the whole file: Latin-1, ';' between fields, CRLF, a nameless last column */
    FAULT_BOM     /* a byte order mark before the header */
};

typedef void edit(struct rng *r, const char *in, char out[static FIELD_BYTES]);

static void us_date(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r;
    int32_t day;
    if (!date_parse(str_z(in), &day)) {
        (void)snprintf(out, FIELD_BYTES, "%s", in);
        return;
    }
    struct date_ymd d = date_ymd(day);
    (void)snprintf(out, FIELD_BYTES, "%d/%02d/%d", d.month, d.day, d.year);
}

static void upper(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r;
    size_t i = 0;
    for (; in[i] != '\0' && i + 1 < FIELD_BYTES; i++)
        out[i] = in[i] >= 'a' && in[i] <= 'z' ? (char)(in[i] - 32) : in[i];
    out[i] = '\0';
}

static void title_case_space(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r;
    (void)snprintf(out, FIELD_BYTES, "%s ", in);
    if (out[0] >= 'a' && out[0] <= 'z')
        out[0] = (char)(out[0] - 32);
}

static void unknown_section(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)in;
    (void)snprintf(out, FIELD_BYTES, "sec-9999-00-%03d", draw_below(r, 1000));
}

static void unknown_student(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)in;
    (void)snprintf(out, FIELD_BYTES, "9%08d", draw_below(r, 100000000));
}

static void point_zero(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r;
    (void)snprintf(out, FIELD_BYTES, "%s.0", in);
}

static void power_of_ten(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)in;
    (void)snprintf(out, FIELD_BYTES, "6.3%dE+15", draw_below(r, 10));
}

static void empty(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r, (void)in;
    out[0] = '\0';
}

static void with_unit(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r;
    (void)snprintf(out, FIELD_BYTES, "%s Mbps", in);
}

static void dollars(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r;
    size_t n = strcspn(in, ".");
    if (n > 3)
        (void)snprintf(out, FIELD_BYTES, "$%.*s,%s", (int)(n - 3), in, in + n - 3);
    else
        (void)snprintf(out, FIELD_BYTES, "$%s", in);
}

static void letter(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r;
    (void)snprintf(out, FIELD_BYTES, "%c",
                   strcmp(in, "yes") == 0  ? 'Y'
                   : strcmp(in, "no") == 0 ? 'N'
                                           : '?');
}

static void seven(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r, (void)in;
    (void)snprintf(out, FIELD_BYTES, "7");
}

static void absent_word(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r, (void)in;
    (void)snprintf(out, FIELD_BYTES, "Absent");
}

static void ninety_nine(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r, (void)in;
    (void)snprintf(out, FIELD_BYTES, "99");
}

static void negative(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r;
    (void)snprintf(out, FIELD_BYTES, "-%s", in);
}

static void line_break(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r;
    (void)snprintf(out, FIELD_BYTES, "%s\nroom change, see office", in);
}

static void registered(struct rng *r, const char *in, char out[static FIELD_BYTES]) {
    (void)r;
    (void)snprintf(out, FIELD_BYTES, "%s®", in);
}

/* One fault a row. `what` is the sentence of the report and of docs/SAMPLE.md. */
static const struct fault {
    const char *file;
    enum fault_kind kind;
    int column;   /* from 0 */
    int permille; /* of rows; 1000: all */
    edit *edit;
    const char *text, *what;
} faults[] = {
    {"users.csv", FAULT_NAME, 0, 1000, NULL, "Users.CSV", "file name in the wrong case"},
    {"academicSessions.csv", FAULT_NAME, 0, 1000, NULL, "academicsessions.csv",
     "file name in the wrong case"},
    {"users.csv", FAULT_BOM, 0, 1000, NULL, NULL, "byte order mark before the header"},
    {"users.csv", FAULT_HEADER, 18, 1000, NULL, "prefferedGivenName",
     "header misspelt: prefferedGivenName"},
    {"enrollments.csv", FAULT_HEADER, 3, 1000, NULL, "ClassSourcedID",
     "header in the wrong case: ClassSourcedID"},
    {"users.csv", FAULT_FIELD, 3, 1000, upper, NULL, "TRUE and FALSE in capitals"},
    {"demographics.csv", FAULT_FIELD, 3, 1000, us_date, NULL, "US date of birth: 9/05/2014"},
    {"enrollments.csv", FAULT_FIELD, 8, 1000, us_date, NULL, "US begin date: 8/17/2026"},
    {"classes.csv", FAULT_FIELD, 3, 15, line_break, NULL, "line break inside a quoted title"},
    {"users.csv", FAULT_VANISH, 0, 4, NULL, NULL,
     "a student simply missing, in users, roles, demographics and enrollments alike"},
    {"roles.csv", FAULT_VANISH, 3, 4, NULL, NULL, "the same students missing"},
    {"demographics.csv", FAULT_VANISH, 0, 4, NULL, NULL, "the same students missing"},
    {"enrollments.csv", FAULT_VANISH, 5, 4, NULL, NULL, "the same students missing"},
    {"enrollments.csv", FAULT_FIELD, 3, 2, unknown_section, NULL,
     "reference to a class that is not in the file"},
    {"enrollments.csv", FAULT_TWICE, 0, 3, NULL, NULL, "the same row twice"},
    {"users.csv", FAULT_TWICE, 0, 1, NULL, NULL, "the same row twice"},
    {"users.csv", FAULT_FIELD, 7, 1, empty, NULL, "required family name empty"},
    {"devices.csv", FAULT_FIELD, 5, 1000, registered, NULL, "model with a (R) sign, in Latin-1"},
    {"devices.csv", FAULT_LATIN, 0, 1000, NULL, NULL,
     "Latin-1, `;` between fields, CRLF, a last column without a name"},
    {"devices.csv", FAULT_HEADER, 1, 1000, NULL, "Serial Number",
     "header of another device manager: Serial Number"},
    {"devices.csv", FAULT_FIELD, 1, 4, power_of_ten, NULL,
     "serial number spoilt by a spreadsheet: 6.31E+15"},
    {"devices.csv", FAULT_TWICE, 0, 3, NULL, NULL, "the same device twice"},
    {"rooms.csv", FAULT_FIELD, 3, 300, upper, NULL, "YES and NO in capitals"},
    {"connectivity.csv", FAULT_FIELD, 3, 150, with_unit, NULL, "a number with its unit: 500 Mbps"},
    {"connectivity.csv", FAULT_FIELD, 7, 1000, dollars, NULL,
     "an amount with sign and commas: $1,120"},
    {"home-access.csv", FAULT_FIELD, 2, 500, letter, NULL, "Y, N and ? for yes, no and unknown"},
    {"licences.csv", FAULT_FIELD, 5, 1000, us_date, NULL, "US end date: 6/30/2027"},
    {"licences.csv", FAULT_FIELD, 3, 1000, dollars, NULL,
     "an amount with sign and commas: $14,250.00"},
    {"usage.csv", FAULT_FIELD, 1, 1, unknown_student, NULL, "a student number nobody has"},
    {"usage.csv", FAULT_FIELD, 3, 1, negative, NULL, "negative minutes"},
    {"teacher-survey.csv", FAULT_FIELD, 2, 15, seven, NULL, "confidence 7 on a scale of 1 to 5"},
    {"needs.csv", FAULT_FIELD, 3, 250, title_case_space, NULL,
     "status with a capital and a space behind: \"Met \""},
    {"scores.csv", FAULT_FIELD, 0, 200, point_zero, NULL,
     "student number as a spreadsheet's decimal: 100234.0"},
    {"scores.csv", FAULT_FIELD, 3, 5, absent_word, NULL, "a word in place of a score: Absent"},
    {"attendance.csv", FAULT_FIELD, 3, 2, ninety_nine, NULL, "more days present than enrolled"},
};
enum { FAULTS = sizeof faults / sizeof faults[0] };
_Static_assert((int)FAULTS <= (int)SAMPLE_FAULTS_MOST, "the report has room for every fault");

/* ---- a row as fields ---- */

struct row {
    char fields[FIELDS_MOST][FIELD_BYTES];
    int n;
};

static void parse_row(const char *p, size_t n, struct row *r) {
    r->n = 0;
    size_t i = 0;
    bool more = true;
    while (more) {
        CHECK(r->n < FIELDS_MOST);
        char *f = r->fields[r->n++];
        size_t k = 0;
        bool quoted = i < n && p[i] == '"';
        i += quoted;
        for (; i < n && (quoted || (p[i] != ',' && p[i] != '\n')); i++) {
            if (quoted && p[i] == '"') {
                if (i + 1 < n && p[i + 1] == '"')
                    i++;
                else
                    break;
            }
            CHECK(k + 1 < FIELD_BYTES);
            f[k++] = p[i];
        }
        f[k] = '\0';
        i += quoted;
        more = i < n && p[i] == ',';
        i += more;
    }
}

static void put_latin(struct out *o, const char *text) {
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
        if (*c >= 0xC2 && *c <= 0xC3) {
            o->bytes[o->n++] = (char)((*c & 3) << 6 | (c[1] & 0x3F));
            c++;
        } else {
            o->bytes[o->n++] = (char)*c;
        }
}

static void put_quoted(struct out *o, const char *text) {
    o->bytes[o->n++] = '"';
    for (; *text != '\0'; text++) {
        if (*text == '"')
            o->bytes[o->n++] = '"';
        o->bytes[o->n++] = *text;
    }
    o->bytes[o->n++] = '"';
}

static void write_row(struct out *o, const struct row *r, bool latin) {
    for (int i = 0; i < r->n; i++) {
        if (i > 0)
            o->bytes[o->n++] = latin ? ';' : ',';
        if (latin)
            put_latin(o, r->fields[i]);
        else if (strpbrk(r->fields[i], ",\"\n\r") != NULL)
            put_quoted(o, r->fields[i]);
        else
            for (const char *c = r->fields[i]; *c != '\0'; c++)
                o->bytes[o->n++] = *c;
    }
    if (latin) { /* the nameless column */
        o->bytes[o->n++] = ';';
        o->bytes[o->n++] = '\r';
    }
    o->bytes[o->n++] = '\n';
}

static void count(struct messy *m, int fault) {
    m->report->faults[fault].times++;
}

static bool of_file(const struct out *o, const struct fault *f) {
    return strcasecmp(o->name, f->file) == 0;
}

static void spoil_header(struct messy *m, struct out *o, struct row *r, bool *bom) {
    for (int i = 0; i < FAULTS; i++) {
        const struct fault *f = &faults[i];
        if (!of_file(o, f) ||
            (f->kind != FAULT_HEADER && f->kind != FAULT_BOM && f->kind != FAULT_LATIN))
            continue;
        if (f->kind == FAULT_HEADER)
            (void)snprintf(r->fields[f->column], FIELD_BYTES, "%s", f->text);
        *bom |= f->kind == FAULT_BOM;
        count(m, i);
    }
}

/* false: the row goes. */
static bool spoil_fields(struct messy *m, struct out *o, struct row *r, int *copies) {
    for (int i = 0; i < FAULTS; i++) {
        const struct fault *f = &faults[i];
        if (!of_file(o, f))
            continue;
        struct rng g = rng_stream(m->seed ^ (uint64_t)i << 48, "fault", (uint64_t)o->line);
        if (f->kind == FAULT_VANISH) {
            const char *who = r->fields[f->column];
            if (strncmp(who, "stu-", 4) == 0 &&
                (int)(mix64(m->seed ^ str_hash(str_z(who))) % 1000) < f->permille) {
                count(m, i);
                return false;
            }
            continue;
        }
        if ((f->kind != FAULT_FIELD && f->kind != FAULT_TWICE) || !draw_chance(&g, f->permille))
            continue;
        if (f->kind == FAULT_TWICE) {
            *copies = 2;
        } else {
            char before[FIELD_BYTES];
            memcpy(before, r->fields[f->column], FIELD_BYTES);
            f->edit(&g, before, r->fields[f->column]);
            if (strcmp(before, r->fields[f->column]) == 0)
                continue;
        }
        count(m, i);
    }
    return true;
}

static bool is_latin(const struct out *o) {
    for (int i = 0; i < FAULTS; i++)
        if (faults[i].kind == FAULT_LATIN && of_file(o, &faults[i]))
            return true;
    return false;
}

static void spoil(struct spoiler *s, struct out *o, size_t at) {
    struct messy *m = (struct messy *)s;
    struct row r;
    parse_row(o->bytes + at, o->n - at, &r);
    int copies = 1;
    bool bom = false;
    if (o->line == 1)
        spoil_header(m, o, &r, &bom);
    else if (!spoil_fields(m, o, &r, &copies))
        copies = 0;
    o->n = at;
    o->rows += copies - 1;
    if (bom) {
        memcpy(o->bytes + o->n, "\xEF\xBB\xBF", 3);
        o->n += 3;
    }
    for (int k = 0; k < copies; k++)
        write_row(o, &r, is_latin(o));
}

struct messy messy_new(uint64_t seed, struct sample_report *report) {
    report->faults_n = FAULTS;
    for (int i = 0; i < FAULTS; i++)
        report->faults[i] = (struct sample_fault){faults[i].file, faults[i].what, 0};
    return (struct messy){.spoiler = {spoil}, .seed = seed, .report = report};
}

struct spoiler *messy_file(struct messy *m, const char **name) {
    for (int i = 0; i < FAULTS; i++)
        if (faults[i].kind == FAULT_NAME && strcmp(faults[i].file, *name) == 0) {
            *name = faults[i].text;
            count(m, i);
            break;
        }
    return &m->spoiler;
}
