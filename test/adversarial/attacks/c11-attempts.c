/*
 * One attempt a call, as `which` says, and then the honest work: what the test puts in place of the cases runs under the filter. An attempt
 * that gets what it must not have says so and ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* Ends with what was found, which the Outcome then quotes. */
static void found(const char *what) {
  dprintf(2, "found: %s\n", what);
  _exit(42);
}

/* Touches memory until there is no more of it, or more than a worker of the test may have. */
static void take_memory(int protection, int flags, size_t piece) {
  for (size_t taken = 0; taken < ((size_t)1 << 30); taken += piece) {
    volatile char *memory = mmap(NULL, piece, protection, flags, -1, 0);
    if (memory == MAP_FAILED) _exit(7);
    for (size_t at = 0; at < piece; at += 4096) memory[at] = 1;
  }
  found("more memory than there may be");
}

static void *idle(void *nothing) {
  for (;;) sched_yield();
  return nothing;
}

static void try_to_write(const char *path) {
  if (open(path, O_WRONLY | O_CREAT, 0666) >= 0) found(path);
  if (open(path, O_RDWR | O_TRUNC) >= 0) found(path);
}

static void try_to_read(const char *path) {
  if (open(path, O_RDONLY) >= 0) found(path);
}

int attempt(int which, int n, const uint8_t *values, uint8_t *out) {
  switch (which) {
    @ATTEMPTS@
  }
  for (int i = 0; i < n; i++) out[i] = values[i];
  return which;
}
