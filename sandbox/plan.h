/* One set of arguments, in one or more instances: what to generate, where it lies in the arenas, what is compared. */
#ifndef LESSONBANK_PLAN_H
#define LESSONBANK_PLAN_H
#include <stdint.h>

#include "channel.h"
#include "types.h"
#include "values.h"

enum mode { MODE_IN, MODE_INOUT, MODE_OUT, MODE_SCRATCH };

struct used_token {
  char kind; /* 'n' a number, 's' a slot, or the operator itself */
  int64_t value;
};

struct slot {
  char *name;
  enum mode mode;
  int array; /* `count` elements behind a pointer, rather than one value */
  uint64_t count;
  struct type *type;
  struct rule *rule;
  int container; /* a string or vector, encoded */
  uint64_t size; /* of a flat slot, or the most bytes that a container starts with */
  uint64_t capacity;
  int used_count; /* of `used`; 0 where all of it counts */
  struct used_token *used;
};

/* Where one slot of one instance lies. A flat slot owns its span: what the span holds around the value is checked to be untouched. */
struct place {
  uint64_t offset;
  uint64_t span_offset, span_length;
  uint64_t filled; /* bytes that it starts with */
};

struct plan {
  struct pool pool;
  char *name;
  uint32_t instances;
  uint32_t slot_count;
  int dense;
  uint64_t grow_bytes;
  double relative, absolute;
  struct slot *slots;
  struct place *places; /* instances * slots */
  struct region *regions;
  uint32_t region_count;
  uint64_t arena_bytes[ARENA_COUNT];
  uint64_t table_bytes;
  uint8_t *values[ARENA_COUNT]; /* as they were made: inputs where the arms read them, all else where it is copied from */
};

/* Reads `NAME INSTANCES DENSE GROW_BYTES RELATIVE ABSOLUTE SLOT_COUNT slots…`; NULL where it is malformed or too large. */
struct plan *read_plan(struct words *words);
void plan_release(struct plan *plan);

enum arena slot_arena(const struct slot *slot);
struct place *plan_place(const struct plan *plan, uint32_t instance, uint32_t slot);

/*
 * Makes the values of all instances, inputs straight into the memory that workers read. Outputs, scratch room and margins get noise from a
 * seed of its own.
 */
void plan_fill(struct plan *plan, uint8_t *inputs, uint64_t seed, uint64_t noise);
/*
 * Makes one element of one argument anew, by its rule: somewhere in an array, a vector or a string that the function reads. Nothing where
 * there is none whose elements are independent of each other.
 */
void plan_change_one(struct plan *plan, uint64_t seed);
/* Copies what another plan's slots of the same names hold in `from` into this plan's generated slots. 0 where it does not fit. */
int plan_take_generated(struct plan *plan, const struct plan *other, const uint8_t *from);
/* Writes the table for the loader to where inputs begin. */
void plan_write_table(const struct plan *plan, uint8_t *inputs);
/* Before a call: brings a worker's outputs back to what they start with, and the inputs into the caches, as they are before every call. */
void plan_restore(const struct plan *plan, uint8_t *outputs);

/* Bytes of an encoded container, or UINT64_MAX where the encoding does not end within `limit`. */
uint64_t encoded_size(const struct type *type, const uint8_t *at, uint64_t limit);

#endif
