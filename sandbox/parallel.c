#include "parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { MOST_HELPERS = 3, COPY_BYTES = 1 << 20 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t begun = PTHREAD_COND_INITIALIZER, ended = PTHREAD_COND_INITIALIZER;
static int helpers, busy;
static uint64_t generation; /* of the job: a helper takes part in each once */
static _Thread_local int within;

static struct {
  uint64_t count;
  _Atomic uint64_t next;
  void (*work)(void *context, uint64_t index);
  void *context;
} job;

static void take_part(void) {
  within = 1;
  for (uint64_t index; (index = atomic_fetch_add(&job.next, 1)) < job.count;) job.work(job.context, index);
  within = 0;
}

static void *help(void *unused) {
  (void)unused;
  uint64_t seen = 0;
  pthread_mutex_lock(&mutex);
  for (;;) {
    while (generation == seen) pthread_cond_wait(&begun, &mutex);
    seen = generation;
    /* Woken too late: it is done, and the next may not have begun. */
    if (atomic_load(&job.next) >= job.count) continue;
    busy++;
    pthread_mutex_unlock(&mutex);
    take_part();
    pthread_mutex_lock(&mutex);
    if (!--busy) pthread_cond_signal(&ended);
  }
  return NULL;
}

void parallel_use(const cpu_set_t *others) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setaffinity_np(&attributes, sizeof *others, others);
  for (pthread_t thread; helpers < MOST_HELPERS && helpers < CPU_COUNT(others); helpers++) {
    if (pthread_create(&thread, &attributes, help, NULL)) break;
  }
  pthread_attr_destroy(&attributes);
}

void parallel_for(uint64_t count, void (*work)(void *context, uint64_t index), void *context) {
  if (within || !helpers || count < 2) {
    for (uint64_t index = 0; index < count; index++) work(context, index);
    return;
  }
  pthread_mutex_lock(&mutex);
  job.count = count;
  job.work = work;
  job.context = context;
  atomic_store(&job.next, 0);
  generation++;
  pthread_cond_broadcast(&begun);
  pthread_mutex_unlock(&mutex);
  take_part();
  /* Who has not begun by now finds nothing left to do. */
  pthread_mutex_lock(&mutex);
  while (busy) pthread_cond_wait(&ended, &mutex);
  pthread_mutex_unlock(&mutex);
}

struct copy {
  uint8_t *to;
  const uint8_t *from;
  uint64_t size;
};

static void copy_part(void *context, uint64_t index) {
  const struct copy *copy = context;
  uint64_t start = index * COPY_BYTES, left = copy->size - start;
  memcpy(copy->to + start, copy->from + start, left < COPY_BYTES ? left : COPY_BYTES);
}

void parallel_copy(void *to, const void *from, uint64_t size) {
  struct copy copy = {to, from, size};
  parallel_for((size + COPY_BYTES - 1) / COPY_BYTES, copy_part, &copy);
}
