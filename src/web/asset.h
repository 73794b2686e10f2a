/* The stylesheet and script inside the binary (tools/assets_gen.py). Constant, any thread. */
#ifndef WEB_ASSET_H
#define WEB_ASSET_H

#include <stddef.h>

struct asset {
    const char *name; /* "look.css" */
    const char *path; /* "/assets/look.<digest>.css" */
    const char *type;
    const unsigned char *bytes;
    size_t n;
};
extern const struct asset assets[];
extern const size_t asset_count;

const char *asset_path(const char *name); /* the address of a name; naming none is our mistake */

#endif
