/* Making values from rules and a seed. A rule on a compound value fills each of its scalars alike, column by column. */
#include "values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parallel.h"
#include "random.h"
#include "sort.h"

static const struct rule empty_rule = {.kind = RULE_NOISE};

static const long double lowest[] = {0, -0x1p7L, -0x1p15L, -0x1p31L, -0x1p63L, 0, 0, 0, 0};
static const long double highest[] = {1, 0x1p7L - 1, 0x1p15L - 1, 0x1p31L - 1, 0x1p63L - 1, 0x1p8L - 1, 0x1p16L - 1, 0x1p32L - 1, 0x1p64L - 1};

static __int128 rounded(long double value, enum scalar scalar) {
  if (value < lowest[scalar]) value = lowest[scalar];
  if (value > highest[scalar]) value = highest[scalar];
  return (__int128)roundl(value);
}

/* What is shorter is not worth the seeding of a block. */
static const uint64_t fewest_for_blocks = RANDOM_BLOCK / 4;

static uint64_t block_part(uint64_t count, uint64_t done) { return count - done < RANDOM_BLOCK ? count - done : RANDOM_BLOCK; }

/* Random bytes in which each word has these bits set. */
static void fill_bytes(uint8_t *at, uint64_t size, uint64_t set, struct random *random) {
  struct random_block block = random_block_from(random);
  for (uint64_t done = 0; done < size; done += sizeof block.bits) {
    random_block_next(&block);
    for (int index = 0; index < RANDOM_BLOCK; index++) block.bits[index] |= set;
    memcpy(at + done, block.bits, size - done < sizeof block.bits ? size - done : sizeof block.bits);
  }
}

/* Random bytes, but with the top bit of every exponent set: numbers near zero would pass for a result within the tolerance. */
static void fill_real_noise(enum scalar scalar, uint8_t *at, uint64_t count, uint64_t stride, struct random *random) {
  uint64_t set = scalar == SCALAR_F32 || scalar == SCALAR_C64 ? 0x4000000040000000 : 0x4000000000000000;
  if (stride == scalar_size(scalar) && scalar != SCALAR_F80 && count >= fewest_for_blocks) {
    fill_bytes(at, count * stride, set, random);
    return;
  }
  for (uint64_t index = 0; index < count; index++) {
    uint64_t bits = random_bits(random), large = bits | set;
    uint8_t *value = at + index * stride;
    memcpy(value, &large, scalar == SCALAR_F32 ? 4 : 8);
    if (scalar == SCALAR_C128) {
      large = random_bits(random) | set;
      memcpy(value + 8, &large, 8);
    } else if (scalar == SCALAR_F80) {
      store_real(value, scalar, 1.0L + (long double)bits);
    }
  }
}

static void fill_noise(const struct type *type, uint8_t *at, uint64_t count, uint64_t stride, struct random *random) {
  if (type->kind == KIND_SCALAR && type->has_real) {
    fill_real_noise(type->scalar, at, count, stride, random);
    return;
  }
  if (!type->has_bool && stride == type->size) {
    if (count * stride >= 8 * fewest_for_blocks) fill_bytes(at, count * stride, 0, random);
    else random_bytes(random, at, count * stride);
  }
  if (!type->has_bool && !type->has_real && stride == type->size) return;
  for (uint64_t index = 0; index < count; index++) {
    uint8_t *value = at + index * stride;
    if (type->kind == KIND_SCALAR) {
      random_bytes(random, value, type->size);
      if (type->scalar == SCALAR_BOOL) *value &= 1;
    } else if (type->kind == KIND_ARRAY) {
      fill_noise(type->element, value, type->length, type->element->size, random);
    } else {
      for (int f = 0; f < type->field_count; f++) {
        fill_noise(type->fields[f].type, value + type->fields[f].offset, 1, type->fields[f].type->size, random);
      }
    }
  }
}

static void fill_permutation(enum scalar scalar, uint8_t *at, uint64_t count, uint64_t stride, struct random *random) {
  uint64_t *order = malloc(sizeof *order * (count ? count : 1));
  if (!order) abort();
  for (uint64_t index = 0; index < count; index++) {
    uint64_t other = random_below(random, index + 1);
    order[index] = order[other];
    order[other] = index;
  }
  for (uint64_t index = 0; index < count; index++) {
    if (scalar_is_integer(scalar)) store_integer(at + index * stride, scalar, order[index]);
    else store_real(at + index * stride, scalar, order[index]);
  }
  free(order);
}

/* The common types without the detour through long double. */
static inline void store_double(uint8_t *at, enum scalar scalar, double value) {
  if (scalar == SCALAR_F64) {
    memcpy(at, &value, 8);
  } else if (scalar == SCALAR_F32) {
    float single = (float)value;
    memcpy(at, &single, 4);
  } else {
    store_real(at, scalar, value);
  }
}

static void store_doubles(uint8_t *at, enum scalar scalar, uint64_t stride, const double *values, uint64_t count) {
  if (scalar == SCALAR_F64 && stride == sizeof *values) memcpy(at, values, count * sizeof *values);
  else for (uint64_t index = 0; index < count; index++) store_double(at + index * stride, scalar, values[index]);
}

/* Two's complement, little-endian: the low bytes are the value. */
static inline void store_low_bytes(uint8_t *at, uint64_t size, uint64_t value) {
  switch (size) {
    case 1: memcpy(at, &value, 1); break;
    case 2: memcpy(at, &value, 2); break;
    case 4: memcpy(at, &value, 4); break;
    default: memcpy(at, &value, 8);
  }
}

/* Integers of a type, between bounds that it can hold. */
static void fill_integers(uint64_t size, uint8_t *at, uint64_t count, uint64_t stride, __int128 low, __int128 high, struct random *random) {
  uint64_t from = (uint64_t)low, bound = (uint64_t)(high - low) + 1;
  if (count < fewest_for_blocks) {
    for (uint64_t index = 0; index < count; index++) store_low_bytes(at + index * stride, size, from + random_below(random, bound));
    return;
  }
  struct random_block block = random_block_from(random);
  for (uint64_t done = 0; done < count; done += RANDOM_BLOCK) {
    uint64_t part = block_part(count, done);
    random_block_next(&block);
    for (uint64_t index = 0; index < part; index++) {
      store_low_bytes(at + (done + index) * stride, size, from + random_scaled(block.bits[index], bound));
    }
  }
}

static void fill_constant(uint8_t *at, uint64_t count, uint64_t stride, const uint8_t *value, uint64_t size) {
  const uint64_t most = 4096; /* what lies in the nearest cache is copied from there */
  if (stride != size) {
    for (uint64_t index = 0; index < count; index++) memcpy(at + index * stride, value, size);
    return;
  }
  if (count) memcpy(at, value, size);
  for (uint64_t done = 1, part; done < count; done += part) {
    part = done < most ? done : most;
    if (part > count - done) part = count - done;
    memcpy(at + done * size, at, part * size);
  }
}

/* Two letters from each number: there are so few that half of one is enough to choose by. */
static void fill_letters(uint8_t *at, uint64_t count, uint64_t stride, const struct rule *rule, struct random *random) {
  const uint64_t letters = (uint64_t)rule->count;
  struct random_block block = random_block_from(random);
  for (uint64_t done = 0; done < count; done += 2 * RANDOM_BLOCK) {
    uint64_t part = count - done < 2 * RANDOM_BLOCK ? count - done : 2 * RANDOM_BLOCK;
    random_block_next(&block);
    for (uint64_t index = 0; index < part; index++) {
      uint64_t half = (uint32_t)(block.bits[index / 2] >> (index % 2 ? 32 : 0));
      at[(done + index) * stride] = rule->alphabet[half * letters >> 32];
    }
  }
}

/* `first` and `second` are the bounds of uniform numbers, or mean and deviation of normal ones. */
static void fill_reals(enum rule_kind kind, enum scalar scalar, uint8_t *at, uint64_t count, uint64_t stride, long double first, long double second,
                       struct random *random) {
  double low = (double)first, span = (double)(second - first), mean = (double)first, deviation = (double)second;
  if (count < fewest_for_blocks) {
    for (uint64_t index = 0; index < count; index++) {
      double value = kind == RULE_NORMAL ? mean + deviation * random_normal(random) : low + span * random_unit(random);
      store_double(at + index * stride, scalar, value);
    }
    return;
  }
  struct random_block block = random_block_from(random);
  double values[RANDOM_BLOCK];
  for (uint64_t done = 0; done < count; done += RANDOM_BLOCK) {
    if (kind == RULE_NORMAL) random_block_normal(&block, mean, deviation, values, random);
    else random_block_uniform(&block, low, span, values);
    store_doubles(at + done * stride, scalar, stride, values, block_part(count, done));
  }
}

static void fill_scalars(enum scalar scalar, uint8_t *at, uint64_t count, uint64_t stride, const struct rule *rule, struct random *random) {
  int integer = scalar_is_integer(scalar);
  if (rule->kind == RULE_PERMUTATION) {
    fill_permutation(scalar, at, count, stride, random);
  } else if (rule->kind == RULE_TEXT && (scalar == SCALAR_I8 || scalar == SCALAR_U8) && count >= fewest_for_blocks) {
    fill_letters(at, count, stride, rule, random);
    if (rule->terminated) at[(count - 1) * stride] = 0;
  } else if (rule->kind == RULE_TEXT) {
    for (uint64_t index = 0; index < count; index++) {
      uint8_t byte = rule->alphabet[random_below(random, (uint64_t)rule->count)];
      if (rule->terminated && index + 1 == count) byte = 0;
      if (scalar == SCALAR_I8 || scalar == SCALAR_U8) at[index * stride] = byte;
      else if (integer) store_integer(at + index * stride, scalar, byte);
      else store_real(at + index * stride, scalar, byte);
    }
  } else if (rule->kind == RULE_CONSTANT) {
    uint8_t value[16];
    if (integer) store_integer(value, scalar, rounded(rule->low, scalar));
    else store_real(value, scalar, rule->low);
    fill_constant(at, count, stride, value, scalar_size(scalar));
  } else if (rule->kind == RULE_NORMAL && integer) {
    for (uint64_t index = 0; index < count; index++) {
      double value = (double)rule->low + (double)rule->high * random_normal(random);
      store_integer(at + index * stride, scalar, rounded(value, scalar));
    }
  } else if (integer) {
    __int128 low = rounded(ceill(rule->low), scalar), high = rounded(floorl(rule->high), scalar);
    fill_integers(scalar_size(scalar), at, count, stride, low, high < low ? low : high, random);
  } else if (rule->kind == RULE_INTEGERS) {
    __int128 low = (__int128)ceill(rule->low), high = (__int128)floorl(rule->high);
    if (high < low) high = low;
    for (uint64_t index = 0; index < count; index++) {
      store_real(at + index * stride, scalar, random_between(random, low, high));
    }
  } else {
    fill_reals(rule->kind, scalar, at, count, stride, rule->low, rule->high, random);
  }
}

void fill_flat(const struct type *type, uint8_t *at, uint64_t count, uint64_t stride, const struct rule *rule, struct random *random) {
  if (rule->kind == RULE_GENERATED) return;
  if (rule->kind == RULE_NOISE) {
    fill_noise(type, at, count, stride, random);
  } else if (type->kind == KIND_ARRAY) {
    for (uint64_t index = 0; index < count; index++) fill_flat(type->element, at + index * stride, type->length, type->element->size, rule, random);
  } else if (rule->kind == RULE_SORTED) {
    fill_flat(type, at, count, stride, rule->rules[0], random);
    sort_flat(type, at, count, stride);
  } else if (rule->kind == RULE_EACH) {
    fill_flat(type, at, count, stride, rule->rules[0], random);
  } else if (type->kind == KIND_STRUCT) {
    for (int f = 0; f < type->field_count; f++) {
      const struct rule *own = rule->kind != RULE_FIELDS ? rule : f < rule->count ? rule->rules[f] : &empty_rule;
      fill_flat(type->fields[f].type, at + type->fields[f].offset, count, stride, own, random);
    }
  } else if (type->scalar >= SCALAR_C64) {
    enum scalar part = complex_part(type->scalar);
    fill_scalars(part, at, count, stride, rule, random);
    fill_scalars(part, at + scalar_size(part), count, stride, rule, random);
  } else {
    fill_scalars(type->scalar, at, count, stride, rule, random);
  }
}

/* Whether each element is made without regard to the others. */
static int is_independent(const struct rule *rule) {
  switch (rule->kind) {
    case RULE_UNIFORM:
    case RULE_NORMAL:
    case RULE_INTEGERS:
    case RULE_CONSTANT:
    case RULE_TEXT:
    case RULE_NOISE:
      return 1;
    case RULE_FIELDS:
      for (int index = 0; index < rule->count; index++) {
        if (!is_independent(rule->rules[index])) return 0;
      }
      return 1;
    default:
      return 0;
  }
}

struct filling {
  const struct type *type;
  uint8_t *at;
  uint64_t count, seed;
  struct rule rule;
};

enum { PART_BYTES = 1 << 18 };

static uint64_t part_elements(const struct type *type) { return type->size < PART_BYTES ? PART_BYTES / type->size : 1; }

static void fill_part(void *context, uint64_t index) {
  const struct filling *filling = context;
  uint64_t start = index * part_elements(filling->type), left = filling->count - start;
  uint64_t count = left < part_elements(filling->type) ? left : part_elements(filling->type);
  struct random random = random_from(filling->seed, index);
  struct rule rule = filling->rule;
  if (count < left) rule.terminated = 0; /* the last part has the end */
  fill_flat(filling->type, filling->at + start * filling->type->size, count, filling->type->size, &rule, &random);
}

void fill_many(const struct type *type, uint8_t *at, uint64_t count, const struct rule *rule, struct random *random) {
  if (rule->kind == RULE_SORTED) {
    fill_many(type, at, count, rule->rules[0], random);
    sort_flat(type, at, count, type->size);
  } else if (count * type->size <= PART_BYTES || !is_independent(rule)) {
    fill_flat(type, at, count, type->size, rule, random);
  } else {
    struct filling filling = {type, at, count, random_bits(random), *rule};
    parallel_for((count + part_elements(type) - 1) / part_elements(type), fill_part, &filling);
  }
}

static const struct rule *each_within(const struct rule *rule) {
  while (rule->kind == RULE_SORTED) rule = rule->rules[0];
  return rule->kind == RULE_EACH ? rule : NULL;
}

uint64_t encoded_bound(const struct type *type, const struct rule *rule, uint64_t count) {
  if (type->kind == KIND_STRING) return 8 + count;
  if (type->element->flat) return 8 + count * type->element->size;
  const struct rule *each = each_within(rule);
  uint64_t longest = each && each->high > 0 ? (uint64_t)each->high : 0;
  return 8 + count * encoded_bound(type->element, each ? each->rules[0] : &empty_rule, longest);
}

uint64_t fill_container(const struct type *type, uint8_t *at, uint64_t count, const struct rule *rule, struct random *random) {
  static const struct type byte = {.kind = KIND_SCALAR, .scalar = SCALAR_U8, .size = 1, .flat = 1};
  memcpy(at, &count, 8);
  const struct type *element = type->kind == KIND_STRING ? &byte : type->element;
  if (element->flat) {
    memset(at + 8, 0, count * element->size);
    fill_many(element, at + 8, count, rule, random);
    return 8 + count * element->size;
  }
  const struct rule *each = each_within(rule);
  uint64_t used = 8;
  for (uint64_t index = 0; index < count; index++) {
    uint64_t length = each ? (uint64_t)random_between(random, (__int128)each->low, (__int128)each->high) : 0;
    used += fill_container(element, at + used, length, each ? each->rules[0] : &empty_rule, random);
  }
  if (rule->kind == RULE_SORTED && element->kind == KIND_STRING) sort_strings(at + 8, count, used - 8);
  return used;
}
