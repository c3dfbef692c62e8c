/* Talking to a worker, and noticing how it ends. */
#define _GNU_SOURCE
#include "worker.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "confine.h"
#include "memory.h"
#include "protocol.h"
#include "worker-talk.h"

enum { MOST_COMPLAINTS = 16384, WATCH_NS = 20000000 };

const struct worker nobody = {.handle = -1, .control = -1, .complaints = -1, .information = -1, .output_fd = -1};

/* What has arrived by the time that we look counts, even past the deadline: until then we may have waited for another worker. */
enum ending wait_readable(const struct worker *worker, int fd, int64_t deadline_ns) {
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
void stop_worker(struct worker *worker) {
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

int end_worker(struct worker *worker, enum ending why, const char *phase) {
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

int await_reply(struct worker *worker, enum operation operation, int64_t limit_ns, const char *phase) {
  struct message reply = {0};
  enum ending given_up = wait_readable(worker, worker->control, wall_ns() + limit_ns);
  if (given_up) return end_worker(worker, given_up, phase);
  ssize_t got = recv(worker->control, &reply, sizeof reply, MSG_DONTWAIT);
  if (got <= 0) return end_worker(worker, ENDING_EXIT, phase);
  if (got != sizeof reply || reply.operation != (uint32_t)operation || reply.status) return end_worker(worker, ENDING_PROTOCOL, phase);
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
  stop_worker(worker);
  if (timing) timing->cpu_ns = process_cpu_ns(worker->pid) - cpu;
  return 1;
}

int worker_use(struct worker *worker, const struct plan *plan, int64_t limit_ns) {
  struct inputs *inputs = worker->inputs;
  if (worker->plan == plan && inputs->plan == plan) return 1;
  plan_write_table(plan, inputs->memory);
  inputs->plan = plan;
  worker->plan = plan;
  return worker_do(worker, OPERATION_LAYOUT, limit_ns, NULL);
}

void worker_release(struct worker *worker) {
  if (worker->ending == ENDING_NONE) end_worker(worker, ENDING_CANCELLED, "idle");
  if (worker->inputs) inputs_release(worker->inputs);
  if (worker->arena[ARENA_OUTPUT]) munmap(worker->arena[ARENA_OUTPUT], worker->output_bytes);
  if (worker->output_fd >= 0) close(worker->output_fd);
  if (worker->control >= 0) close(worker->control);
  if (worker->complaints >= 0) close(worker->complaints);
  if (worker->handle >= 0) close(worker->handle);
  if (worker->information >= 0) close(worker->information);
  free(worker->said);
  *worker = nobody;
}
