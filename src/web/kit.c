#include "web/kit.h"

#include "provide/provide.h"

#include <math.h>

static int find(const int64_t ids[], size_t n, int64_t id) {
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return (int)i;
    return -1;
}

static bool text_is(const struct kind *k, const struct kind_row *row, const char *column,
                    const char *what) {
    const struct val *v = kind_val(k, row, column);
    return v->kind == VAL_TEXT && str_eq(v->s, str_z(what));
}

static bool works(const struct kind_row *d) {
    const struct val *condition = kind_val(&kind_device, d, "condition");
    return text_is(&kind_device, d, "status", "active") &&
           (condition->kind == VAL_NULL || text_is(&kind_device, d, "condition", "working"));
}

static void take_device(struct kit *k, const struct kind_row *d) {
    k->devices++;
    if (k->device == NULL || (works(d) && !k->works)) {
        k->device = d;
        k->works = works(d);
    }
}

static void take_home(struct kit *k, const struct kind_row *home) {
    if (k->home == NULL || str_cmp(kind_val(&kind_home_access, home, "surveyed_on")->s,
                                   kind_val(&kind_home_access, k->home, "surveyed_on")->s) > 0)
        k->home = home;
}

static void take_need(struct kit *k, const struct kind_row *need) {
    if (k->needs < sizeof k->need / sizeof k->need[0])
        k->need[k->needs++] = need;
    k->unmet += !text_is(&kind_need, need, "status", "met");
}

static enum err load(struct req *r, const struct kind *kind, const struct kind_as *as,
                     const int64_t ids[], size_t n, struct kit *kits,
                     void (*take)(struct kit *k, const struct kind_row *row), struct errmsg *e) {
    struct kind_list l;
    struct kind_query q = {.limit = KIND_PAGE_MAX};
    if (!kind_may_read(kind, NULL, as))
        return ERR_OK;
    do {
        TRY(kind_list(r->db, kind, as, &q, r->a, &l, e));
        for (size_t i = 0; i < l.n; i++) {
            int at = find(ids, n, kind_val(kind, &l.rows[i], "person_id")->i);
            if (at >= 0)
                take(&kits[at], &l.rows[i]);
        }
        q.offset += KIND_PAGE_MAX;
    } while (q.offset < l.total);
    return ERR_OK;
}

enum err kits_load(struct req *r, const int64_t students[], size_t n, struct kit **out,
                   struct errmsg *e) {
    struct kind_as as = kind_view_of(r, students, n);
    *out = ARENA_ARRAY(r->a, struct kit, n);
    if (n == 0)
        return ERR_OK;
    TRY(load(r, &kind_device, &as, students, n, *out, take_device, e));
    TRY(load(r, &kind_home_access, &as, students, n, *out, take_home, e));
    return load(r, &kind_need, &as, students, n, *out, take_need, e);
}

bool kit_sees_home(const struct req *r) {
    struct kind_as as = kind_view_of(r, NULL, 0);
    return kind_may_read(&kind_home_access, NULL, &as);
}

const char *kit_state_label(struct html *h, const struct kind_row *device) {
    if (!text_is(&kind_device, device, "status", "active"))
        return kind_text(h, &kind_device, device, "status");
    const char *said = kind_text(h, &kind_device, device, "condition");
    return said[0] != '\0' ? said : T(h, "Working", "Funciona");
}

const char *kit_device_text(struct html *h, const struct kit *k) {
    if (k->device == NULL)
        return T(h, "none", "ninguno");
    const char *model = kind_text(h, &kind_device, k->device, "model");
    if (model[0] == '\0')
        model = kind_text(h, &kind_device, k->device, "serial");
    return model;
}

bool kit_online_at_home(const struct kit *k) {
    return k->home != NULL && text_is(&kind_home_access, k->home, "has_internet", "yes");
}

const char *kit_home_text(struct html *h, const struct kit *k) {
    if (k->home == NULL)
        return T(h, "not asked yet", "aún no se ha preguntado");
    const char *said = kind_text(h, &kind_home_access, k->home, "has_internet");
    const struct val *down = kind_val(&kind_home_access, k->home, "down_mbps"),
                     *up = kind_val(&kind_home_access, k->home, "up_mbps");
    if (!kit_online_at_home(k) || down->kind != VAL_REAL)
        return said;
    return arena_fmt(h->a, "%s, %s / %s Mbps", said, num(h, down->r),
                     up->kind == VAL_REAL ? num(h, up->r) : "?")
        .p;
}
