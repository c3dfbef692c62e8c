/*
 * Starts one program that is not trusted, inside limits, and sees to its end: of it and of all that it started.
 *
 *   launcher KEY=VALUE… -- PROGRAM ARGUMENT…
 *
 *   parent=PID        ends when this process has gone (it must be the one that started us)
 *   descriptors=N     the program gets descriptors 0 to N-1, but for 3
 *   wall=MS cpu=SECONDS address=BYTES memory=BYTES tasks=N
 *   files=N           that a process may have open, 256 unless said
 *   user=ID           real user and group to run as
 *   cores=N,N…        where it may run
 *   directory=PATH set=NAME=VALUE   where it starts, and what it finds in its environment beside ours
 *   group=PARENT      a control group is made there (see group.h); repeatable
 *   name=NAME         of that group
 *   readable=PATH writable=PATH    repeatable: with one of them Landlock is put round it, if the kernel has that
 *
 * On descriptor 3 it says in one line how that ended: `exit N`, `signal N`, `wall`, `memory`, `stopped`, or `failed WHY`.
 * `launcher landlock` prints the version of the kernel's Landlock.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "confine.h"
#include "landlock.h"
#include "memory.h"

enum { REPORT_FD = 3, MOST_PATHS = 64, POLL_MS = 20 };

static struct options {
  pid_t parent;
  int descriptors;
  int64_t wall_ms;
  uint64_t memory_bytes, tasks;
  struct confinement confinement;
  cpu_set_t cores;
  char *groups[MOST_HIERARCHIES], *readable[MOST_PATHS + 1], *writable[MOST_PATHS + 1];
  int group_count, readable_count, writable_count;
  const char *name, *directory;
  char **command;
} options;
static struct control_group group;

__attribute__((noreturn, format(printf, 1, 2))) static void report(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vdprintf(REPORT_FD, format, arguments);
  va_end(arguments);
  exit(0);
}

static void add_path(char **paths, int *count, int most, char *path) {
  if (*count < most) paths[(*count)++] = path;
  else report("failed too many paths");
}

static void read_cores(char *list) {
  CPU_ZERO(&options.cores);
  for (char *rest = NULL, *core = strtok_r(list, ",", &rest); core; core = strtok_r(NULL, ",", &rest)) {
    unsigned long number = strtoul(core, NULL, 10);
    if (number < CPU_SETSIZE) CPU_SET(number, &options.cores);
  }
  options.confinement.cores = &options.cores;
}

static void read_option(char *option) {
  char *value = strchr(option, '=');
  if (!value) report("failed malformed option %s", option);
  *value++ = 0;
  uint64_t number = strtoull(value, NULL, 10);
  if (!strcmp(option, "parent")) options.parent = (pid_t)number;
  else if (!strcmp(option, "descriptors")) options.descriptors = (int)number;
  else if (!strcmp(option, "wall")) options.wall_ms = (int64_t)number;
  else if (!strcmp(option, "cpu")) options.confinement.cpu_seconds = number;
  else if (!strcmp(option, "address")) options.confinement.address_bytes = number;
  else if (!strcmp(option, "files")) options.confinement.open_files = number;
  else if (!strcmp(option, "memory")) options.memory_bytes = number;
  else if (!strcmp(option, "tasks")) options.tasks = number;
  else if (!strcmp(option, "user")) options.confinement.user = (uint32_t)number;
  else if (!strcmp(option, "cores")) read_cores(value);
  else if (!strcmp(option, "directory")) options.directory = value;
  else if (!strcmp(option, "set")) putenv(value);
  else if (!strcmp(option, "group")) add_path(options.groups, &options.group_count, MOST_HIERARCHIES, value);
  else if (!strcmp(option, "name")) options.name = value;
  else if (!strcmp(option, "readable")) add_path(options.readable, &options.readable_count, MOST_PATHS, value);
  else if (!strcmp(option, "writable")) add_path(options.writable, &options.writable_count, MOST_PATHS, value);
  else report("failed unknown option %s", option);
}

__attribute__((noreturn)) static void become_program(pid_t launcher) {
  options.confinement.parent = launcher;
  const char *failure = confine(&options.confinement);
  if (!failure && options.readable_count + options.writable_count > 0) {
    setsid();
    if (landlock_version() && !landlock_confine(options.readable, options.writable, NULL)) failure = "Landlock refuses";
  }
  if (!failure && options.directory && chdir(options.directory)) failure = "its folder cannot be entered";
  if (failure) {
    dprintf(REPORT_FD, "failed %s", failure);
    _exit(1);
  }
  fcntl(REPORT_FD, F_SETFD, FD_CLOEXEC);
  syscall(SYS_close_range, (unsigned)options.descriptors, ~0U, 0U);
  execve(options.command[0], options.command, environ);
  dprintf(REPORT_FD, "failed %s cannot be started: %s", options.command[0], strerror(errno));
  _exit(1);
}

static void kill_child(pid_t pid, void *unused) {
  (void)unused;
  kill(pid, SIGKILL);
}

/*
 * Killing bubblewrap takes its namespace with it. What may have slipped out of a program without a namespace has become our child by
 * now, or is still of the user that it ran as, or of its group.
 */
static void end_everything(pid_t program) {
  if (program) kill(program, SIGKILL);
  group_kill(&group);
  int64_t deadline = wall_ns() + 900000000;
  while (wall_ns() < deadline) {
    pid_t gone = waitpid(-1, NULL, WNOHANG);
    if (gone < 0) break;
    if (gone > 0) continue;
    if (options.confinement.user) kill_all_of(options.confinement.user);
    each_child(getpid(), kill_child, NULL);
    usleep(500);
  }
  group_remove(&group);
}

static int over_memory(pid_t program) {
  if (group_limits_memory(&group)) return group_ran_out(&group);
  return options.memory_bytes && resident_bytes_below(program) > options.memory_bytes;
}

/* Waits for the program's end or for a reason to end it. */
static const char *watch(pid_t program, int signals) {
  int handle = (int)syscall(SYS_pidfd_open, program, 0);
  if (handle < 0) return "failed the kernel is too old (5.3 is needed)";
  int64_t deadline = wall_ns() + options.wall_ms * 1000000;
  for (;;) {
    int64_t left = deadline - wall_ns();
    if (left <= 0) return "wall";
    struct pollfd waits[2] = {{.fd = handle, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    int ready = poll(waits, 2, left < POLL_MS * 1000000 ? (int)(left / 1000000) + 1 : POLL_MS);
    if (ready > 0 && waits[1].revents) return "stopped";
    if (over_memory(program)) return "memory";
    if (ready > 0) return NULL;
  }
}

int main(int count, char **arguments) {
  if (count == 2 && !strcmp(arguments[1], "landlock")) {
    printf("%d\n", landlock_version());
    return 0;
  }
  options.descriptors = REPORT_FD;
  options.name = "jail";
  int index = 1;
  while (index < count && strcmp(arguments[index], "--")) read_option(arguments[index++]);
  if (index + 1 >= count) report("failed no program");
  options.command = arguments + index + 1;

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGHUP);
  sigprocmask(SIG_BLOCK, &ends, NULL);
  signal(SIGINT, SIG_IGN); /* Ctrl-C is for our parent to act upon */
  int signals = signalfd(-1, &ends, SFD_CLOEXEC);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (options.parent && getppid() != options.parent) return 1;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (options.confinement.cores) sched_setaffinity(0, sizeof options.cores, &options.cores);
  if (!group_make(&group, options.groups, options.group_count, options.name, options.memory_bytes, options.tasks))
    report("failed a control group cannot be made: %s", strerror(errno));
  options.confinement.group = &group;

  pid_t launcher = getpid(), program = fork();
  if (program < 0) {
    group_remove(&group);
    report("failed %s", strerror(errno));
  }
  if (program == 0) become_program(launcher);
  /* Whoever reads from the program waits until nobody holds the other end any more. */
  for (int fd = 0; fd < options.descriptors; fd++) {
    if (fd != REPORT_FD && fd != signals) close(fd);
  }
  const char *why = watch(program, signals);
  int status = 0;
  if (!why) waitpid(program, &status, 0);
  end_everything(why ? program : 0);
  if (why) report("%s\n", why);
  if (WIFSIGNALED(status)) report("signal %d\n", WTERMSIG(status));
  report("exit %d\n", WEXITSTATUS(status));
}
