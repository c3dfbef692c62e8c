/*
 * What passes between the supervisor and a worker's loader: fixed-size messages over a socket, and a table at the start of the
 * read-only arena that says where every argument lies. The supervisor believes nothing that a worker says but that it replied.
 */
#ifndef LESSONBANK_CHANNEL_H
#define LESSONBANK_CHANNEL_H
#include <stdint.h>

/* Descriptors that a worker is started with, beside the standard three. */
enum { CONTROL_FD = 3, INPUT_FD = 4, OUTPUT_FD = 5, FIRST_SPARE_FD = 6 };

enum operation {
  OPERATION_INSIDE = 1, /* worker to supervisor: the sandbox stands and nothing untrusted has run yet */
  OPERATION_READY,      /* worker to supervisor: the library is loaded */
  OPERATION_LAYOUT,     /* map the arenas as the table says */
  OPERATION_PREPARE,    /* decode the arguments of every instance; untimed */
  OPERATION_CALL,       /* call the function on every instance; timed */
  OPERATION_FINISH      /* encode what came out; untimed */
};

struct message {
  uint32_t operation;
  uint32_t status; /* 0 in every honest reply */
};

/* Inputs lie in the first arena, which the worker can only read; all else in the second. */
enum arena { ARENA_INPUT = 0, ARENA_OUTPUT = 1, ARENA_COUNT = 2 };

#define TABLE_MAGIC 0x6c62746231ULL

/* Pages to be mapped; whatever lies between regions stays inaccessible and so guards them. */
struct region {
  uint32_t arena;
  uint32_t populate; /* 0 for the sparse room of containers that may grow */
  uint64_t offset;
  uint64_t length;
};

struct entry {
  uint32_t arena;
  uint32_t exact; /* whether `capacity` is the exact size of an array, as the sanitizer build wants to know */
  uint64_t offset;
  uint64_t capacity;
};

/* At offset 0 of the input arena, followed by the regions, then by instances * slots entries. */
struct table {
  uint64_t magic;
  uint64_t table_bytes; /* with what follows, in whole pages */
  uint64_t arena_bytes[ARENA_COUNT];
  uint32_t instances;
  uint32_t slots;
  uint32_t regions;
  uint32_t padding;
};

#endif
