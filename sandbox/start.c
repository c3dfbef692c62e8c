/* Starting a worker in its sandbox. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "confine.h"
#include "landlock.h"
#include "worker-talk.h"
#include "worker.h"

/* The library takes the first spare descriptor, where a loader without a sandbox around it finds it. */
enum { LIBRARY_FD = FIRST_SPARE_FD, LOADER_FD, INFO_FD, DESCRIPTORS };
enum { MOST_ARGUMENTS = 128, SLACK_BYTES = 256 << 20 };

static int take_memory(struct worker *worker, const struct worker_request *request) {
  worker->inputs = inputs_take(request->arena_bytes[ARENA_INPUT], request->own_inputs);
  if (!worker->inputs) return 0;
  worker->arena[ARENA_INPUT] = worker->inputs->memory;
  worker->output_bytes = request->arena_bytes[ARENA_OUTPUT];
  worker->output_fd = arena_make(worker->output_bytes, &worker->arena[ARENA_OUTPUT]);
  return worker->output_fd >= 0;
}

/* Its own copy, which nobody can change, readable and executable by whoever gets the descriptor. */
static int copy_of(const char *path) {
  struct stat status;
  int from = open(path, O_RDONLY | O_CLOEXEC), to = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (from >= 0 && to >= 0 && fstat(from, &status) == 0) {
    for (off_t left = status.st_size; left > 0;) {
      ssize_t sent = sendfile(to, from, NULL, (size_t)left);
      if (sent <= 0) break;
      left -= sent;
    }
    fcntl(to, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  }
  close(from);
  return to;
}

static void append(char **command, int *count, const char *const *words, size_t length) {
  for (size_t index = 0; index < length; index++) command[(*count)++] = (char *)words[index];
}
#define APPEND(...) append(command, &count, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/*
 * The main thread, which does no work while it waits, and the others twice: those of the last call are joined a moment before the kernel
 * has stopped counting them. They have no more cores for it.
 */
static int most_tasks(int threads) { return threads > 1 ? 2 * threads + 1 : 1; }

static char **jail_command(const struct jail *jail, const struct worker_request *request) {
  static char threads[16], tasks[16];
  snprintf(threads, sizeof threads, "%d", request->threads);
  snprintf(tasks, sizeof tasks, "%d", jail->counts_tasks ? most_tasks(request->threads) : 0);
  char **command = calloc(MOST_ARGUMENTS + (size_t)jail->argument_count, sizeof *command);
  if (!command) abort();
  int count = 0;
  if (jail->bare) {
    APPEND("/loader", "/proc/self/fd/6", threads, tasks);
    return command;
  }
  append(command, &count, (const char *const *)jail->arguments, (size_t)jail->argument_count);
  APPEND("--hostname", "worker", "--chdir", "/", "--info-fd", "8", "--perms", "0555", "--ro-bind-data", "7", "/loader");
  APPEND("--perms", "0555", "--ro-bind-data", "6", "/library.so");
  if (request->loader) APPEND("--proc", "/proc"); /* the sanitizers' runtime reads its own memory map */
  APPEND("--remount-ro", "/", "--", "/loader", "/library.so", threads, tasks);
  return command;
}

/* In the child: puts descriptors where the loader and bubblewrap expect them, gives up what we are, and becomes the one or the other. */
static void become_jail(const struct jail *jail, const struct worker_request *request, const int wanted[DESCRIPTORS], char **command,
                        const struct confinement *confinement) {
  for (int fd = 0; fd < DESCRIPTORS; fd++) {
    if (wanted[fd] >= 0 && wanted[fd] < DESCRIPTORS) _exit(120); /* the parent saw to it that they lie above */
  }
  for (int fd = 0; fd < DESCRIPTORS; fd++) {
    if (wanted[fd] < 0) close(fd);
    else if (dup2(wanted[fd], fd) < 0) _exit(120);
  }
  syscall(SYS_close_range, (unsigned)DESCRIPTORS, ~0U, 0U);
  const char *failure = confine(confinement);
  if (failure) {
    dprintf(2, "%s", failure);
    _exit(121);
  }
  if (request->loader) personality(ADDR_NO_RANDOMIZE); /* older sanitizers do not find room beside a randomised address space */
  char *environment[] = {NULL};
  if (jail->bare) {
    setsid();
    if (landlock_version() && !landlock_confine(jail->arguments, NULL, request->loader ? "/proc/self" : NULL)) _exit(122);
    syscall(SYS_execveat, LOADER_FD, "", command, environment, AT_EMPTY_PATH);
  } else {
    execve(command[0], command, environment);
  }
  _exit(123);
}

/* A descriptor above those that the child will lay out anew. */
static int lift(int fd) {
  if (fd < 0 || fd >= 16) return fd;
  int higher = fcntl(fd, F_DUPFD_CLOEXEC, 16);
  close(fd);
  return higher;
}

/* Bubblewrap says which process it made: {"child-pid": N, ...}. It must be heard to the end, or it dies of a broken pipe. */
static pid_t read_child_pid(const struct worker *worker, int fd, int64_t deadline_ns) {
  char text[512];
  size_t length = 0;
  while (length < sizeof text - 1 && wait_readable(worker, fd, deadline_ns) == ENDING_NONE) {
    ssize_t got = read(fd, text + length, sizeof text - 1 - length);
    if (got <= 0) break;
    length += (size_t)got;
    text[length] = 0;
    char *at = strstr(text, "\"child-pid\":");
    if (at && strchr(at, '}')) return (pid_t)strtol(at + 12, NULL, 10);
  }
  return 0;
}

/* A control group for it, where there are any, with room for its arguments beside what it may use itself. */
static int make_group(struct worker *worker, const struct jail *jail, uint64_t memory_bytes) {
  static unsigned serial;
  char name[48];
  snprintf(name, sizeof name, "worker-%d-%u", getpid(), ++serial);
  uint64_t tasks = (uint64_t)most_tasks(worker->threads) + (jail->bare ? 0 : 1); /* bubblewrap waits beside it */
  return group_make(&worker->group, jail->groups, jail->group_count, name, memory_bytes, tasks);
}

int worker_start(struct worker *worker, const struct jail *jail, const struct worker_request *request) {
  *worker = nobody;
  worker->threads = request->threads;
  worker->cores = request->cores;
  worker->user = request->user;
  worker->bare = jail->bare;
  uint64_t memory_bytes = jail->memory_bytes + SLACK_BYTES + request->arena_bytes[ARENA_INPUT] + request->arena_bytes[ARENA_OUTPUT];
  if (!take_memory(worker, request)) return end_worker(worker, ENDING_JAIL, "start");
  if (!make_group(worker, jail, memory_bytes)) return end_worker(worker, ENDING_JAIL, "start");
  if (request->loader && !group_limits_memory(&worker->group)) worker->watched_bytes = memory_bytes;
  int control[2] = {-1, -1}, complaints[2] = {-1, -1}, info[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) || pipe2(complaints, O_CLOEXEC) || pipe2(info, O_CLOEXEC)) abort();
  fcntl(complaints[1], F_SETFL, O_NONBLOCK); /* when it is full, further complaints are lost rather than waited for */
  const char *loader = request->loader ? request->loader : jail->loader;
  int wanted[DESCRIPTORS] = {
      lift(open("/dev/null", O_RDONLY | O_CLOEXEC)),
      lift(open("/dev/null", O_WRONLY | O_CLOEXEC)),
      lift(complaints[1]),
      lift(control[1]),
      lift(arena_read_only(worker->inputs->fd)),
      lift(fcntl(worker->output_fd, F_DUPFD_CLOEXEC, 16)),
      [LIBRARY_FD] = lift(jail->bare ? copy_of(request->library) : open(request->library, O_RDONLY | O_CLOEXEC)),
      [LOADER_FD] = lift(jail->bare ? copy_of(loader) : open(loader, O_RDONLY | O_CLOEXEC)),
      [INFO_FD] = lift(info[1]),
  };
  worker->control = control[0];
  worker->complaints = complaints[0];
  char **command = jail_command(jail, request);
  struct confinement confinement = {
      .cpu_seconds = jail->cpu_seconds,
      .data_bytes = request->loader ? 0 : jail->memory_bytes,
      .user = request->user,
      .cores = request->starting_cores,
      .group = &worker->group,
      .parent = getpid(),
  };
  worker->deadline_ns = wall_ns() + request->limit_ns;
  worker->information = info[0];
  worker->jailer = fork();
  if (worker->jailer < 0) abort();
  if (worker->jailer == 0) become_jail(jail, request, wanted, command, &confinement);
  free(command);
  for (int fd = 0; fd < DESCRIPTORS; fd++) close(wanted[fd]);
  return 1;
}

int worker_await(struct worker *worker) {
  worker->pid = worker->bare ? worker->jailer : read_child_pid(worker, worker->information, worker->deadline_ns);
  close(worker->information);
  worker->information = -1;
  if (worker->pid) worker->handle = (int)syscall(SYS_pidfd_open, worker->pid, 0);
  if (!await_reply(worker, OPERATION_INSIDE, worker->deadline_ns - wall_ns(), "start")) {
    if (worker->ending != ENDING_CANCELLED) worker->ending = ENDING_JAIL;
    return 0;
  }
  if (!await_reply(worker, OPERATION_READY, worker->deadline_ns - wall_ns(), "load")) return 0;
  stop_worker(worker);
  if (worker->cores) sched_setaffinity(worker->pid, sizeof *worker->cores, worker->cores);
  worker->start_cpu_ns = process_cpu_ns(worker->pid);
  return 1;
}
