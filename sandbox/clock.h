/* Clocks that the candidate has no hand on. */
#ifndef LESSONBANK_CLOCK_H
#define LESSONBANK_CLOCK_H
#include <stdint.h>
#include <sys/types.h>

int64_t wall_ns(void);
/* CPU time of all threads of another process, read from outside; -1 where it is gone. */
int64_t process_cpu_ns(pid_t pid);

#endif
