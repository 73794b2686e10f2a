/* Runs every file of the folders given, whole and cut short, through a fuzzer's one function. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MOST = 1 << 20, CUTS = 64 };

static int run_file(const char *path) {
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(FILE_MOST);
    if (f == NULL || bytes == NULL)
        return 1;
    size_t n = fread(bytes, 1, FILE_MOST, f);
    (void)fclose(f);
    for (size_t cut = 0; cut <= CUTS; cut++) {
        size_t k = n * cut / CUTS;
        uint8_t *exact = malloc(k + 1); /* so that a read past the end is seen */
        if (exact == NULL)
            return 1;
        memcpy(exact, bytes, k);
        exact = realloc(exact, k == 0 ? 1 : k);
        (void)LLVMFuzzerTestOneInput(exact, k);
        free(exact);
    }
    free(bytes);
    return 0;
}

int main(int argc, char **argv) {
    int files = 0, bad = 0;
    for (int i = 1; i < argc; i++) {
        DIR *d = opendir(argv[i]);
        if (d == NULL) {
            (void)fprintf(stderr, "%s is no folder of seeds\n", argv[i]);
            return 1;
        }
        for (const struct dirent *e; (e = readdir(d)) != NULL;) {
            char path[4096];
            struct stat st;
            (void)snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
            if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
                continue;
            bad += run_file(path);
            files++;
        }
        (void)closedir(d);
    }
    (void)printf("%d seeds replayed\n", files);
    return bad == 0 && files > 0 ? 0 : 1;
}
