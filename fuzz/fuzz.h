/* What a fuzzer defines: one run over any bytes. A finding is a crash or a failed CHECK. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
