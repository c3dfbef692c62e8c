/* Memory that we share with workers: sealed files without names, mapped here. */
#ifndef LESSONBANK_ARENA_H
#define LESSONBANK_ARENA_H
#include <stdint.h>

/* A descriptor of fresh memory, and where it lies here; -1 where there is none to be had. */
int arena_make(uint64_t bytes, uint8_t **memory);
/* The same memory behind a descriptor that no mprotect can make writable. */
int arena_read_only(int fd);

struct plan;

/*
 * The arguments that workers only read. Both arms read the same memory, so neither's lies better than the other's; and since nobody but us
 * can write to it, it goes from one round, and one candidate, to the next.
 */
struct inputs {
  int fd;
  uint8_t *memory;
  uint64_t bytes;
  const struct plan *plan; /* whose table lies at its start */
  _Atomic int holders;
};

/*
 * At least so much memory, to be released by whoever took it: what others take as well, or with `own` what nobody else gets. NULL where
 * there is none. What is taken together has one size, or it need not be one.
 */
struct inputs *inputs_take(uint64_t bytes, int own);
void inputs_release(struct inputs *inputs);

#endif
