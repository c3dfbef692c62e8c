/* One pair of calls: the same fresh values for both arms, each arm's clocks, and whether their outputs agree. */
#ifndef LESSONBANK_PAIR_H
#define LESSONBANK_PAIR_H
#include "plan.h"
#include "protocol.h"
#include "worker.h"

enum arm { ARM_REFERENCE = 0, ARM_CANDIDATE = 1 };

struct pair {
  struct plan *plan;
  struct worker *arms[2]; /* the candidate may be NULL: then the reference runs alone */
  enum arm first;
  int64_t limits_ns[2];
  double factor;     /* where the reference goes first, the candidate may take this many times as long, and its limit on top */
  uint64_t seed;
  uint64_t change;   /* what one element is made anew from, so that the values are nearly the seed's; 0 where none is */
  uint64_t noise[2]; /* what outputs hold before the first and the second call */
  struct plan *generator_plan; /* NULL where nothing is generated */
  struct worker *generator;
};

/* Runs it and writes the whole reply. A worker that ended has `ending` set afterwards. */
void pair_run(const struct pair *pair, struct json *reply);
/* How a worker ended, as an object. */
void add_ending(struct json *reply, const struct worker *worker);

#endif
