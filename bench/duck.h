/* DuckDB's C interface, loaded at run time: the few calls the benches need. All columns are asked
 * for as BIGINT or DOUBLE. Any failure ends the bench with DuckDB's own words. */
#ifndef BENCH_DUCK_H
#define BENCH_DUCK_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { /* as duckdb.h has it */
    uint64_t columns, rows, changed;
    void *deprecated;
    char *message;
    void *internal;
} duck_result;

struct duck {
    void *lib, *db, *con;
    int (*open)(const char *, void **);
    int (*connect)(void *, void **);
    int (*query)(void *, const char *, duck_result *);
    const char *(*error)(duck_result *);
    void (*destroy_result)(duck_result *);
    void *(*fetch_chunk)(duck_result);
    uint64_t (*chunk_size)(void *);
    void *(*chunk_vector)(void *, uint64_t);
    void *(*vector_data)(void *);
    void (*destroy_chunk)(void **);
    int (*appender_create)(void *, const char *, const char *, void **);
    int (*append_double)(void *, double);
    int (*append_int32)(void *, int32_t);
    int (*append_null)(void *);
    int (*end_row)(void *);
    int (*appender_destroy)(void **);
    void (*disconnect)(void **);
    void (*close)(void **);
};

static inline void duck_symbol(const struct duck *d, const char *name, void *to) {
    void *f = dlsym(d->lib, name);
    if (f == NULL) {
        fprintf(stderr, "libduckdb.so has no %s\n", name);
        exit(1);
    }
    memcpy(to, &f, sizeof f);
}

/* In memory, 2 threads. False where the library is not there. */
static inline bool duck_open(struct duck *d, const char *path) {
    *d = (struct duck){.lib = dlopen(path, RTLD_NOW | RTLD_LOCAL)};
    if (d->lib == NULL)
        return false;
    duck_symbol(d, "duckdb_open", &d->open);
    duck_symbol(d, "duckdb_connect", &d->connect);
    duck_symbol(d, "duckdb_query", &d->query);
    duck_symbol(d, "duckdb_result_error", &d->error);
    duck_symbol(d, "duckdb_destroy_result", &d->destroy_result);
    duck_symbol(d, "duckdb_fetch_chunk", &d->fetch_chunk);
    duck_symbol(d, "duckdb_data_chunk_get_size", &d->chunk_size);
    duck_symbol(d, "duckdb_data_chunk_get_vector", &d->chunk_vector);
    duck_symbol(d, "duckdb_vector_get_data", &d->vector_data);
    duck_symbol(d, "duckdb_destroy_data_chunk", &d->destroy_chunk);
    duck_symbol(d, "duckdb_appender_create", &d->appender_create);
    duck_symbol(d, "duckdb_append_double", &d->append_double);
    duck_symbol(d, "duckdb_append_int32", &d->append_int32);
    duck_symbol(d, "duckdb_append_null", &d->append_null);
    duck_symbol(d, "duckdb_appender_end_row", &d->end_row);
    duck_symbol(d, "duckdb_appender_destroy", &d->appender_destroy);
    duck_symbol(d, "duckdb_disconnect", &d->disconnect);
    duck_symbol(d, "duckdb_close", &d->close);
    return d->open(NULL, &d->db) == 0 && d->connect(d->db, &d->con) == 0;
}

static inline void duck_run(const struct duck *d, const char *sql, duck_result *out) {
    if (d->query(d->con, sql, out) != 0) {
        fprintf(stderr, "DuckDB: %s\n%.400s\n", d->error(out), sql);
        exit(1);
    }
}

static inline void duck_do(const struct duck *d, const char *sql) {
    duck_result r;
    duck_run(d, sql, &r);
    d->destroy_result(&r);
}

static inline void duck_close(struct duck *d) {
    d->disconnect(&d->con);
    d->close(&d->db);
}

#endif
