/*
 * The first program in a compile jail: sets what can only be set inside, runs the tool, and hands out the file that the tool made.
 *
 *   runner TASKS FILE_BYTES RESULT PROGRAM ARGUMENT…
 *
 * TASKS 0: not counted. Standard output carries the result alone, so the tool's own goes to standard error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine.h"
#include "tool-filter.h"

enum { FAILED = 125 };

static int fail(const char *what) {
  fprintf(stderr, "lessonbank: %s: %s\n", what, strerror(errno));
  return FAILED;
}

/* Only what is a file, and is there itself: not what a link or a pipe of that name leads to. */
static int hand_out(const char *result) {
  static char bytes[1 << 16];
  struct stat status;
  int fd = open(result, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &status)) return fail("the result cannot be read");
  if (!S_ISREG(status.st_mode)) return errno = EINVAL, fail("the result is no file");
  for (ssize_t got; (got = read(fd, bytes, sizeof bytes)) != 0;) {
    if (got < 0) return fail("the result cannot be read");
    for (ssize_t sent = 0, wrote; sent < got; sent += wrote) {
      wrote = write(1, bytes + sent, (size_t)(got - sent));
      if (wrote <= 0) return FAILED;
    }
  }
  return 0;
}

/* Said before anything untrusted runs: words before these are the sandbox's own, words after them are not. */
static const char inside[] = "lessonbank: inside\n";

int main(int count, char **arguments) {
  if (count < 5 || write(2, inside, sizeof inside - 1) < 0) return FAILED;
  syscall(SYS_close_range, 3U, ~0U, 0U);
  uint64_t tasks = strtoull(arguments[1], NULL, 10), file_bytes = strtoull(arguments[2], NULL, 10);
  const char *result = arguments[3];
  char **command = arguments + 4;
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){file_bytes, file_bytes});
  if (tasks) confine_tasks(tasks);
  prctl(PR_SET_DUMPABLE, 0);
  if (!tool_filter_install()) return fail("the kernel refused the system call filter");
  pid_t tool = fork();
  if (tool < 0) return fail("no process can be started");
  if (tool == 0) {
    dup2(2, 1);
    execve(command[0], command, environ);
    _exit(fail(command[0]));
  }
  int status = 0;
  for (pid_t ended; (ended = wait(&status)) != tool;) {
    if (ended < 0 && errno != EINTR) return FAILED;
  }
  /* As a namespace's first process: nobody may be left to change the result while it is read. */
  if (getpid() == 1) kill(-1, SIGKILL);
  if (WIFSIGNALED(status)) return 128 + WTERMSIG(status);
  if (WEXITSTATUS(status)) return WEXITSTATUS(status);
  return hand_out(result);
}
