/*
 * What a task's generated shim offers to the loader. The shim is a translation unit of its own: candidates never see it.
 *
 * A slot's bytes are the values as in C memory for flat types. A string or vector is a count (uint64_t) followed by its
 * elements, each encoded in the same way; flat elements lie there as in C memory, without padding between count and first
 * element; bool elements of a vector take a byte each. An array behind a pointer is just its elements.
 */
#ifndef LESSONBANK_SHIM_H
#define LESSONBANK_SHIM_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One a parameter in order, then one for the returned value where there is one. */
struct lessonbank_slot {
  void *data;        /* 64-byte aligned; inputs are read-only memory */
  uint64_t capacity; /* bytes that may be written at data */
};

/* Written as the count of a string or vector that does not fit into its slot. */
#define LESSONBANK_OVERFLOW UINT64_MAX

/* Decodes the arguments of one call; untimed. The frame is the shim's own. */
void *lessonbank_prepare(const struct lessonbank_slot *slots);
/* Calls the function once; timed. */
void lessonbank_call(void *frame);
/* Encodes the returned value and grown containers into their slots, and frees the frame; untimed. */
void lessonbank_finish(void *frame);

#ifdef __cplusplus
}
#endif
#endif
