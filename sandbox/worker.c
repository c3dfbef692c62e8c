/* Starting a worker in its sandbox, talking to it, and noticing how it ends. */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "protocol.h"

enum { MOST_COMPLAINTS = 16384, LOADER_FD = 6, LIBRARY_FD = 7, INFO_FD = 8, MOST_ARGUMENTS = 128 };

static int make_arena(struct worker *worker, int arena) {
  int fd = memfd_create("arena", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return 0;
  worker->arena_fd[arena] = fd;
  uint64_t bytes = worker->arena_bytes[arena];
  /* Sealed, so that no worker can shrink it under our feet. */
  if (ftruncate(fd, (off_t)bytes) || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) return 0;
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (memory == MAP_FAILED) return 0;
  madvise(memory, bytes, MADV_DONTFORK);
  worker->arena[arena] = memory;
  return 1;
}

/* The same memory behind a descriptor that no mprotect can make writable. */
static int reopen_read_only(int fd) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return open(path, O_RDONLY | O_CLOEXEC);
}

static void limit(int resource, uint64_t most) {
  struct rlimit old, value;
  if (getrlimit((__rlimit_resource_t)resource, &old)) return;
  if (old.rlim_max < most) most = old.rlim_max;
  value.rlim_cur = value.rlim_max = most;
  setrlimit((__rlimit_resource_t)resource, &value);
}

static char **jail_command(const struct jail *jail, const struct worker_request *request) {
  static const char *const always[] = {"--unshare-all", "--die-with-parent", "--as-pid-1",      "--new-session", "--clearenv", "--hostname",
                                       "worker",        "--chdir",           "/",               "--info-fd",     "8",          "--perms",
                                       "0555",          "--ro-bind-data",    "6",               "/loader"};
  char **command = calloc(MOST_ARGUMENTS + (size_t)jail->argument_count, sizeof *command);
  if (!command) abort();
  int count = 0;
  for (int index = 0; index < jail->argument_count; index++) command[count++] = jail->arguments[index];
  for (size_t index = 0; index < sizeof always / sizeof *always; index++) command[count++] = (char *)always[index];
  static const char *const library[] = {"--perms", "0555", "--ro-bind-data", "7", "/library.so"};
  for (size_t index = 0; index < sizeof library / sizeof *library; index++) command[count++] = (char *)library[index];
  if (request->loader) { /* the sanitizers' runtime reads its own memory map */
    command[count++] = (char *)"--proc";
    command[count++] = (char *)"/proc";
  }
  command[count++] = (char *)"--remount-ro";
  command[count++] = (char *)"/";
  command[count++] = (char *)"--";
  command[count++] = (char *)"/loader";
  if (request->threads > 1) command[count++] = (char *)"threads";
  return command;
}

/* In the child: puts descriptors where the loader and bubblewrap expect them, gives up what we are, and becomes bubblewrap. */
static void become_jail(const struct jail *jail, const struct worker_request *request, const int wanted[9], char **command) {
  for (int fd = 0; fd < 9; fd++) {
    if (wanted[fd] >= 0 && wanted[fd] < 9) _exit(120); /* the parent saw to it that they lie above */
  }
  for (int fd = 0; fd < 9; fd++) {
    if (wanted[fd] < 0) close(fd);
    else if (dup2(wanted[fd], fd) < 0) _exit(120);
  }
  syscall(SYS_close_range, 9U, ~0U, 0U);
  if (request->cores) sched_setaffinity(0, sizeof *request->cores, request->cores);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, jail->cpu_seconds);
  limit(RLIMIT_STACK, 64u << 20);
  limit(RLIMIT_MEMLOCK, 0);
  limit(RLIMIT_MSGQUEUE, 0);
  if (!request->loader) limit(RLIMIT_DATA, jail->memory_bytes);
  else personality(ADDR_NO_RANDOMIZE); /* older sanitizers do not find room beside a randomised address space */
  if (request->user) {
    gid_t group = request->user;
    if (setgroups(0, NULL) || setresgid(group, group, group) || setresuid(request->user, request->user, request->user)) _exit(121);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  char *environment[] = {NULL};
  execve(command[0], command, environment);
  _exit(123);
}

/* A descriptor above those that the child will lay out anew. */
static int lift(int fd) {
  if (fd < 0 || fd >= 16) return fd;
  int higher = fcntl(fd, F_DUPFD_CLOEXEC, 16);
  close(fd);
  return higher;
}

static int wait_readable(int fd, int64_t deadline_ns) {
  for (;;) {
    int64_t left = deadline_ns - wall_ns();
    if (left <= 0) return 0;
    struct pollfd waits[2] = {{.fd = fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    struct timespec time = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    int ready = ppoll(waits, 2, &time, NULL);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return 0;
    if (waits[0].revents) return 1;
    if (waits[1].revents && command_interrupted()) return -1;
  }
}

/* Bubblewrap says which process it made: {"child-pid": N, ...}. It must be heard to the end, or it dies of a broken pipe. */
static pid_t read_child_pid(int fd, int64_t deadline_ns) {
  char text[512];
  size_t length = 0;
  while (length < sizeof text - 1 && wait_readable(fd, deadline_ns) == 1) {
    ssize_t got = read(fd, text + length, sizeof text - 1 - length);
    if (got <= 0) break;
    length += (size_t)got;
    text[length] = 0;
    char *at = strstr(text, "\"child-pid\":");
    if (at && strchr(at, '}')) return (pid_t)strtol(at + 12, NULL, 10);
  }
  return 0;
}

static void let_run(struct worker *worker) { syscall(SYS_pidfd_send_signal, worker->handle, SIGCONT, NULL, 0); }

/*
 * From here on it executes no further instruction: it shares our core, so it is not running now, and will see the signal first.
 * With threads on other cores that takes a moment, so then we wait until it is seen to have stopped.
 */
static void stop(struct worker *worker) {
  syscall(SYS_pidfd_send_signal, worker->handle, SIGSTOP, NULL, 0);
  if (worker->threads <= 1) return;
  char path[64], state[512];
  snprintf(path, sizeof path, "/proc/%d/stat", worker->pid);
  for (int attempt = 0; attempt < 10000; attempt++) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, state, sizeof state - 1);
    if (fd >= 0) close(fd);
    if (got <= 0) return;
    state[got] = 0;
    char *at = strrchr(state, ')');
    if (!at || strchr("TZXt", at[2])) return;
    sched_yield();
  }
}

static void collect_complaints(struct worker *worker) {
  if (worker->complaints < 0) return;
  worker->said = malloc(MOST_COMPLAINTS);
  if (!worker->said) abort();
  fcntl(worker->complaints, F_SETFL, O_NONBLOCK);
  while (worker->said_length < MOST_COMPLAINTS) {
    ssize_t got = read(worker->complaints, worker->said + worker->said_length, MOST_COMPLAINTS - worker->said_length);
    if (got <= 0) break;
    worker->said_length += (size_t)got;
  }
}

/* Ends the worker, whatever state it is in, and notes how it ended where it had done so by itself. */
static int end_worker(struct worker *worker, enum ending why, const char *phase) {
  int status = 0;
  worker->phase = phase;
  worker->ending = why;
  if (why == ENDING_EXIT) { /* its end of the socket is closed: it is exiting, or it hangs on without it */
    int64_t deadline = wall_ns() + 2000000000;
    pid_t done;
    while ((done = waitpid(worker->jailer, &status, WNOHANG)) == 0 && wall_ns() < deadline) usleep(200);
    if (done == worker->jailer) worker->jailer = 0;
    else worker->ending = ENDING_PROTOCOL;
    if (WIFEXITED(status)) worker->ending_number = WEXITSTATUS(status);
    else if (WIFSIGNALED(status)) worker->ending_number = 128 + WTERMSIG(status);
    if (worker->ending == ENDING_EXIT && worker->ending_number > 128) {
      worker->ending = ENDING_SIGNAL;
      worker->ending_number -= 128;
    }
  }
  if (worker->handle >= 0) syscall(SYS_pidfd_send_signal, worker->handle, SIGKILL, NULL, 0);
  if (worker->jailer) {
    if (!worker->pid) kill(worker->jailer, SIGKILL);
    waitpid(worker->jailer, &status, 0);
    worker->jailer = 0;
  }
  collect_complaints(worker);
  return 0;
}

static int await_reply(struct worker *worker, enum operation operation, int64_t limit_ns, const char *phase) {
  struct message reply = {0};
  int ready = wait_readable(worker->control, wall_ns() + limit_ns);
  if (ready == 0) return end_worker(worker, ENDING_TIMEOUT, phase);
  if (ready < 0) return end_worker(worker, ENDING_CANCELLED, phase);
  ssize_t got = recv(worker->control, &reply, sizeof reply, MSG_DONTWAIT);
  if (got <= 0) return end_worker(worker, ENDING_EXIT, phase);
  if (got != sizeof reply || reply.operation != (uint32_t)operation || reply.status) return end_worker(worker, ENDING_PROTOCOL, phase);
  return 1;
}

int worker_start(struct worker *worker, const struct jail *jail, const struct worker_request *request) {
  *worker = (struct worker){.handle = -1, .control = -1, .complaints = -1, .threads = request->threads, .arena_fd = {-1, -1}};
  for (int arena = 0; arena < ARENA_COUNT; arena++) {
    worker->arena_bytes[arena] = request->arena_bytes[arena];
    if (!make_arena(worker, arena)) return end_worker(worker, ENDING_JAIL, "start");
  }
  int control[2] = {-1, -1}, complaints[2] = {-1, -1}, info[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) || pipe2(complaints, O_CLOEXEC) || pipe2(info, O_CLOEXEC)) abort();
  fcntl(complaints[1], F_SETFL, O_NONBLOCK); /* when it is full, further complaints are lost rather than waited for */
  const char *loader = request->loader ? request->loader : jail->loader;
  int wanted[9] = {
      lift(open("/dev/null", O_RDONLY | O_CLOEXEC)),
      lift(open("/dev/null", O_WRONLY | O_CLOEXEC)),
      lift(complaints[1]),
      lift(control[1]),
      lift(reopen_read_only(worker->arena_fd[ARENA_INPUT])),
      lift(fcntl(worker->arena_fd[ARENA_OUTPUT], F_DUPFD_CLOEXEC, 16)),
      lift(open(loader, O_RDONLY | O_CLOEXEC)),
      lift(open(request->library, O_RDONLY | O_CLOEXEC)),
      lift(info[1]),
  };
  worker->control = control[0];
  worker->complaints = complaints[0];
  char **command = jail_command(jail, request);
  int64_t deadline = wall_ns() + request->limit_ns;
  worker->jailer = fork();
  if (worker->jailer < 0) abort();
  if (worker->jailer == 0) become_jail(jail, request, wanted, command);
  free(command);
  for (int fd = 0; fd < 9; fd++) close(wanted[fd]);
  worker->pid = read_child_pid(info[0], deadline);
  close(info[0]);
  if (worker->pid) worker->handle = (int)syscall(SYS_pidfd_open, worker->pid, 0);
  if (!await_reply(worker, OPERATION_INSIDE, deadline - wall_ns(), "start")) {
    if (worker->ending != ENDING_CANCELLED) worker->ending = ENDING_JAIL;
    return 0;
  }
  if (!await_reply(worker, OPERATION_READY, deadline - wall_ns(), "load")) return 0;
  stop(worker);
  worker->start_cpu_ns = process_cpu_ns(worker->pid);
  return 1;
}

int worker_do(struct worker *worker, enum operation operation, int64_t limit_ns, struct timing *timing) {
  static const char *const phases[] = {"", "start", "load", "layout", "prepare", "call", "finish"};
  struct message command = {.operation = (uint32_t)operation}, early;
  /* A reply to what was not yet asked is a forgery. */
  if (recv(worker->control, &early, sizeof early, MSG_DONTWAIT) > 0) return end_worker(worker, ENDING_PROTOCOL, phases[operation]);
  let_run(worker);
  int64_t cpu = process_cpu_ns(worker->pid), wall = wall_ns();
  if (send(worker->control, &command, sizeof command, MSG_NOSIGNAL) != sizeof command) return end_worker(worker, ENDING_EXIT, phases[operation]);
  if (!await_reply(worker, operation, limit_ns, phases[operation])) return 0;
  if (timing) timing->wall_ns = wall_ns() - wall;
  stop(worker);
  if (timing) timing->cpu_ns = process_cpu_ns(worker->pid) - cpu;
  return 1;
}

int worker_use(struct worker *worker, const struct plan *plan, int64_t limit_ns) {
  if (worker->plan == plan) return 1;
  plan_write_table(plan, worker->arena[ARENA_INPUT]);
  worker->plan = plan;
  return worker_do(worker, OPERATION_LAYOUT, limit_ns, NULL);
}

void worker_release(struct worker *worker) {
  if (worker->ending == ENDING_NONE) end_worker(worker, ENDING_CANCELLED, "idle");
  for (int arena = 0; arena < ARENA_COUNT; arena++) {
    if (worker->arena[arena]) munmap(worker->arena[arena], worker->arena_bytes[arena]);
    if (worker->arena_fd[arena] >= 0) close(worker->arena_fd[arena]);
  }
  if (worker->control >= 0) close(worker->control);
  if (worker->complaints >= 0) close(worker->complaints);
  if (worker->handle >= 0) close(worker->handle);
  free(worker->said);
  *worker = (struct worker){.handle = -1, .control = -1, .complaints = -1, .arena_fd = {-1, -1}};
}
