/* How much memory other processes have in use, as the kernel tells anybody. */
#ifndef LESSONBANK_MEMORY_H
#define LESSONBANK_MEMORY_H
#include <stdint.h>
#include <sys/types.h>

/* Visits the children of each of a process's threads. */
void each_child(pid_t pid, void (*visit)(pid_t child, void *data), void *data);

/* Of one process; what it shares with others counts in full. 0 where there is none. */
uint64_t resident_bytes(pid_t pid);

/* Of a process and all below it. */
uint64_t resident_bytes_below(pid_t pid);

#endif
