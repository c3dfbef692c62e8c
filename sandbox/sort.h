/* Sorting values that have been made. */
#ifndef LESSONBANK_SORT_H
#define LESSONBANK_SORT_H
#include <stdint.h>

#include "types.h"

/* Sorts `count` values of a flat type, `stride` bytes apart, in rising order. */
void sort_flat(const struct type *type, uint8_t *at, uint64_t count, uint64_t stride);
/* Sorts `count` encoded strings that take `bytes` together. */
void sort_strings(uint8_t *at, uint64_t count, uint64_t bytes);

#endif
