/* A worker: one process in a sandbox of its own that has loaded one library and calls its function when told to. */
#ifndef LESSONBANK_WORKER_H
#define LESSONBANK_WORKER_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdint.h>
#include <sys/types.h>

#include "arena.h"
#include "group.h"
#include "plan.h"

/* What holds for every worker of this supervisor. */
struct jail {
  int bare;         /* without namespaces: the weaker sandbox */
  char **arguments; /* bubblewrap's path, options and mounts; where bare, what can be read; NULL-terminated */
  int argument_count;
  char *groups[MOST_HIERARCHIES]; /* parents of control groups, see group.h */
  int group_count;
  int counts_tasks; /* whether the kernel's limit on tasks counts those of one jail alone */
  char *loader;
  uint64_t memory_bytes;
  uint64_t cpu_seconds;
};

struct worker_request {
  const char *library;
  const char *loader;   /* one with the sanitizers in place of the jail's, or NULL */
  uint32_t user;        /* real uid and gid to run as; 0 to stay what we are */
  int threads;          /* more than one: threads may be started, but no more than this many work */
  const cpu_set_t *starting_cores, *cores; /* where it may run until it is loaded, and from then on; NULL to leave that as it is */
  uint64_t arena_bytes[ARENA_COUNT];
  int own_inputs; /* its arguments lie where no other worker sees them */
  int64_t limit_ns;
};

enum ending { ENDING_NONE, ENDING_EXIT, ENDING_SIGNAL, ENDING_TIMEOUT, ENDING_CANCELLED, ENDING_PROTOCOL, ENDING_JAIL, ENDING_MEMORY };

struct worker {
  pid_t jailer, pid; /* bubblewrap, and the process inside as seen from here; where bare, the same */
  int bare;
  uint32_t user;
  struct control_group group;
  uint64_t watched_bytes; /* where no limit of the kernel's bounds its memory, it is watched; 0 elsewhere */
  int handle;        /* pidfd of the latter */
  int control;
  int complaints; /* read end of its stderr */
  int threads;
  struct inputs *inputs;
  int output_fd;
  uint64_t output_bytes;
  uint8_t *arena[ARENA_COUNT]; /* where both lie here */
  const struct plan *plan; /* whose layout it has mapped */
  int information;       /* while it is being started: where bubblewrap says which process it made */
  int64_t deadline_ns;   /* for being loaded */
  const cpu_set_t *cores; /* where it stays once it is loaded; NULL to leave that as it is */
  int64_t start_cpu_ns;
  enum ending ending; /* once it has ended: how */
  int ending_number;  /* exit status or signal */
  const char *phase;  /* what it was doing */
  char *said;         /* what it wrote to stderr */
  size_t said_length;
};

struct timing {
  int64_t wall_ns, cpu_ns;
};

/* Begins to start a worker; `worker_await` waits until its library is loaded. 1, or 0 with `ending` set; either way `worker_release` is due. */
int worker_start(struct worker *worker, const struct jail *jail, const struct worker_request *request);
int worker_await(struct worker *worker);
/* Has it map a plan's layout; nothing where it has it already. The plan must fit into the arenas that it was started with. */
int worker_use(struct worker *worker, const struct plan *plan, int64_t limit_ns);
/* One operation: let it run, send, wait for the reply, stop it again. */
int worker_do(struct worker *worker, enum operation operation, int64_t limit_ns, struct timing *timing);
void worker_release(struct worker *worker);
/* Kills it, and releases what it held in the background, on these cores: large memory takes a while to be given back. */
void worker_dismiss(struct worker *worker, const cpu_set_t *cores);
/* Waits until nothing is left of those that were dismissed. */
void workers_settle(void);

#endif
