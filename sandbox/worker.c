/* Starting a worker in its sandbox, talking to it, and noticing how it ends. */
#define _GNU_SOURCE
#include "worker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "confine.h"
#include "landlock.h"
#include "memory.h"
#include "protocol.h"

/* The library takes the first spare descriptor, where a loader without a sandbox around it finds it. */
enum { LIBRARY_FD = FIRST_SPARE_FD, LOADER_FD, INFO_FD, DESCRIPTORS };
enum { MOST_COMPLAINTS = 16384, MOST_ARGUMENTS = 128, WATCH_NS = 20000000, SLACK_BYTES = 256 << 20 };

static const struct worker nobody = {.handle = -1, .control = -1, .complaints = -1, .information = -1, .arena_fd = {-1, -1}};

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

/* ENDING_NONE once there is something to read; otherwise why nobody waits for it any longer. */
/* What has arrived by the time that we look counts, even past the deadline: until then we may have waited for another worker. */
static enum ending wait_readable(const struct worker *worker, int fd, int64_t deadline_ns) {
  for (int late = 0;;) {
    int64_t left = deadline_ns - wall_ns();
    if (left <= 0 && late++) return ENDING_TIMEOUT;
    if (left < 0) left = 0;
    if (worker->watched_bytes && left > WATCH_NS) left = WATCH_NS;
    struct pollfd waits[2] = {{.fd = fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    struct timespec time = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    int ready = ppoll(waits, 2, &time, NULL);
    if (ready > 0 && waits[0].revents) return ENDING_NONE;
    if (ready > 0 && waits[1].revents && command_interrupted()) return ENDING_CANCELLED;
    if (worker->watched_bytes && resident_bytes_below(worker->pid) > worker->watched_bytes) return ENDING_MEMORY;
  }
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

static void let_run(struct worker *worker) { syscall(SYS_pidfd_send_signal, worker->handle, SIGCONT, NULL, 0); }

/* Whether every thread of it has stopped, or is no more. */
static int stands_still(pid_t pid) {
  char path[64], state[512];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = opendir(path);
  if (!tasks) return 1;
  int still = 1;
  for (struct dirent *task; still && (task = readdir(tasks));) {
    if (*task->d_name == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/stat", pid, task->d_name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, state, sizeof state - 1);
    if (fd >= 0) close(fd);
    if (got <= 0) continue;
    state[got] = 0;
    char *at = strrchr(state, ')');
    still = !at || strchr("TZXt", at[2]);
  }
  closedir(tasks);
  return still;
}

/*
 * From here on it executes no further instruction: it shares our core, so it is not running now, and will see the signal first.
 * With threads on other cores that takes a moment, so then we wait until all of them are seen to have stopped.
 */
static void stop(struct worker *worker) {
  syscall(SYS_pidfd_send_signal, worker->handle, SIGSTOP, NULL, 0);
  if (worker->threads <= 1) return;
  for (int attempt = 0; attempt < 10000 && !stands_still(worker->pid); attempt++) sched_yield();
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
  if (why != ENDING_CANCELLED && why != ENDING_TIMEOUT && group_ran_out(&worker->group)) worker->ending = ENDING_MEMORY;
  if (worker->handle >= 0) syscall(SYS_pidfd_send_signal, worker->handle, SIGKILL, NULL, 0);
  if (worker->jailer) {
    if (!worker->pid) kill(worker->jailer, SIGKILL);
    waitpid(worker->jailer, &status, 0);
    worker->jailer = 0;
  }
  if (worker->bare) {
    group_kill(&worker->group);
    if (worker->user) kill_all_of(worker->user);
  }
  group_remove(&worker->group);
  collect_complaints(worker);
  return 0;
}

static int await_reply(struct worker *worker, enum operation operation, int64_t limit_ns, const char *phase) {
  struct message reply = {0};
  enum ending given_up = wait_readable(worker, worker->control, wall_ns() + limit_ns);
  if (given_up) return end_worker(worker, given_up, phase);
  ssize_t got = recv(worker->control, &reply, sizeof reply, MSG_DONTWAIT);
  if (got <= 0) return end_worker(worker, ENDING_EXIT, phase);
  if (got != sizeof reply || reply.operation != (uint32_t)operation || reply.status) return end_worker(worker, ENDING_PROTOCOL, phase);
  return 1;
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
  uint64_t memory_bytes = jail->memory_bytes + SLACK_BYTES;
  for (int arena = 0; arena < ARENA_COUNT; arena++) {
    worker->arena_bytes[arena] = request->arena_bytes[arena];
    memory_bytes += request->arena_bytes[arena];
    if (!make_arena(worker, arena)) return end_worker(worker, ENDING_JAIL, "start");
  }
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
      lift(reopen_read_only(worker->arena_fd[ARENA_INPUT])),
      lift(fcntl(worker->arena_fd[ARENA_OUTPUT], F_DUPFD_CLOEXEC, 16)),
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
  stop(worker);
  if (worker->cores) sched_setaffinity(worker->pid, sizeof *worker->cores, worker->cores);
  worker->start_cpu_ns = process_cpu_ns(worker->pid);
  return 1;
}

int worker_do(struct worker *worker, enum operation operation, int64_t limit_ns, struct timing *timing) {
  static const char *const phases[] = {"", "start", "load", "layout", "prepare", "call", "finish"};
  struct message command = {.operation = (uint32_t)operation}, early;
  /* A reply to what was not yet asked is a forgery. */
  if (recv(worker->control, &early, sizeof early, MSG_DONTWAIT) > 0) return end_worker(worker, ENDING_PROTOCOL, phases[operation]);
  /* Before it may run: it need not wait for the command to begin. */
  int64_t cpu = process_cpu_ns(worker->pid), wall = wall_ns();
  let_run(worker);
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
  if (worker->information >= 0) close(worker->information);
  free(worker->said);
  *worker = nobody;
}

enum { MOST_DISMISSED = 4 }; /* their memory is still taken */

static pthread_mutex_t dismissing = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t one_is_gone = PTHREAD_COND_INITIALIZER;
static int dismissed;

static void *clear_away(void *worker) {
  worker_release(worker);
  free(worker);
  pthread_mutex_lock(&dismissing);
  dismissed--;
  pthread_cond_broadcast(&one_is_gone);
  pthread_mutex_unlock(&dismissing);
  return NULL;
}

/* Until at most so many are left. */
static void settle(int most) {
  pthread_mutex_lock(&dismissing);
  while (dismissed > most) pthread_cond_wait(&one_is_gone, &dismissing);
  pthread_mutex_unlock(&dismissing);
}

void workers_settle(void) { settle(0); }

void worker_dismiss(struct worker *worker, const cpu_set_t *cores) {
  if (worker->handle >= 0) syscall(SYS_pidfd_send_signal, worker->handle, SIGKILL, NULL, 0);
  struct worker *gone = malloc(sizeof *gone);
  if (!gone) abort();
  *gone = *worker;
  *worker = nobody;
  settle(MOST_DISMISSED - 1);
  pthread_mutex_lock(&dismissing);
  dismissed++;
  pthread_mutex_unlock(&dismissing);
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setaffinity_np(&attributes, sizeof *cores, cores);
  if (pthread_create(&thread, &attributes, clear_away, gone)) clear_away(gone);
  pthread_attr_destroy(&attributes);
}
