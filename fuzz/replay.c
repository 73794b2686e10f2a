/* Feeds every file of the folders named on the command line to the fuzz target, then each of them
 * cut short and with a byte changed, so that a corpus says more than its files. */
#include "fuzz.h"

#include "base/err.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, VARIANTS = 24 };

static void feed(const uint8_t *data, size_t n) {
    uint8_t *copy =
        calloc(n == 0 ? 1 : n, 1); /* of exactly this size, so that a sanitizer sees its end */
    CHECK(copy != NULL);
    if (n > 0)
        memcpy(copy, data, n);
    (void)LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static void feed_file(const char *path) {
    uint8_t *data = malloc(FILE_MAX);
    FILE *f = fopen(path, "rbe");
    CHECK(data != NULL && f != NULL);
    size_t n = fread(data, 1, FILE_MAX, f);
    (void)fclose(f);
    feed(data, n);
    for (size_t i = 1; i < VARIANTS && n > 0; i++) {
        size_t at = n * i / VARIANTS;
        uint8_t kept = data[at];
        feed(data, at);
        data[at] = (uint8_t)(kept ^ (1u << (i % 8)));
        feed(data, n);
        data[at] = kept;
    }
    free(data);
}

int main(int argc, char **argv) {
    size_t files = 0;
    feed(NULL, 0);
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        struct dirent *entry;
        if (dir == NULL) {
            (void)fprintf(stderr, "%s: no such corpus\n", argv[i]);
            return 1;
        }
        while ((entry = readdir(dir)) != NULL) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            (void)snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            feed_file(path);
            files++;
        }
        (void)closedir(dir);
    }
    (void)printf("%zu files\n", files);
    return files > 0 ? 0 : 1;
}
