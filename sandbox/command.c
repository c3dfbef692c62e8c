/*
 * The first program in the jail of a codebase's command: sets what can only be set inside, runs the command with the clock in its hand, and
 * ends what it left behind.
 *
 *   command TASKS FILE_BYTES PROFILING PROGRAM ARGUMENT…
 *
 * TASKS 0: not counted. PROFILING 1: performance counters may be read. On descriptor 4, which nothing that it starts can reach, it says `inside`, and in the end
 * `exit N WALL_NS CPU_NS` or `signal N WALL_NS CPU_NS`; the CPU time is that of all that ran.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "command-filter.h"
#include "confine.h"

enum { REPORT_FD = 4, FAILED = 125 };

static int fail(const char *what) {
  fprintf(stderr, "lessonbank: %s: %s\n", what, strerror(errno));
  return FAILED;
}

static int64_t nanoseconds(struct timeval time) { return time.tv_sec * INT64_C(1000000000) + time.tv_usec * INT64_C(1000); }

int main(int count, char **arguments) {
  static const char inside[] = "inside\n";
  if (count < 5 || write(REPORT_FD, inside, sizeof inside - 1) < 0) return FAILED;
  fcntl(REPORT_FD, F_SETFD, FD_CLOEXEC);
  syscall(SYS_close_range, 3U, 3U, 0U);
  syscall(SYS_close_range, 5U, ~0U, 0U);
  uint64_t tasks = strtoull(arguments[1], NULL, 10), file_bytes = strtoull(arguments[2], NULL, 10);
  char **command = arguments + 4;
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){file_bytes, file_bytes});
  if (tasks) confine_tasks(tasks);
  prctl(PR_SET_DUMPABLE, 0);
  if (!command_filter_install(!strcmp(arguments[3], "1"))) return fail("the kernel refused the system call filter");
  int64_t started = wall_ns();
  pid_t child = fork();
  if (child < 0) return fail("no process can be started");
  if (child == 0) {
    execve(command[0], command, environ);
    _exit(fail(command[0]));
  }
  int status = 0;
  for (pid_t ended; (ended = wait(&status)) != child;) {
    if (ended < 0 && errno != EINTR) return FAILED;
  }
  int64_t wall = wall_ns() - started;
  /* As a namespace's first process: what it left behind ends, and its time counts. */
  if (getpid() == 1) {
    kill(-1, SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR) continue;
  }
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  int by_signal = WIFSIGNALED(status);
  dprintf(REPORT_FD, "%s %d %" PRId64 " %" PRId64 "\n", by_signal ? "signal" : "exit", by_signal ? WTERMSIG(status) : WEXITSTATUS(status), wall,
          nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime));
  return 0;
}
