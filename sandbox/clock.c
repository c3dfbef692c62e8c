/* Clocks that the candidate has no hand on. */
#include "clock.h"

#include <time.h>

static int64_t nanoseconds(const struct timespec *time) { return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec; }

int64_t wall_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return nanoseconds(&now);
}

int64_t process_cpu_ns(pid_t pid) {
  struct timespec now;
  clockid_t clock;
  if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &now)) return -1;
  return nanoseconds(&now);
}
