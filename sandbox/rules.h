/* The rules that values are made by. */
#ifndef LESSONBANK_RULES_H
#define LESSONBANK_RULES_H
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

#endif
