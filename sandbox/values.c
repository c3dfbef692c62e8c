/* Making values from rules and a seed. A rule on a compound value fills each of its scalars alike, column by column. */
#include "values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct rule empty_rule = {.kind = RULE_NOISE};

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

static uint64_t splitmix(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

struct random random_from(uint64_t seed, uint64_t stream) {
  uint64_t mixer = seed;
  mixer = splitmix(&mixer) ^ (stream * 0xd1342543de82ef95ULL);
  struct random random;
  for (int index = 0; index < 4; index++) random.state[index] = splitmix(&mixer);
  return random;
}

static inline uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t random_bits(struct random *random) {
  uint64_t *s = random->state;
  uint64_t result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}

void random_bytes(struct random *random, void *at, uint64_t size) {
  uint8_t *to = at;
  for (; size >= 8; size -= 8, to += 8) {
    uint64_t bits = random_bits(random);
    memcpy(to, &bits, 8);
  }
  uint64_t bits = random_bits(random);
  memcpy(to, &bits, size);
}

static double unit(struct random *random) { return (double)(random_bits(random) >> 11) * 0x1p-53; }

/* Below `bound`, by multiplication (Lemire 2019); the bias of at most bound / 2^64 does not matter here. 0 stands for 2^64. */
static uint64_t below(struct random *random, uint64_t bound) {
  uint64_t bits = random_bits(random);
  return bound ? (uint64_t)(((unsigned __int128)bits * bound) >> 64) : bits;
}

static __int128 between(struct random *random, __int128 low, __int128 high) {
  return low + below(random, (uint64_t)(high - low) + 1);
}

/* Marsaglia's polar method makes two values at a time; `spare` keeps the second for the next call. */
static double gaussian(struct random *random, double *spare) {
  if (!isnan(*spare)) {
    double value = *spare;
    *spare = NAN;
    return value;
  }
  double x, y, s;
  do {
    x = 2 * unit(random) - 1;
    y = 2 * unit(random) - 1;
    s = x * x + y * y;
  } while (s >= 1 || s == 0);
  double scale = sqrt(-2 * log(s) / s);
  *spare = y * scale;
  return x * scale;
}

static const long double lowest[] = {0, -0x1p7L, -0x1p15L, -0x1p31L, -0x1p63L, 0, 0, 0, 0};
static const long double highest[] = {1, 0x1p7L - 1, 0x1p15L - 1, 0x1p31L - 1, 0x1p63L - 1, 0x1p8L - 1, 0x1p16L - 1, 0x1p32L - 1, 0x1p64L - 1};

static __int128 rounded(long double value, enum scalar scalar) {
  if (value < lowest[scalar]) value = lowest[scalar];
  if (value > highest[scalar]) value = highest[scalar];
  return (__int128)roundl(value);
}

static void fill_noise(const struct type *type, uint8_t *at, uint64_t count, uint64_t stride, struct random *random) {
  if (!type->has_bool && stride == type->size) {
    random_bytes(random, at, count * stride);
    return;
  }
  for (uint64_t index = 0; index < count; index++) {
    uint8_t *value = at + index * stride;
    if (type->kind == KIND_SCALAR) {
      random_bytes(random, value, type->size);
      if (type->scalar == SCALAR_BOOL) *value &= 1;
    } else if (type->kind == KIND_ARRAY) {
      fill_noise(type->element, value, type->length, type->element->size, random);
    } else {
      for (int f = 0; f < type->field_count; f++) fill_noise(type->fields[f].type, value + type->fields[f].offset, 1, type->fields[f].type->size, random);
    }
  }
}

static void fill_permutation(enum scalar scalar, uint8_t *at, uint64_t count, uint64_t stride, struct random *random) {
  uint64_t *order = malloc(sizeof *order * (count ? count : 1));
  if (!order) abort();
  for (uint64_t index = 0; index < count; index++) {
    uint64_t other = below(random, index + 1);
    order[index] = order[other];
    order[other] = index;
  }
  for (uint64_t index = 0; index < count; index++) {
    if (scalar_is_integer(scalar)) store_integer(at + index * stride, scalar, order[index]);
    else store_real(at + index * stride, scalar, order[index]);
  }
  free(order);
}

static void fill_scalars(enum scalar scalar, uint8_t *at, uint64_t count, uint64_t stride, const struct rule *rule, struct random *random) {
  int integer = scalar_is_integer(scalar);
  if (rule->kind == RULE_PERMUTATION) {
    fill_permutation(scalar, at, count, stride, random);
  } else if (rule->kind == RULE_TEXT) {
    for (uint64_t index = 0; index < count; index++) {
      uint8_t byte = rule->alphabet[below(random, (uint64_t)rule->count)];
      if (rule->terminated && index + 1 == count) byte = 0;
      if (integer) store_integer(at + index * stride, scalar, byte);
      else store_real(at + index * stride, scalar, byte);
    }
  } else if (rule->kind == RULE_CONSTANT) {
    uint8_t value[16];
    if (integer) store_integer(value, scalar, rounded(rule->low, scalar));
    else store_real(value, scalar, rule->low);
    uint64_t size = scalar_size(scalar);
    for (uint64_t index = 0; index < count; index++) memcpy(at + index * stride, value, size);
  } else if (rule->kind == RULE_NORMAL) {
    double spare = NAN;
    for (uint64_t index = 0; index < count; index++) {
      double value = (double)rule->low + (double)rule->high * gaussian(random, &spare);
      if (integer) store_integer(at + index * stride, scalar, rounded(value, scalar));
      else store_real(at + index * stride, scalar, value);
    }
  } else if (integer || rule->kind == RULE_INTEGERS) {
    __int128 low = integer ? rounded(ceill(rule->low), scalar) : (__int128)ceill(rule->low);
    __int128 high = integer ? rounded(floorl(rule->high), scalar) : (__int128)floorl(rule->high);
    if (high < low) high = low;
    for (uint64_t index = 0; index < count; index++) {
      __int128 value = between(random, low, high);
      if (integer) store_integer(at + index * stride, scalar, value);
      else store_real(at + index * stride, scalar, value);
    }
  } else { /* uniform reals: the common case, so in double alone */
    double low = (double)rule->low, span = (double)(rule->high - rule->low);
    for (uint64_t index = 0; index < count; index++) {
      double value = low + span * unit(random);
      if (scalar == SCALAR_F64) memcpy(at + index * stride, &value, 8);
      else store_real(at + index * stride, scalar, value);
    }
  }
}

/* By value, leaf by leaf; NaN after everything else. */
static int order_of(const struct type *type, const uint8_t *a, const uint8_t *b) {
  if (type->kind == KIND_ARRAY) {
    for (uint64_t index = 0; index < type->length; index++) {
      int order = order_of(type->element, a + index * type->element->size, b + index * type->element->size);
      if (order) return order;
    }
    return 0;
  }
  if (type->kind == KIND_STRUCT) {
    for (int f = 0; f < type->field_count; f++) {
      int order = order_of(type->fields[f].type, a + type->fields[f].offset, b + type->fields[f].offset);
      if (order) return order;
    }
    return 0;
  }
  if (scalar_is_integer(type->scalar)) {
    __int128 x = load_integer(a, type->scalar), y = load_integer(b, type->scalar);
    return (x > y) - (x < y);
  }
  enum scalar part = type->scalar >= SCALAR_C64 ? complex_part(type->scalar) : type->scalar;
  long double x = load_real(a, part), y = load_real(b, part);
  return isnan(x) || isnan(y) ? isnan(x) - isnan(y) : (x > y) - (x < y);
}

static const struct type *sorted_type;

static int by_value(const void *a, const void *b) { return order_of(sorted_type, a, b); }

/* A scalar as an unsigned key of the same order, and back. */
static uint64_t key_of(const uint8_t *at, enum scalar scalar) {
  if (scalar_is_integer(scalar)) return (uint64_t)load_integer(at, scalar) ^ (scalar >= SCALAR_U8 || scalar == SCALAR_BOOL ? 0 : 1ULL << 63);
  double value = (double)load_real(at, scalar);
  uint64_t bits;
  memcpy(&bits, &value, 8);
  return bits >> 63 ? ~bits : bits | 1ULL << 63;
}

static void store_key(uint8_t *at, enum scalar scalar, uint64_t key) {
  if (scalar_is_integer(scalar)) {
    store_integer(at, scalar, (__int128)(key ^ (scalar >= SCALAR_U8 || scalar == SCALAR_BOOL ? 0 : 1ULL << 63)));
    return;
  }
  uint64_t bits = key >> 63 ? key ^ 1ULL << 63 : ~key;
  double value;
  memcpy(&value, &bits, 8);
  store_real(at, scalar, value);
}

/* Radix sort by bytes, the lowest first; bytes that are alike in all keys are passed over. */
static void sort_scalars(enum scalar scalar, uint8_t *at, uint64_t count, uint64_t stride) {
  uint64_t *keys = malloc(sizeof *keys * (2 * count + 1)), *other = keys + count, counts[8][256] = {{0}};
  if (!keys) abort();
  uint64_t *block = keys;
  for (uint64_t index = 0; index < count; index++) {
    keys[index] = key_of(at + index * stride, scalar);
    for (int byte = 0; byte < 8; byte++) counts[byte][keys[index] >> 8 * byte & 255]++;
  }
  for (int byte = 0; byte < 8; byte++) {
    uint64_t starts[256], start = 0;
    if (count && counts[byte][keys[0] >> 8 * byte & 255] == count) continue;
    for (int value = 0; value < 256; value++) {
      starts[value] = start;
      start += counts[byte][value];
    }
    for (uint64_t index = 0; index < count; index++) other[starts[keys[index] >> 8 * byte & 255]++] = keys[index];
    uint64_t *swap = keys;
    keys = other;
    other = swap;
  }
  for (uint64_t index = 0; index < count; index++) store_key(at + index * stride, scalar, keys[index]);
  free(block);
}

static void sort_flat(const struct type *type, uint8_t *at, uint64_t count, uint64_t stride) {
  if (type->kind == KIND_SCALAR && type->scalar <= SCALAR_F64) {
    sort_scalars(type->scalar, at, count, stride);
    return;
  }
  sorted_type = type;
  uint8_t *column = malloc(count * type->size + 1); /* it may be one field of an array of structs */
  if (!column) abort();
  for (uint64_t index = 0; index < count; index++) memcpy(column + index * type->size, at + index * stride, type->size);
  qsort(column, count, type->size, by_value);
  for (uint64_t index = 0; index < count; index++) memcpy(at + index * stride, column + index * type->size, type->size);
  free(column);
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

static int by_text(const void *a, const void *b) {
  const uint8_t *x = *(const uint8_t *const *)a, *y = *(const uint8_t *const *)b;
  uint64_t m, n;
  memcpy(&m, x, 8);
  memcpy(&n, y, 8);
  int order = memcmp(x + 8, y + 8, m < n ? m : n);
  return order ? order : (m > n) - (m < n);
}

static void sort_strings(uint8_t *at, uint64_t count, uint64_t bytes) {
  const uint8_t **starts = malloc(sizeof *starts * (count + 1));
  uint8_t *copy = malloc(bytes + 1);
  if (!starts || !copy) abort();
  memcpy(copy, at, bytes);
  const uint8_t *from = copy;
  for (uint64_t index = 0; index < count; index++) {
    uint64_t length;
    memcpy(&length, from, 8);
    starts[index] = from;
    from += 8 + length;
  }
  qsort(starts, count, sizeof *starts, by_text);
  for (uint64_t index = 0; index < count; index++) {
    uint64_t length;
    memcpy(&length, starts[index], 8);
    memcpy(at, starts[index], 8 + length);
    at += 8 + length;
  }
  free(copy);
  free(starts);
}

uint64_t fill_container(const struct type *type, uint8_t *at, uint64_t count, const struct rule *rule, struct random *random) {
  static const struct type byte = {.kind = KIND_SCALAR, .scalar = SCALAR_U8, .size = 1, .flat = 1};
  memcpy(at, &count, 8);
  const struct type *element = type->kind == KIND_STRING ? &byte : type->element;
  if (element->flat) {
    memset(at + 8, 0, count * element->size);
    fill_flat(element, at + 8, count, element->size, rule, random);
    return 8 + count * element->size;
  }
  const struct rule *each = each_within(rule);
  uint64_t used = 8;
  for (uint64_t index = 0; index < count; index++) {
    uint64_t length = each ? (uint64_t)between(random, (__int128)each->low, (__int128)each->high) : 0;
    used += fill_container(element, at + used, length, each ? each->rules[0] : &empty_rule, random);
  }
  if (rule->kind == RULE_SORTED && element->kind == KIND_STRING) sort_strings(at + 8, count, used - 8);
  return used;
}
