/*
 * The supervisor: owns seeds, values, answers and clocks, starts workers, compares what they leave behind. It decides nothing: every step
 * is a command from TypeScript, one line each, answered by one line of JSON.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "pair.h"
#include "parallel.h"
#include "plan.h"
#include "protocol.h"
#include "turn.h"
#include "worker.h"

enum { MOST_PLANS = 256, MOST_WORKERS = 16 };

static struct plan *plans[MOST_PLANS];
static struct {
  char name[32];
  int taken;
  struct worker worker;
} workers[MOST_WORKERS];
static struct jail jail;
static cpu_set_t all_cores, our_core; /* what we started with, and what we are pinned to */
static struct json reply;

static void refuse(const char *why) {
  reply.length = 0;
  json_add(&reply, "{\"ok\":false,\"error\":");
  json_text(&reply, why, strlen(why));
  json_add(&reply, "}");
}

static int plan_index(const char *name) {
  for (int index = 0; index < MOST_PLANS; index++) {
    if (plans[index] && !strcmp(plans[index]->name, name)) return index;
  }
  return -1;
}

static struct plan *next_plan(struct words *words) {
  int index = plan_index(next_word(words));
  if (index < 0) words->bad = 1;
  return index < 0 ? NULL : plans[index];
}

/* NULL for "-" and for names that stand for nothing; the latter also sets `bad`. */
static struct worker *next_worker(struct words *words) {
  const char *name = next_word(words);
  for (int index = 0; index < MOST_WORKERS; index++) {
    if (workers[index].taken && !strcmp(workers[index].name, name)) return &workers[index].worker;
  }
  if (strcmp(name, "-")) words->bad = 1;
  return NULL;
}

static int64_t next_limit(struct words *words) {
  double ms = (double)next_number(words);
  return ms > 1e9 ? (int64_t)1e15 : ms < 1 ? 1000000 : (int64_t)(ms * 1e6);
}

/* A given seed, or for "-" one from the kernel. */
static uint64_t next_seed(struct words *words) {
  if (words->next < words->count && !strcmp(words->word[words->next], "-")) {
    uint64_t seed = 0;
    words->next++;
    while (getrandom(&seed, sizeof seed, 0) != sizeof seed) {}
    return seed;
  }
  return next_unsigned(words);
}

/*
 * jail LOADER MEMORY_BYTES CPU_SECONDS COUNTS_TASKS ARGUMENT… : bubblewrap, its options and the mounts that every worker gets
 * bare LOADER MEMORY_BYTES CPU_SECONDS COUNTS_TASKS PATH…     : the weaker sandbox, and what can be read in it
 */
static void set_jail(struct words *words, int bare) {
  static struct pool pool;
  const char *loader = next_path(words);
  if (!loader) return;
  jail.bare = bare;
  jail.loader = pool_text(&pool, loader);
  jail.memory_bytes = next_unsigned(words);
  jail.cpu_seconds = next_unsigned(words);
  jail.counts_tasks = (int)next_unsigned(words);
  jail.argument_count = words->count - words->next;
  jail.arguments = pool_take(&pool, sizeof *jail.arguments * (size_t)(jail.argument_count + 1));
  for (int index = 0; index < jail.argument_count; index++) jail.arguments[index] = pool_text(&pool, next_path(words));
  json_add(&reply, "{\"ok\":true}");
}

/* groups PARENT… : where workers get control groups (see group.h) */
static void set_groups(struct words *words) {
  static struct pool pool;
  jail.group_count = 0;
  while (words->next < words->count) {
    if (jail.group_count == MOST_HIERARCHIES) return refuse("too many hierarchies");
    jail.groups[jail.group_count++] = pool_text(&pool, next_path(words));
  }
  json_add(&reply, "{\"ok\":true}");
}

/* As many cores as threads: ours, and others after it. */
static const cpu_set_t *cores_for(int threads) {
  static cpu_set_t cores;
  if (threads <= 1) return &our_core;
  CPU_ZERO(&cores);
  int count = 0;
  for (int turn = 0; turn < 2; turn++) {
    for (int core = 0; core < CPU_SETSIZE && count < threads; core++) {
      if (!CPU_ISSET(core, &all_cores) || CPU_ISSET(core, &cores)) continue;
      /* First ours, where we have one of our own. */
      if (turn == 0 && (!CPU_ISSET(core, &our_core) || CPU_EQUAL(&our_core, &all_cores))) continue;
      CPU_SET(core, &cores);
      count++;
    }
  }
  return &cores;
}

/* pin CORE : this process, and every worker started from now on that has one thread */
static void pin(struct words *words) {
  int core = (int)next_unsigned(words);
  if (words->bad || core >= CPU_SETSIZE) return;
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  CPU_SET(core, &wanted);
  int pinned = sched_setaffinity(0, sizeof wanted, &wanted) == 0;
  if (pinned) {
    our_core = wanted;
    cpu_set_t others;
    CPU_XOR(&others, &all_cores, &our_core);
    parallel_use(&others);
  }
  json_add(&reply, "{\"ok\":true,\"pinned\":%s}", pinned ? "true" : "false");
}

/* keep CORE : this process, all of its workers and whatever they start, for one that may not disturb what is measured on others */
static void keep_to(struct words *words) {
  int core = (int)next_unsigned(words);
  if (words->bad || core >= CPU_SETSIZE) return;
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  CPU_SET(core, &wanted);
  if (sched_setaffinity(0, sizeof wanted, &wanted)) return refuse(strerror(errno));
  all_cores = our_core = wanted;
  json_add(&reply, "{\"ok\":true}");
}

/* plan NAME … (see plan.h) */
static void add_plan(struct words *words) {
  struct plan *plan = read_plan(words);
  if (!plan) return refuse("malformed plan, or too large for this machine");
  int index = plan_index(plan->name);
  if (index < 0) {
    for (index = 0; index < MOST_PLANS && plans[index]; index++) {}
  }
  if (index == MOST_PLANS || plans[index]) {
    plan_release(plan);
    return refuse("too many plans, or one of this name stands");
  }
  plans[index] = plan;
  json_add(&reply, "{\"ok\":true,\"inputBytes\":%" PRIu64 ",\"outputBytes\":%" PRIu64 "}", plan->arena_bytes[0], plan->arena_bytes[1]);
}

/* drop PLAN : no worker may still use it */
static void drop_plan(struct words *words) {
  struct plan *plan = next_plan(words);
  if (!plan) return;
  for (int index = 0; index < MOST_WORKERS; index++) {
    if (workers[index].worker.plan == plan) workers[index].worker.plan = NULL;
  }
  plans[plan_index(plan->name)] = NULL;
  plan_release(plan);
  json_add(&reply, "{\"ok\":true}");
}

static void end_worker_named(struct worker *worker) {
  for (int index = 0; index < MOST_WORKERS; index++) {
    if (&workers[index].worker == worker) workers[index].taken = 0;
  }
  cpu_set_t others;
  CPU_XOR(&others, &all_cores, &our_core);
  worker_dismiss(worker, CPU_COUNT(&others) ? &others : &all_cores);
}

/*
 * start NAME LIBRARY LOADER USER THREADS LIMIT_MS OWN_INPUTS PLAN… : "-" for the usual loader; OWN_INPUTS is 1 where no other worker may see
 * its arguments, as a generator's, and 0 for the two arms. `await` waits for it.
 */
static void start_worker(struct words *words) {
  struct worker_request request = {0};
  char name[32];
  snprintf(name, sizeof name, "%s", next_word(words));
  const char *library = next_path(words), *loader = next_path(words);
  if (!library || !loader) return;
  request.library = library;
  request.loader = strcmp(loader, "-") ? loader : NULL;
  request.user = (uint32_t)next_unsigned(words);
  request.threads = (int)next_unsigned(words);
  request.cores = cores_for(request.threads);
  /* With threads, it may start some before we could tell it where they belong. */
  request.starting_cores = request.threads > 1 ? request.cores : &all_cores;
  request.limit_ns = next_limit(words);
  request.own_inputs = next_unsigned(words) != 0;
  while (!words->bad && words->next < words->count) {
    struct plan *plan = next_plan(words);
    for (int arena = 0; plan && arena < ARENA_COUNT; arena++) {
      if (plan->arena_bytes[arena] > request.arena_bytes[arena]) request.arena_bytes[arena] = plan->arena_bytes[arena];
    }
  }
  int index = 0;
  while (index < MOST_WORKERS && workers[index].taken) index++;
  if (words->bad || index == MOST_WORKERS || !jail.loader) {
    words->bad = 1;
    return;
  }
  struct worker *worker = &workers[index].worker;
  snprintf(workers[index].name, sizeof workers[index].name, "%s", name);
  workers[index].taken = 1;
  worker_start(worker, &jail, &request);
  json_add(&reply, "{\"ok\":true}");
}

/* await WORKER : until it is loaded */
static void await_worker(struct words *words) {
  struct worker *worker = next_worker(words);
  if (!worker) return;
  if (worker->ending == ENDING_NONE && worker_await(worker)) {
    json_add(&reply, "{\"ok\":true,\"pid\":%d,\"loadCpuNs\":%" PRId64 "}", worker->pid, worker->start_cpu_ns);
  } else {
    json_add(&reply, "{\"ok\":true,\"ending\":");
    add_ending(&reply, worker);
    json_add(&reply, "}");
    end_worker_named(worker);
  }
}

/*
 * pair PLAN REFERENCE CANDIDATE FIRST REFERENCE_LIMIT_MS CANDIDATE_LIMIT_MS FACTOR SEED NOISE OTHER_NOISE CHANGE [GENERATOR_PLAN GENERATOR]
 *
 * Fresh values, once, for both arms; FIRST says which arm goes first (0 the reference). The candidate may take CANDIDATE_LIMIT_MS
 * plus FACTOR times what the reference just took, where the reference went first. CANDIDATE "-" runs the reference alone.
 * OTHER_NOISE "same", or what the second arm's outputs hold before the call instead of NOISE. CHANGE "none", or what one element of the
 * arguments is made anew from.
 */
static void run_pair(struct words *words) {
  struct pair pair = {.plan = next_plan(words)};
  pair.arms[ARM_REFERENCE] = next_worker(words);
  pair.arms[ARM_CANDIDATE] = next_worker(words);
  pair.first = next_unsigned(words) ? ARM_CANDIDATE : ARM_REFERENCE;
  pair.limits_ns[ARM_REFERENCE] = next_limit(words);
  pair.limits_ns[ARM_CANDIDATE] = next_limit(words);
  pair.factor = (double)next_number(words);
  pair.seed = next_seed(words);
  pair.noise[0] = pair.noise[1] = next_seed(words);
  if (strcmp(next_word(words), "same")) {
    words->next--;
    pair.noise[1] = next_seed(words);
  }
  if (strcmp(next_word(words), "none")) {
    words->next--;
    pair.change = next_seed(words);
  }
  if (words->next < words->count) {
    pair.generator_plan = next_plan(words);
    pair.generator = next_worker(words);
    if (!pair.generator) words->bad = 1;
  }
  if (words->bad || !pair.arms[ARM_REFERENCE]) return;
  if (pair.arms[ARM_CANDIDATE] && pair.arms[ARM_CANDIDATE]->inputs != pair.arms[ARM_REFERENCE]->inputs) return refuse("the arms do not share their arguments");
  pair_run(&pair, &reply);
  for (int index = 0; index < MOST_WORKERS; index++) {
    if (workers[index].taken && workers[index].worker.ending != ENDING_NONE) end_worker_named(&workers[index].worker);
  }
}

/* end WORKER */
static void end_command(struct words *words) {
  struct worker *worker = next_worker(words);
  if (worker) end_worker_named(worker);
  words->bad = 0; /* one that has ended by itself is gone already */
  json_add(&reply, "{\"ok\":true}");
}

/* lock FOLDER… : asks for a turn at measuring (see turn.h), in the first of the folders that will do; ask again until it is held */
static void ask_turn(struct words *words) {
  enum turn turn = TURN_REFUSED;
  while (turn == TURN_REFUSED && words->next < words->count) turn = turn_ask(next_path(words));
  if (turn == TURN_REFUSED) return refuse(strerror(errno));
  json_add(&reply, "{\"ok\":true,\"held\":%s}", turn == TURN_HELD ? "true" : "false");
}

/* unlock : ends the turn, or leaves the queue */
static void end_turn(void) {
  turn_end();
  json_add(&reply, "{\"ok\":true}");
}

static int is(const char *word, const char *name) { return !strcmp(word, name); }

static void obey(struct words *words) {
  const char *command = next_word(words);
  if (is(command, "cancel") || !*command) return; /* it came too late: what it meant is done */
  if (is(command, "hello")) json_add(&reply, "{\"ok\":true,\"pid\":%d}", getpid());
  else if (is(command, "jail")) set_jail(words, 0);
  else if (is(command, "bare")) set_jail(words, 1);
  else if (is(command, "groups")) set_groups(words);
  else if (is(command, "pin")) pin(words);
  else if (is(command, "keep")) keep_to(words);
  else if (is(command, "plan")) add_plan(words);
  else if (is(command, "drop")) drop_plan(words);
  else if (is(command, "start")) start_worker(words);
  else if (is(command, "await")) await_worker(words);
  else if (is(command, "pair")) run_pair(words);
  else if (is(command, "end")) end_command(words);
  else if (is(command, "lock")) ask_turn(words);
  else if (is(command, "unlock")) end_turn();
  else refuse("unknown command");
  if (!reply.length) refuse("malformed command");
  json_send(&reply);
}

/* Commands of one line, with `;` between them, are obeyed one after the other: what comes after a line is an interruption of it. */
static void obey_line(const struct words *line) {
  for (int start = 0, end; start <= line->count; start = end + 1) {
    for (end = start; end < line->count && strcmp(line->word[end], ";");) end++;
    struct words words = {.word = line->word + start, .count = end - start};
    obey(&words);
  }
}

int main(void) {
  struct words words;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sched_getaffinity(0, sizeof all_cores, &all_cores);
  our_core = all_cores;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, SIG_IGN); /* Ctrl-C is for our parent to act upon */
  while (read_command(&words)) obey_line(&words);
  workers_settle();
  turn_end();
  return 0;
}
