/* Types and the loading and storing of their scalars. */
#include "types.h"

#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  uint64_t size;
} scalars[SCALAR_COUNT] = {
    [SCALAR_BOOL] = {"bool", 1}, [SCALAR_I8] = {"i8", 1},    [SCALAR_I16] = {"i16", 2},  [SCALAR_I32] = {"i32", 4},
    [SCALAR_I64] = {"i64", 8},   [SCALAR_U8] = {"u8", 1},    [SCALAR_U16] = {"u16", 2},  [SCALAR_U32] = {"u32", 4},
    [SCALAR_U64] = {"u64", 8},   [SCALAR_F32] = {"f32", 4},  [SCALAR_F64] = {"f64", 8},  [SCALAR_F80] = {"f80", 16},
    [SCALAR_C64] = {"c64", 8},   [SCALAR_C128] = {"c128", 16},
};

void *pool_take(struct pool *pool, uint64_t size) {
  if (pool->count == pool->capacity) {
    pool->capacity = pool->capacity * 2 + 32;
    pool->blocks = realloc(pool->blocks, sizeof *pool->blocks * (size_t)pool->capacity);
    if (!pool->blocks) abort();
  }
  void *block = calloc(1, size ? size : 1);
  if (!block) abort();
  return pool->blocks[pool->count++] = block;
}

char *pool_text(struct pool *pool, const char *text) { return strcpy(pool_take(pool, strlen(text) + 1), text); }

void pool_release(struct pool *pool) {
  for (int index = 0; index < pool->count; index++) free(pool->blocks[index]);
  free(pool->blocks);
  *pool = (struct pool){0};
}

static struct type *read_struct(struct words *words, struct pool *pool) {
  struct type *type = pool_take(pool, sizeof *type);
  type->kind = KIND_STRUCT;
  type->flat = 1;
  type->size = next_unsigned(words);
  type->field_count = (int)next_unsigned(words);
  if (words->bad || type->field_count > words->count) {
    words->bad = 1;
    return NULL;
  }
  type->fields = pool_take(pool, sizeof *type->fields * (size_t)type->field_count);
  for (int index = 0; index < type->field_count; index++) {
    struct field *field = &type->fields[index];
    field->name = pool_text(pool, next_word(words));
    field->offset = next_unsigned(words);
    field->type = read_type(words, pool);
    if (words->bad) return NULL;
    type->has_bool |= field->type->has_bool;
    type->has_real |= field->type->has_real;
    if (!field->type->flat || field->offset > type->size || field->type->size > type->size - field->offset) words->bad = 1;
  }
  return type;
}

struct type *read_type(struct words *words, struct pool *pool) {
  const char *word = next_word(words);
  for (int scalar = 0; scalar < SCALAR_COUNT; scalar++) {
    if (strcmp(word, scalars[scalar].name)) continue;
    struct type *type = pool_take(pool, sizeof *type);
    *type = (struct type){.kind = KIND_SCALAR, .scalar = (enum scalar)scalar, .size = scalars[scalar].size, .flat = 1};
    type->has_bool = scalar == SCALAR_BOOL;
    type->has_real = scalar >= SCALAR_F32;
    return type;
  }
  if (!strcmp(word, "struct")) return read_struct(words, pool);
  struct type *type = pool_take(pool, sizeof *type);
  if (!strcmp(word, "string")) {
    type->kind = KIND_STRING;
    return type;
  }
  int array = !strcmp(word, "array");
  if (!array && strcmp(word, "vector")) {
    words->bad = 1;
    return NULL;
  }
  type->kind = array ? KIND_ARRAY : KIND_VECTOR;
  if (array) type->length = next_unsigned(words);
  type->element = read_type(words, pool);
  if (words->bad) return NULL;
  if (array) {
    type->flat = type->element->flat;
    type->has_bool = type->element->has_bool;
    type->has_real = type->element->has_real;
    if (!type->flat || __builtin_mul_overflow(type->length, type->element->size, &type->size)) words->bad = 1;
  }
  return type;
}

uint64_t scalar_size(enum scalar scalar) { return scalars[scalar].size; }

int scalar_is_integer(enum scalar scalar) { return scalar <= SCALAR_U64; }

enum scalar complex_part(enum scalar scalar) { return scalar == SCALAR_C64 ? SCALAR_F32 : SCALAR_F64; }

/* memcpy, because the elements of an encoded container need not be aligned. */
#define LOAD(TYPE)                  \
  do {                              \
    TYPE value;                     \
    memcpy(&value, at, sizeof value); \
    return value;                   \
  } while (0)

__int128 load_integer(const void *at, enum scalar scalar) {
  switch (scalar) {
    case SCALAR_I8: LOAD(int8_t);
    case SCALAR_I16: LOAD(int16_t);
    case SCALAR_I32: LOAD(int32_t);
    case SCALAR_I64: LOAD(int64_t);
    case SCALAR_BOOL:
    case SCALAR_U8: LOAD(uint8_t);
    case SCALAR_U16: LOAD(uint16_t);
    case SCALAR_U32: LOAD(uint32_t);
    default: LOAD(uint64_t);
  }
}

long double load_real(const void *at, enum scalar scalar) {
  switch (scalar) {
    case SCALAR_F32: LOAD(float);
    case SCALAR_F80: LOAD(long double);
    default: LOAD(double);
  }
}

void store_integer(void *at, enum scalar scalar, __int128 value) {
  if (scalar == SCALAR_BOOL) value = value != 0;
  memcpy(at, &value, scalars[scalar].size); /* little-endian: both supported machines are */
}

void store_real(void *at, enum scalar scalar, long double value) {
  if (scalar == SCALAR_F32) {
    float single = (float)value;
    memcpy(at, &single, sizeof single);
  } else if (scalar == SCALAR_F64) {
    double twice = (double)value;
    memcpy(at, &twice, sizeof twice);
  } else {
    memset(at, 0, 16); /* an x87 value has six bytes of padding */
    memcpy(at, &value, sizeof value <= 16 ? sizeof value : 16);
  }
}
