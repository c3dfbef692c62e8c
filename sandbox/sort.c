/* Sorting values that have been made: scalars by radix, structs leaf by leaf, strings as text. */
#include "sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

void sort_flat(const struct type *type, uint8_t *at, uint64_t count, uint64_t stride) {
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

static int by_text(const void *a, const void *b) {
  const uint8_t *x = *(const uint8_t *const *)a, *y = *(const uint8_t *const *)b;
  uint64_t m, n;
  memcpy(&m, x, 8);
  memcpy(&n, y, 8);
  int order = memcmp(x + 8, y + 8, m < n ? m : n);
  return order ? order : (m > n) - (m < n);
}

void sort_strings(uint8_t *at, uint64_t count, uint64_t bytes) {
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
