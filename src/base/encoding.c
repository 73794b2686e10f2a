#include "base/encoding.h"

#include <string.h>

static const uint16_t windows_80[32] = {/* 0x80 to 0x9F; above, the byte is the code point */
                                        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
                                        0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD,
                                        0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D,
                                        0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
                                        0x0153, 0xFFFD, 0x017E, 0x0178};
static const uint16_t mac_80[128] = {
    0x00C4, 0x00C5, 0x00C7, 0x00C9, 0x00D1, 0x00D6, 0x00DC, 0x00E1, 0x00E0, 0x00E2, 0x00E4, 0x00E3,
    0x00E5, 0x00E7, 0x00E9, 0x00E8, 0x00EA, 0x00EB, 0x00ED, 0x00EC, 0x00EE, 0x00EF, 0x00F1, 0x00F3,
    0x00F2, 0x00F4, 0x00F6, 0x00F5, 0x00FA, 0x00F9, 0x00FB, 0x00FC, 0x2020, 0x00B0, 0x00A2, 0x00A3,
    0x00A7, 0x2022, 0x00B6, 0x00DF, 0x00AE, 0x00A9, 0x2122, 0x00B4, 0x00A8, 0x2260, 0x00C6, 0x00D8,
    0x221E, 0x00B1, 0x2264, 0x2265, 0x00A5, 0x00B5, 0x2202, 0x2211, 0x220F, 0x03C0, 0x222B, 0x00AA,
    0x00BA, 0x03A9, 0x00E6, 0x00F8, 0x00BF, 0x00A1, 0x00AC, 0x221A, 0x0192, 0x2248, 0x2206, 0x00AB,
    0x00BB, 0x2026, 0x00A0, 0x00C0, 0x00C3, 0x00D5, 0x0152, 0x0153, 0x2013, 0x2014, 0x201C, 0x201D,
    0x2018, 0x2019, 0x00F7, 0x25CA, 0x00FF, 0x0178, 0x2044, 0x20AC, 0x2039, 0x203A, 0xFB01, 0xFB02,
    0x2021, 0x00B7, 0x201A, 0x201E, 0x2030, 0x00C2, 0x00CA, 0x00C1, 0x00CB, 0x00C8, 0x00CD, 0x00CE,
    0x00CF, 0x00CC, 0x00D3, 0x00D4, 0xF8FF, 0x00D2, 0x00DA, 0x00DB, 0x00D9, 0x0131, 0x02C6, 0x02DC,
    0x00AF, 0x02D8, 0x02D9, 0x02DA, 0x00B8, 0x02DD, 0x02DB, 0x02C7};

static const struct {
    const char *name;
    struct tr note;
} encodings[ENCODINGS] = {
    [ENCODING_UTF8] = {"UTF-8", TR_INIT("", "")},
    [ENCODING_UTF16LE] = {"UTF-16 LE", TR_INIT("The file is UTF-16 text and was converted.",
                                               "El archivo es texto UTF-16 y se convirtió.")},
    [ENCODING_UTF16BE] = {"UTF-16 BE",
                          TR_INIT("The file is UTF-16 text (big-endian) and was converted.",
                                  "El archivo es texto UTF-16 (big-endian) y se convirtió.")},
    [ENCODING_WINDOWS_1252] =
        {"Windows-1252",
         TR_INIT("The file is not UTF-8; its accents were read as Windows-1252 (Latin-1). Check a "
                 "name with an accent in the preview.",
                 "El archivo no es UTF-8; sus acentos se leyeron como Windows-1252 (Latin-1). "
                 "Revise un nombre con acento en la vista previa.")},
    [ENCODING_MAC_ROMAN] =
        {"Mac Roman",
         TR_INIT("The file is not UTF-8; its accents were read as Mac Roman. Check a name with an "
                 "accent in the preview.",
                 "El archivo no es UTF-8; sus acentos se leyeron como Mac Roman. Revise un nombre "
                 "con acento en la vista previa.")},
};

const char *encoding_name(enum encoding enc) {
    return encodings[enc].name;
}

struct tr encoding_note(enum encoding enc) {
    return encodings[enc].note;
}

static unsigned byte_at(struct str s, size_t i) {
    return i < s.n ? (unsigned char)s.p[i] : 0;
}

/* Without a mark: ASCII in UTF-16 has a zero in every other byte. */
static bool utf16_by_zeros(struct str s, enum encoding *enc) {
    size_t zeros[2] = {0, 0}, n = s.n < 4096 ? s.n : 4096;
    for (size_t i = 0; i < n; i++)
        zeros[i & 1] += s.p[i] == '\0';
    *enc = zeros[1] > zeros[0] ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    return n >= 2 && zeros[0] + zeros[1] > n * 3 / 10 &&
           (zeros[0] > 4 * zeros[1] || zeros[1] > 4 * zeros[0]);
}

static bool small_letter(unsigned c) {
    return c >= 'a' && c <= 'z';
}

/*
 * Which set makes letters of the bytes that stand beside small letters? Windows has its accented
 * small letters at E0-FF, the Mac at 80-9F, where Windows has quotes and dashes that rarely stand
 * between two letters; only 92, the apostrophe, does (don't, teacher's), and before s or t it says
 * nothing. Line ends that are CR alone come from a Mac.
 */
static bool mac_likelier(struct str s) {
    size_t windows = 0, mac = 0, cr = 0, lf = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned c = byte_at(s, i), before = i > 0 ? byte_at(s, i - 1) : 0;
        unsigned after = byte_at(s, i + 1);
        cr += c == '\r';
        lf += c == '\n';
        if (c < 0x80u)
            continue;
        bool beside = small_letter(before) || small_letter(after);
        bool between = small_letter(before) && small_letter(after);
        if (c >= 0xE0u)
            windows += beside ? 2 : 0;
        else if (c == 0x81u || c == 0x8Du || c == 0x8Fu || c == 0x90u || c == 0x9Du)
            mac += 2; /* no characters in Windows-1252 */
        else if (c == 0x92u)
            mac += between && strchr("stlrvmd", (int)after) == NULL ? 1 : 0;
        else if (c >= 0x91u && c <= 0x97u)
            mac += between ? 1 : 0;
        else if (c <= 0x9Fu)
            mac += beside ? 2 : 0;
    }
    if (cr > 1 && lf == 0)
        mac += 4;
    return mac > windows;
}

enum encoding encoding_guess(struct str bytes, size_t *mark) {
    enum encoding enc;
    *mark = 0;
    if (byte_at(bytes, 0) == 0xEFu && byte_at(bytes, 1) == 0xBBu && byte_at(bytes, 2) == 0xBFu) {
        *mark = 3;
        bytes = str_sub(bytes, 3, bytes.n);
    } else if (byte_at(bytes, 0) == 0xFFu && byte_at(bytes, 1) == 0xFEu) {
        *mark = 2;
        return ENCODING_UTF16LE;
    } else if (byte_at(bytes, 0) == 0xFEu && byte_at(bytes, 1) == 0xFFu) {
        *mark = 2;
        return ENCODING_UTF16BE;
    } else if (utf16_by_zeros(bytes, &enc)) {
        return enc;
    }
    if (str_utf8_ok(bytes))
        return ENCODING_UTF8;
    return mac_likelier(bytes) ? ENCODING_MAC_ROMAN : ENCODING_WINDOWS_1252;
}

static void put(struct buf *out, uint32_t c) {
    char u[4];
    size_t n = c < 0x80u ? 1 : c < 0x800u ? 2 : c < 0x10000u ? 3 : 4;
    static const unsigned lead[5] = {0, 0, 0xC0u, 0xE0u, 0xF0u};
    if (c == 0)
        return;
    for (size_t i = n; i-- > 1; c >>= 6)
        u[i] = (char)(0x80u | (c & 0x3Fu));
    u[0] = (char)(lead[n] | c);
    buf_add(out, (struct str){u, n});
}

static void from_utf16(struct str s, bool big, struct buf *out) {
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        uint32_t hi = byte_at(s, big ? i : i + 1), lo = byte_at(s, big ? i + 1 : i);
        uint32_t c = hi << 8 | lo;
        if (c >= 0xD800u && c < 0xDC00u && i + 3 < s.n) {
            uint32_t d = byte_at(s, big ? i + 2 : i + 3) << 8 | byte_at(s, big ? i + 3 : i + 2);
            if (d >= 0xDC00u && d < 0xE000u) {
                c = 0x10000u + ((c - 0xD800u) << 10) + (d - 0xDC00u);
                i += 2;
            }
        }
        put(out, c >= 0xD800u && c < 0xE000u ? 0xFFFDu : c);
    }
    if (s.n % 2 == 1)
        put(out, 0xFFFDu); /* half a unit at the end */
}

/* Runs of ASCII go in one piece. */
static void from_bytes(struct str s, enum encoding enc, struct buf *out) {
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned c = byte_at(s, i);
        if (c < 0x80u && c != 0)
            continue;
        buf_add(out, str_sub(s, from, i));
        from = i + 1;
        if (c >= 0x80u)
            put(out, enc == ENCODING_MAC_ROMAN ? mac_80[c - 0x80u]
                     : c < 0xA0u               ? windows_80[c - 0x80u]
                                               : c);
    }
    buf_add(out, str_sub(s, from, s.n));
}

/* UTF-8 taken as it is but for NULs and broken sequences. */
static void from_utf8(struct str s, struct buf *out) {
    for (size_t i = 0, from = 0; i <= s.n; i++) {
        size_t len = 1;
        if (i < s.n && byte_at(s, i) >= 0x80u) {
            len = byte_at(s, i) >= 0xF0u ? 4 : byte_at(s, i) >= 0xE0u ? 3 : 2;
            if (i + len <= s.n && str_utf8_ok(str_sub(s, i, i + len))) {
                i += len - 1;
                continue;
            }
        } else if (i < s.n && s.p[i] != '\0') {
            continue;
        }
        buf_add(out, str_sub(s, from, i));
        if (i < s.n && s.p[i] != '\0')
            put(out, 0xFFFDu);
        from = i + 1;
    }
}

void encoding_to_utf8(struct str bytes, enum encoding enc, struct buf *out) {
    if (enc == ENCODING_UTF16LE || enc == ENCODING_UTF16BE)
        from_utf16(bytes, enc == ENCODING_UTF16BE, out);
    else if (enc == ENCODING_UTF8)
        from_utf8(bytes, out);
    else
        from_bytes(bytes, enc, out);
}

enum err encoding_text(struct str bytes, struct buf *held, struct str *text, enum encoding *enc,
                       struct errmsg *e) {
    size_t mark;
    *enc = encoding_guess(bytes, &mark);
    bytes = str_sub(bytes, mark, bytes.n);
    if (*enc == ENCODING_UTF8 && (bytes.n == 0 || memchr(bytes.p, '\0', bytes.n) == NULL)) {
        *text = bytes;
        return ERR_OK;
    }
    encoding_to_utf8(bytes, *enc, held);
    *text = buf_str(held);
    if (buf_over(held))
        return err_set(e, ERR_LIMIT, "The file is larger than %zu MB as text; split it.",
                       held->max >> 20);
    return ERR_OK;
}
