#include "base/keymap.h"

#include <stdlib.h>

/* A slot holds the key's upper half and, in its lower half, the entry's number plus one. */
static uint64_t slot_of(uint64_t key, uint32_t number) {
    return (key & 0xFFFFFFFF00000000u) | ((uint64_t)number + 1);
}

void keymap_free(struct keymap *m) {
    free(m->slots);
    free(m->entries);
    *m = (struct keymap){0};
}

static void place(struct keymap *m, uint64_t key, uint32_t number) {
    size_t i = key & m->mask;
    while (m->slots[i] != 0)
        i = (i + 1) & m->mask;
    m->slots[i] = slot_of(key, number);
}

void keymap_reserve(struct keymap *m, size_t entries) {
    CHECK(entries < KEYMAP_NONE);
    if (entries > m->room) {
        struct key_entry *e = realloc(m->entries, entries * sizeof *e);
        CHECK(e != NULL);
        m->entries = e;
        m->room = (uint32_t)entries;
    }
    size_t slots = 64;
    while (slots * 3 / 4 < entries)
        slots *= 2;
    if (m->slots != NULL && slots <= m->mask + 1)
        return;
    free(m->slots);
    m->slots = calloc(slots, sizeof *m->slots);
    CHECK(m->slots != NULL);
    m->mask = slots - 1;
    for (uint32_t i = 0; i < m->n; i++)
        place(m, m->entries[i].key, i);
}

uint32_t keymap_find(const struct keymap *m, uint64_t key) {
    if (m->slots == NULL)
        return KEYMAP_NONE;
    for (size_t i = key & m->mask; m->slots[i] != 0; i = (i + 1) & m->mask)
        if ((m->slots[i] ^ key) >> 32 == 0) {
            uint32_t number = (uint32_t)m->slots[i] - 1;
            if (m->entries[number].key == key)
                return number;
        }
    return KEYMAP_NONE;
}

uint32_t keymap_add(struct keymap *m, uint64_t key, int64_t id, uint64_t hash, unsigned flags) {
    if (m->n == m->room || m->slots == NULL)
        keymap_reserve(m, m->room == 0 ? 64 : (size_t)m->room * 3 / 2);
    m->entries[m->n] = (struct key_entry){key, hash, (uint64_t)id << 8 | (flags & 0xFFu)};
    place(m, key, m->n);
    return m->n++;
}
