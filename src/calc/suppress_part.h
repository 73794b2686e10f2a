/* What suppress.c asks of suppress_audit.c beyond suppress.h. Private to calc/suppress*. */
#ifndef CALC_SUPPRESS_PART_H
#define CALC_SUPPRESS_PART_H

#include "calc/suppress.h"

/* suppress_audit of the `n` cells alone, with all that hangs together with them. */
NODISCARD enum err suppress_audit_near(const struct suppress_input *in,
                                       const struct suppress_verdict verdicts[],
                                       const uint32_t cells[], size_t n,
                                       struct suppress_range ranges[], size_t max,
                                       struct suppress_audited *out, struct errmsg *e);

#endif
