/*
 * The first program in the jail of a codebase's command: sets what can only be set inside, runs the command with the clock in its hand, and
 * ends what it left behind. What the command prints comes through pipes, since what our own output is may be a socket, and a socket cannot be
 * opened anew as /dev/stderr, as shell scripts do.
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
#include <poll.h>
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

static pid_t child;
static volatile int gone;
static int status;
static int64_t ended;

/* Of all that end here, orphans too; when the command itself did is noted at that moment, whatever else goes on. */
static void reap(int signal) {
  (void)signal;
  int before = errno, how;
  for (pid_t one; (one = waitpid(-1, &how, WNOHANG)) > 0;) {
    if (one != child) continue;
    ended = wall_ns();
    status = how;
    gone = 1;
  }
  errno = before;
}

/* Hands on what is there to be read; false at the end of it. */
static int hand_on(int from, int to) {
  char bytes[65536];
  ssize_t length = read(from, bytes, sizeof bytes);
  if (length < 0 && (errno == EINTR || errno == EAGAIN)) return errno == EINTR;
  for (ssize_t done = 0; done < length;) {
    ssize_t wrote = write(to, bytes + done, (size_t)(length - done));
    if (wrote < 0 && errno != EINTR) return 0;
    if (wrote > 0) done += wrote;
  }
  return length > 0;
}

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
  int output[2], errors[2];
  if (pipe2(output, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0) return fail("there is no pipe");
  sigset_t ends, all_else;
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ends, &all_else);
  sigaction(SIGCHLD, &(struct sigaction){.sa_handler = reap, .sa_flags = SA_RESTART}, NULL);
  int64_t started = wall_ns();
  child = fork();
  if (child < 0) return fail("no process can be started");
  if (child == 0) {
    dup2(output[1], STDOUT_FILENO);
    dup2(errors[1], STDERR_FILENO);
    sigprocmask(SIG_SETMASK, &all_else, NULL);
    execve(command[0], command, environ);
    _exit(fail(command[0]));
  }
  close(output[1]);
  close(errors[1]);
  struct pollfd sources[] = {{.fd = output[0], .events = POLLIN}, {.fd = errors[0], .events = POLLIN}};
  while (!gone) {
    /* It may end at any moment but between that question and this answer. */
    int ready = ppoll(sources, 2, NULL, &all_else);
    sigprocmask(SIG_SETMASK, &all_else, NULL);
    for (int i = 0; ready > 0 && i < 2; i++)
      if (sources[i].revents && !hand_on(sources[i].fd, i + 1)) sources[i].fd = -1;
    sigprocmask(SIG_BLOCK, &ends, NULL);
  }
  int64_t wall = ended - started;
  /* As a namespace's first process: what it left behind ends, and its time counts. */
  if (getpid() == 1) {
    kill(-1, SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR) continue;
  }
  /* Where something of it goes on, its end is not waited for. */
  for (int i = 0; i < 2; i++) {
    if (sources[i].fd < 0) continue;
    fcntl(sources[i].fd, F_SETFL, O_NONBLOCK);
    while (hand_on(sources[i].fd, i + 1)) continue;
  }
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  int by_signal = WIFSIGNALED(status);
  dprintf(REPORT_FD, "%s %d %" PRId64 " %" PRId64 "\n", by_signal ? "signal" : "exit", by_signal ? WTERMSIG(status) : WEXITSTATUS(status), wall,
          nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime));
  return 0;
}
