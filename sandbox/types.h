/* The types of arguments, as TypeScript describes them: scalars, plain structs, fixed arrays, strings and vectors. */
#ifndef LESSONBANK_TYPES_H
#define LESSONBANK_TYPES_H
#include <stdint.h>

#include "protocol.h"

enum scalar {
  SCALAR_BOOL, SCALAR_I8, SCALAR_I16, SCALAR_I32, SCALAR_I64, SCALAR_U8, SCALAR_U16, SCALAR_U32, SCALAR_U64,
  SCALAR_F32, SCALAR_F64, SCALAR_F80, SCALAR_C64, SCALAR_C128, SCALAR_COUNT
};

enum kind { KIND_SCALAR, KIND_STRUCT, KIND_ARRAY, KIND_STRING, KIND_VECTOR };

struct field {
  char *name;
  uint64_t offset;
  struct type *type;
};

struct type {
  enum kind kind;
  enum scalar scalar;
  uint64_t size; /* of one value in memory; 0 for strings and vectors */
  int flat;      /* one fixed run of bytes, as in C memory */
  int has_bool;  /* some byte of it must be 0 or 1 */
  int has_real;  /* there is a floating-point number in it */
  struct type *element;
  uint64_t length;
  int field_count;
  struct field *fields;
};

/* Memory that is released all at once, with the plan that it belongs to. */
struct pool {
  void **blocks;
  int count, capacity;
};

void *pool_take(struct pool *pool, uint64_t size);
char *pool_text(struct pool *pool, const char *text);
void pool_release(struct pool *pool);

/* Reads one type from the words; sets `words->bad` and returns NULL where they make none. */
struct type *read_type(struct words *words, struct pool *pool);

int scalar_is_integer(enum scalar scalar); /* bool counts */
/* An integer scalar's value; __int128 holds all of them. */
__int128 load_integer(const void *at, enum scalar scalar);
void store_integer(void *at, enum scalar scalar, __int128 value);
/* A real scalar's value. */
long double load_real(const void *at, enum scalar scalar);
void store_real(void *at, enum scalar scalar, long double value);
/* The scalar that a complex number is two of. */
enum scalar complex_part(enum scalar scalar);
uint64_t scalar_size(enum scalar scalar);

#endif
