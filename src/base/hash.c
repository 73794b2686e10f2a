#include "base/hash.h"

#include "base/err.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

uint64_t hash64(struct str s) {
    static const unsigned char key[crypto_shorthash_KEYBYTES] = "homeroom-sip-key";
    unsigned char out[crypto_shorthash_BYTES];
    (void)crypto_shorthash(out, (const unsigned char *)(s.n == 0 ? "" : s.p), s.n, key);
    uint64_t h;
    memcpy(&h, out, sizeof h);
    return h;
}

uint64_t hash64_more(uint64_t h, struct str s) {
    uint64_t x = hash64(s) + 0x9E3779B97F4A7C15u + (h << 6) + (h >> 2);
    return (h ^ x) * 0xD6E8FEB86659FD93u;
}

void hash_hex(const struct str parts[], size_t n, char out[static HASH_HEX]) {
    crypto_generichash_state st;
    unsigned char digest[HASH_BYTES];
    (void)crypto_generichash_init(&st, NULL, 0, sizeof digest);
    for (size_t i = 0; i < n; i++) {
        uint64_t len = parts[i].n;
        (void)crypto_generichash_update(&st, (const unsigned char *)&len, sizeof len);
        if (len > 0)
            (void)crypto_generichash_update(&st, (const unsigned char *)parts[i].p, len);
    }
    (void)crypto_generichash_final(&st, digest, sizeof digest);
    (void)sodium_bin2hex(out, HASH_HEX, digest, sizeof digest);
}

bool hash_file_hex(const char *path, char out[static HASH_HEX]) {
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return false;
    crypto_generichash_state st;
    unsigned char digest[HASH_BYTES], bytes[16384];
    (void)crypto_generichash_init(&st, NULL, 0, sizeof digest);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
        (void)crypto_generichash_update(&st, bytes, n);
    bool ok = ferror(f) == 0;
    (void)fclose(f);
    (void)crypto_generichash_final(&st, digest, sizeof digest);
    (void)sodium_bin2hex(out, HASH_HEX, digest, sizeof digest);
    return ok;
}
