#include "cli/org_arg.h"

#include "base/buf.h"
#include "measure/reading.h"

enum err org_arg(struct db *db, struct arena *a, const char *text, int32_t day, int64_t *org_id,
                 struct errmsg *e) {
    struct org_tree *t;
    struct str want = str_z(text);
    const struct frame_org *near = NULL;
    unsigned nearest = 6;
    if (want.n == 0)
        return reading_home_org(db, org_id, e);
    TRY(org_tree_load(db, a, day, &t, e));
    for (size_t i = 0; i < t->n; i++) {
        const struct frame_org *o = &t->org[i];
        int64_t id;
        if (str_eq_nocase(o->name, want) || str_eq_nocase(o->identifier, want) ||
            (str_int(want, &id) && id == o->id)) {
            *org_id = o->id;
            return ERR_OK;
        }
        unsigned far = str_distance(o->name, want, 5);
        if (far < nearest) {
            nearest = far;
            near = o;
        }
    }
    if (near != NULL)
        return err_set(e, ERR_NOT_FOUND, "There is no school or district \"%s\"; is it %.*s?", text,
                       STR_ARG(near->name));
    return err_set(e, ERR_NOT_FOUND,
                   "There is no school or district \"%s\"; give its name or state number.", text);
}

enum err group_arg(const char *text, int *group, struct errmsg *e) {
    *group = text == NULL ? GROUP_ALL : group_find(str_z(text));
    return *group >= 0 ? ERR_OK
                       : err_set(e, ERR_INVALID,
                                 "There is no group \"%s\"; they are named like learner:yes, "
                                 "meal:free, grade:03 (homeroom indicator groups lists them).",
                                 text);
}

enum err dim_arg(const char *text, enum dim *dim, struct errmsg *e) {
    struct buf b = buf_new(400);
    *dim = dim_find(str_z(text));
    if (*dim < DIM_COUNT)
        return ERR_OK;
    for (enum dim d = DIM_GRADE; d < DIM_COUNT; d++)
        buf_fmt(&b, "%s%s", d == DIM_GRADE ? "" : ", ", dim_rows[d].code);
    enum err err = err_set(e, ERR_INVALID, "Groups stand by %.*s; there is no \"%s\".",
                           STR_ARG(buf_str(&b)), text);
    buf_free(&b);
    return err;
}
