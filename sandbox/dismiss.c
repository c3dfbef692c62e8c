/* Clearing away what is left of workers, in the background. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker-talk.h"
#include "worker.h"

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
