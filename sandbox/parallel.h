/*
 * Work on memory by all cores that we may use: making and copying values, while no worker runs and nothing is timed. What is done
 * does not depend on how many cores there are.
 */
#ifndef LESSONBANK_PARALLEL_H
#define LESSONBANK_PARALLEL_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdint.h>

/* On which cores helpers may run, beside this thread on its own. Without this call there are none. */
void parallel_use(const cpu_set_t *others);
/* work(context, index) once for every index below count, in any order; returns when all is done. Within it, it runs in order. */
void parallel_for(uint64_t count, void (*work)(void *context, uint64_t index), void *context);
/* memcpy. */
void parallel_copy(void *to, const void *from, uint64_t size);

#endif
