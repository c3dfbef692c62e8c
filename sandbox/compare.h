/* Comparing what a candidate left behind with what the reference did. */
#ifndef LESSONBANK_COMPARE_H
#define LESSONBANK_COMPARE_H
#include "plan.h"

struct mismatch {
  /* `value`, `length` (of a string or vector), `overflow` (it outgrew its room), or `bounds` (bytes around an output were written). */
  const char *kind;
  char path[256];
  char candidate[96];
  char reference[96];
  uint32_t instance;
};

/*
 * Compares every compared slot of every instance in two output arenas. Returns 1 where all agree, else 0 and the first mismatch.
 * Both arenas may hold anything: nothing is read outside the slots. Two numbers agree where |a - b| <= absolute + relative * |b|, b
 * being the reference's; infinities must be equal and NaN must meet NaN; all else must be the same.
 */
int compare_outputs(const struct plan *plan, const uint8_t *reference, const uint8_t *candidate, struct mismatch *mismatch);
/* Whether an arm left the bytes around its outputs as they were. */
int compare_margins(const struct plan *plan, const uint8_t *arena, struct mismatch *mismatch);

#endif
