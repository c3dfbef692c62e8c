/* Making values from rules and a seed. */
#ifndef LESSONBANK_VALUES_H
#define LESSONBANK_VALUES_H
#include <stdint.h>

#include "types.h"

enum rule_kind {
  RULE_UNIFORM, RULE_NORMAL, RULE_INTEGERS, RULE_CONSTANT, RULE_PERMUTATION, RULE_TEXT,
  RULE_SORTED, RULE_FIELDS, RULE_EACH, RULE_NOISE, RULE_GENERATED
};

struct rule {
  enum rule_kind kind;
  long double low, high; /* bounds; mean and deviation; the constant in `low`; the lengths of `each` */
  int terminated;
  int count; /* of the alphabet or of the fields */
  uint8_t *alphabet;
  struct rule **rules; /* the fields', or the one that `sorted` and `each` wrap */
};

struct rule *read_rule(struct words *words, struct pool *pool);

/* xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), seeded through splitmix64. */
struct random {
  uint64_t state[4];
};

struct random random_from(uint64_t seed, uint64_t stream);
uint64_t random_bits(struct random *random);
void random_bytes(struct random *random, void *at, uint64_t size);

/* Fills `count` values of a flat type, `stride` bytes apart. Padding inside structs is left alone. */
void fill_flat(const struct type *type, uint8_t *at, uint64_t count, uint64_t stride, const struct rule *rule, struct random *random);
/* The most bytes that a string or vector of `count` elements can take when it is encoded. */
uint64_t encoded_bound(const struct type *type, const struct rule *rule, uint64_t count);
/* Encodes a string or vector with `count` elements; returns the bytes written, at most `encoded_bound`. */
uint64_t fill_container(const struct type *type, uint8_t *at, uint64_t count, const struct rule *rule, struct random *random);

#endif
