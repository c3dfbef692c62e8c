/* Making values from rules and a seed. */
#ifndef LESSONBANK_VALUES_H
#define LESSONBANK_VALUES_H
#include <stdint.h>

#include "random.h"
#include "rules.h"
#include "types.h"

/* Fills `count` values of a flat type, `stride` bytes apart. Padding inside structs is left alone. */
void fill_flat(const struct type *type, uint8_t *at, uint64_t count, uint64_t stride, const struct rule *rule, struct random *random);
/* The same for many elements side by side, by all cores: parts of it have random numbers of their own. */
void fill_many(const struct type *type, uint8_t *at, uint64_t count, const struct rule *rule, struct random *random);
/* The most bytes that a string or vector of `count` elements can take when it is encoded. */
uint64_t encoded_bound(const struct type *type, const struct rule *rule, uint64_t count);
/* Encodes a string or vector with `count` elements; returns the bytes written, at most `encoded_bound`. */
uint64_t fill_container(const struct type *type, uint8_t *at, uint64_t count, const struct rule *rule, struct random *random);

#endif
