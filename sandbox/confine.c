#include "confine.h"

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void limit(int resource, uint64_t most) {
  struct rlimit old, value;
  if (getrlimit((__rlimit_resource_t)resource, &old)) return;
  if (old.rlim_max < most) most = old.rlim_max;
  value.rlim_cur = value.rlim_max = most;
  setrlimit((__rlimit_resource_t)resource, &value);
}

void confine_tasks(uint64_t most) { limit(RLIMIT_NPROC, most); }

const char *confine(const struct confinement *confinement) {
  /* Groups first: only what we still are may join them. */
  if (confinement->group && !group_join(confinement->group)) return "it cannot join its control group";
  if (confinement->cores) sched_setaffinity(0, sizeof *confinement->cores, confinement->cores);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_MEMLOCK, 0);
  limit(RLIMIT_MSGQUEUE, 0);
  limit(RLIMIT_STACK, 64u << 20);
  limit(RLIMIT_NOFILE, confinement->open_files ? confinement->open_files : 256);
  limit(RLIMIT_CPU, confinement->cpu_seconds);
  if (confinement->address_bytes) limit(RLIMIT_AS, confinement->address_bytes);
  if (confinement->data_bytes) limit(RLIMIT_DATA, confinement->data_bytes);
  if (confinement->file_bytes) limit(RLIMIT_FSIZE, confinement->file_bytes);
  uint32_t user = confinement->user;
  if (user && (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user)))
    return "it cannot become another user";
  /* Not earlier: a change of user takes it back. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != confinement->parent) return "its parent is gone";
  signal(SIGPIPE, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  return NULL;
}

void kill_all_of(uint32_t user) {
  pid_t killer = fork();
  if (killer == 0) {
    /* As that user, so that the kernel finds them all at once and nobody else. */
    if (setresuid(user, user, user) == 0) kill(-1, SIGKILL);
    _exit(0);
  }
  if (killer > 0) waitpid(killer, NULL, 0);
}
