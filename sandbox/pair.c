/* One pair of calls: the same fresh values for both arms, each arm's clocks, and whether their outputs agree. */
#define _GNU_SOURCE
#include "pair.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "compare.h"

void add_ending(struct json *reply, const struct worker *worker) {
  static const char *const names[] = {"none", "exit", "signal", "timeout", "cancelled", "protocol", "jail", "memory"};
  json_add(reply, "{\"ended\":\"%s\",\"number\":%d,\"phase\":\"%s\",\"said\":", names[worker->ending], worker->ending_number, worker->phase);
  json_text(reply, worker->said ? worker->said : "", worker->said_length);
  json_add(reply, "}");
}

static void add_mismatch(struct json *reply, const char *key, const struct mismatch *mismatch) {
  json_add(reply, ",\"%s\":{\"kind\":\"%s\",\"path\":", key, mismatch->kind);
  json_text(reply, mismatch->path, strlen(mismatch->path));
  json_add(reply, ",\"candidate\":");
  json_text(reply, mismatch->candidate, strlen(mismatch->candidate));
  json_add(reply, ",\"reference\":");
  json_text(reply, mismatch->reference, strlen(mismatch->reference));
  json_add(reply, "}");
}

/* Restores what it may write, then prepare, call, finish. 0 where the worker ended instead. */
static int run_arm(struct worker *worker, const struct plan *plan, int64_t limit_ns, struct timing *called, struct timing *around) {
  struct timing before, after;
  if (!worker_use(worker, plan, limit_ns)) return 0;
  plan_restore(plan, worker->arena[ARENA_OUTPUT]);
  if (!worker_do(worker, OPERATION_PREPARE, limit_ns, &before)) return 0;
  if (!worker_do(worker, OPERATION_CALL, limit_ns, called)) return 0;
  if (!worker_do(worker, OPERATION_FINISH, limit_ns, &after)) return 0;
  *around = (struct timing){.wall_ns = before.wall_ns + after.wall_ns, .cpu_ns = before.cpu_ns + after.cpu_ns};
  return 1;
}

/* The bytes of the longest encoding among the outputs that may grow. */
static uint64_t most_grown(const struct plan *plan, const uint8_t *arena) {
  uint64_t most = 0;
  for (uint32_t instance = 0; instance < plan->instances; instance++) {
    for (uint32_t index = 0; index < plan->slot_count; index++) {
      const struct slot *slot = &plan->slots[index];
      if (!slot->container || slot->mode == MODE_IN) continue;
      uint64_t bytes = encoded_size(slot->type, arena + plan_place(plan, instance, index)->offset, slot->capacity);
      if (bytes > most && bytes != UINT64_MAX) most = bytes;
    }
  }
  return most;
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* since Linux 5.14; without it the arms find their memory one after the other */
#endif

/*
 * Finds the memory for the outputs of both arms by turns. Where one arm finds all of its own before the other, it is slower from then on, by 2 % for
 * programs that wait for memory on a machine that is busy with memory.
 */
static void populate_by_turns(const struct pair *pair) {
  const uint64_t turn = 64 << 10;
  if (!pair->arms[ARM_CANDIDATE] || pair->arms[ARM_REFERENCE]->plan == pair->plan) return;
  for (uint32_t index = 0; index < pair->plan->region_count; index++) {
    const struct region *region = &pair->plan->regions[index];
    if (region->arena != ARENA_OUTPUT || !region->populate) continue;
    for (uint64_t done = 0; done < region->length; done += turn) {
      uint64_t left = region->length - done;
      for (int arm = 0; arm < 2; arm++) {
        madvise(pair->arms[arm]->arena[ARENA_OUTPUT] + region->offset + done, left < turn ? left : turn, MADV_POPULATE_WRITE);
      }
    }
  }
}

static int fill(const struct pair *pair, uint64_t noise) {
  plan_fill(pair->plan, pair->arms[ARM_REFERENCE]->arena[ARENA_INPUT], pair->seed, noise);
  if (pair->generator && !plan_take_generated(pair->plan, pair->generator_plan, pair->generator->arena[ARENA_OUTPUT])) return 0;
  if (pair->change) plan_change_one(pair->plan, pair->change);
  return 1;
}

/* Both arms in their order. 0 where something ended, which the reply then says. */
static int run_arms(const struct pair *pair, struct json *reply) {
  struct timing timing = {0}, around = {0};
  populate_by_turns(pair);
  if (pair->generator) {
    plan_fill(pair->generator_plan, pair->generator->arena[ARENA_INPUT], pair->seed, pair->noise[0]);
    if (!run_arm(pair->generator, pair->generator_plan, pair->limits_ns[ARM_REFERENCE], &timing, &around)) {
      json_add(reply, ",\"generator\":");
      add_ending(reply, pair->generator);
      return 0;
    }
  }
  int filled = 0;
  for (int turn = 0; turn < 2; turn++) {
    int arm = turn ? !pair->first : (int)pair->first;
    struct worker *worker = pair->arms[arm];
    if (!worker) continue;
    if (!filled || pair->noise[0] != pair->noise[1]) {
      if (!fill(pair, pair->noise[turn])) {
        json_add(reply, ",\"generatorOverflow\":true");
        return 0;
      }
      filled = 1;
    }
    int64_t limit = pair->limits_ns[arm];
    if (arm == ARM_CANDIDATE && pair->first == ARM_REFERENCE) limit += (int64_t)(pair->factor * (double)timing.wall_ns);
    json_add(reply, ",\"%s\":", arm == ARM_CANDIDATE ? "candidate" : "reference");
    if (!run_arm(worker, pair->plan, limit, &timing, &around)) {
      add_ending(reply, worker);
      json_add(reply, ",\"limitMs\":%.3f", (double)limit / 1e6);
      return 0;
    }
    json_add(reply, "{\"cpuNs\":%" PRId64 ",\"wallNs\":%" PRId64 ",\"untimedNs\":%" PRId64 ",\"untimedWallNs\":%" PRId64 ",\"lifetimeNs\":%" PRId64 "}",
             timing.cpu_ns, timing.wall_ns, around.cpu_ns, around.wall_ns, process_cpu_ns(worker->pid));
    struct mismatch bounds;
    if (!compare_margins(pair->plan, worker->arena[ARENA_OUTPUT], &bounds)) {
      add_mismatch(reply, arm == ARM_CANDIDATE ? "candidateBounds" : "referenceBounds", &bounds);
    }
  }
  return 1;
}

void pair_run(const struct pair *pair, struct json *reply) {
  json_add(reply, "{\"ok\":true,\"seed\":\"%" PRIu64 "\"", pair->seed);
  if (run_arms(pair, reply)) {
    const struct worker *reference = pair->arms[ARM_REFERENCE], *candidate = pair->arms[ARM_CANDIDATE];
    json_add(reply, ",\"grownBytes\":%" PRIu64, most_grown(pair->plan, reference->arena[ARENA_OUTPUT]));
    struct mismatch mismatch = {0};
    if (candidate && !compare_outputs(pair->plan, reference->arena[ARENA_OUTPUT], candidate->arena[ARENA_OUTPUT], &mismatch)) {
      add_mismatch(reply, "mismatch", &mismatch);
    }
  }
  json_add(reply, "}");
}
