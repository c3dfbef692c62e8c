/* Reading the rules that values are made by. */
#include "rules.h"

#include <string.h>

struct rule *read_rule(struct words *words, struct pool *pool) {
  static const char *const names[] = {"uniform", "normal", "integers", "constant", "permutation", "text",
                                      "sorted",  "fields", "each",     "noise",    "generated"};
  const char *word = next_word(words);
  struct rule *rule = pool_take(pool, sizeof *rule);
  int kind = 0;
  while (kind <= RULE_GENERATED && strcmp(word, names[kind])) kind++;
  rule->kind = (enum rule_kind)kind;
  switch (kind) {
    case RULE_UNIFORM:
    case RULE_NORMAL:
    case RULE_INTEGERS:
    case RULE_EACH:
      rule->low = next_number(words);
      rule->high = next_number(words);
      break;
    case RULE_CONSTANT:
      rule->low = next_number(words);
      break;
    case RULE_TEXT:
      rule->terminated = next_unsigned(words) != 0;
      rule->count = (int)next_unsigned(words);
      if (words->bad || rule->count < 1 || rule->count > words->count) {
        words->bad = 1;
        break;
      }
      rule->alphabet = pool_take(pool, (uint64_t)rule->count);
      for (int index = 0; index < rule->count; index++) rule->alphabet[index] = (uint8_t)next_unsigned(words);
      break;
    case RULE_FIELDS:
      rule->count = (int)next_unsigned(words);
      if (rule->count > words->count) words->bad = 1;
      break;
    case RULE_SORTED:
    case RULE_PERMUTATION:
    case RULE_NOISE:
    case RULE_GENERATED:
      break;
    default:
      words->bad = 1;
  }
  int wrapped = kind == RULE_FIELDS ? rule->count : kind == RULE_SORTED || kind == RULE_EACH;
  if (words->bad) wrapped = 0;
  rule->rules = pool_take(pool, sizeof *rule->rules * (size_t)wrapped);
  for (int index = 0; index < wrapped; index++) rule->rules[index] = read_rule(words, pool);
  return rule;
}
