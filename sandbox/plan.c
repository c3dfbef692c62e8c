/* Plans: reading them, laying them out between guard pages, and filling them. */
#define _GNU_SOURCE
#include "plan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parallel.h"

static const uint64_t line = 64, most_bytes = 1ULL << 40;
static uint64_t page; /* arm64 has kernels with pages of 16 and 64 KiB */

static uint64_t round_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

enum arena slot_arena(const struct slot *slot) { return slot->mode == MODE_IN ? ARENA_INPUT : ARENA_OUTPUT; }

struct place *plan_place(const struct plan *plan, uint32_t instance, uint32_t slot) {
  return &plan->places[(uint64_t)instance * plan->slot_count + slot];
}

static void read_used(struct words *words, struct slot *slot, struct pool *pool) {
  slot->used_count = (int)next_unsigned(words);
  if (words->bad || slot->used_count > words->count) {
    words->bad = 1;
    return;
  }
  slot->used = pool_take(pool, sizeof *slot->used * (size_t)slot->used_count);
  for (int index = 0; index < slot->used_count; index++) {
    struct used_token *token = &slot->used[index];
    token->kind = *next_word(words);
    if (token->kind == 'n' || token->kind == 's') token->value = (int64_t)next_number(words);
  }
}

static int generated_within(const struct rule *rule) {
  if (rule->kind == RULE_GENERATED) return 1;
  return (rule->kind == RULE_SORTED || rule->kind == RULE_EACH) && generated_within(rule->rules[0]);
}

static void read_slot(struct words *words, struct slot *slot, struct plan *plan) {
  static const char *const modes[] = {"in", "inout", "out", "scratch"};
  slot->name = pool_text(&plan->pool, next_word(words));
  const char *mode = next_word(words);
  int kind = 0;
  while (kind < 4 && strcmp(mode, modes[kind])) kind++;
  if (kind == 4) words->bad = 1;
  slot->mode = (enum mode)kind;
  slot->array = next_unsigned(words) != 0;
  slot->count = next_unsigned(words);
  slot->type = read_type(words, &plan->pool);
  if (words->bad) return;
  slot->rule = read_rule(words, &plan->pool);
  read_used(words, slot, &plan->pool);
  slot->container = !slot->type->flat;
  if (words->bad || slot->count > most_bytes || (slot->container && slot->array)) {
    words->bad = 1;
  } else if (slot->container) {
    slot->size = encoded_bound(slot->type, slot->rule, slot->count);
    int grows = slot->mode != MODE_IN || generated_within(slot->rule);
    slot->capacity = slot->size + (grows ? plan->grow_bytes : 0);
  } else if (__builtin_mul_overflow(slot->type->size, slot->array ? slot->count : 1, &slot->size)) {
    words->bad = 1;
  } else {
    slot->capacity = slot->size;
  }
  if (slot->capacity > most_bytes) words->bad = 1;
}

/* A region of its own with room before and after; arrays end at the last line of theirs, so that overruns meet the guard. */
static void place_guarded(struct plan *plan, const struct slot *slot, struct place *place) {
  enum arena arena = slot_arena(slot);
  uint64_t start = round_up(plan->arena_bytes[arena], page) + page;
  uint64_t length = round_up(slot->capacity ? slot->capacity : 1, page);
  plan->regions[plan->region_count++] =
      (struct region){.arena = (uint32_t)arena, .populate = !slot->container, .offset = start, .length = length};
  place->offset = slot->container ? start : start + length - round_up(slot->size, line);
  place->span_offset = start;
  place->span_length = length;
  plan->arena_bytes[arena] = start + length;
}

static int is_small(const struct slot *slot) { return !slot->array && !slot->container; }

static void lay_out(struct plan *plan) {
  page = (uint64_t)sysconf(_SC_PAGESIZE);
  uint64_t total = (uint64_t)plan->instances * plan->slot_count;
  plan->places = pool_take(&plan->pool, sizeof *plan->places * total);
  plan->regions = pool_take(&plan->pool, sizeof *plan->regions * ((plan->dense ? 0 : total) + 2));
  uint64_t bytes = sizeof(struct table) + sizeof(struct entry) * total + sizeof(struct region) * ((plan->dense ? 0 : total) + 2);
  plan->table_bytes = round_up(bytes, page);
  plan->arena_bytes[ARENA_INPUT] = plan->table_bytes;
  for (int arena = 0; arena < ARENA_COUNT; arena++) {
    uint64_t start = round_up(plan->arena_bytes[arena], page) + page, end = start;
    for (uint64_t index = 0; index < total; index++) {
      const struct slot *slot = &plan->slots[index % plan->slot_count];
      if ((int)slot_arena(slot) != arena || !(plan->dense || is_small(slot))) continue;
      struct place *place = &plan->places[index];
      place->offset = place->span_offset = end;
      place->span_length = round_up(slot->capacity, line);
      end += place->span_length;
    }
    if (end > start) {
      plan->regions[plan->region_count++] =
          (struct region){.arena = (uint32_t)arena, .populate = 1, .offset = start, .length = round_up(end - start, page)};
      plan->arena_bytes[arena] = round_up(end, page);
    }
  }
  for (uint64_t index = 0; index < total && !plan->dense; index++) {
    const struct slot *slot = &plan->slots[index % plan->slot_count];
    if (!is_small(slot)) place_guarded(plan, slot, &plan->places[index]);
  }
  for (int arena = 0; arena < ARENA_COUNT; arena++) plan->arena_bytes[arena] = round_up(plan->arena_bytes[arena], page) + page;
}

struct plan *read_plan(struct words *words) {
  struct plan *plan = calloc(1, sizeof *plan);
  if (!plan) abort();
  plan->name = pool_text(&plan->pool, next_word(words));
  plan->instances = (uint32_t)next_unsigned(words);
  plan->dense = next_unsigned(words) != 0;
  plan->grow_bytes = next_unsigned(words);
  plan->relative = (double)next_number(words);
  plan->absolute = (double)next_number(words);
  plan->slot_count = (uint32_t)next_unsigned(words);
  if (!words->bad && plan->slot_count <= (uint32_t)words->count && plan->instances >= 1 && plan->instances <= 1u << 20) {
    plan->slots = pool_take(&plan->pool, sizeof *plan->slots * plan->slot_count);
    for (uint32_t index = 0; index < plan->slot_count && !words->bad; index++) read_slot(words, &plan->slots[index], plan);
  } else {
    words->bad = 1;
  }
  if (!words->bad) {
    lay_out(plan);
    uint64_t bytes = plan->arena_bytes[ARENA_OUTPUT];
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      words->bad = 1;
    } else {
      madvise(memory, bytes, MADV_DONTFORK); /* workers are forked: do not copy page tables for nothing */
      plan->values[ARENA_OUTPUT] = memory;
    }
  }
  if (!words->bad) return plan;
  plan_release(plan);
  return NULL;
}

void plan_release(struct plan *plan) {
  if (plan->values[ARENA_OUTPUT]) munmap(plan->values[ARENA_OUTPUT], plan->arena_bytes[ARENA_OUTPUT]);
  pool_release(&plan->pool);
  free(plan);
}

/* Large as a number of whatever type, so that one that is read by mistake shows in the result. */
static void fill_margin(struct random *random, uint8_t *at, uint64_t size) {
  for (uint64_t done = 0; done < size; done += 8) {
    uint64_t bits = random_bits(random) | 0x4000000040000000;
    memcpy(at + done, &bits, size - done < 8 ? size - done : 8);
  }
}

static void fill_slot(struct plan *plan, uint32_t instance, uint32_t index, uint64_t seed, uint64_t noise) {
  const struct slot *slot = &plan->slots[index];
  struct place *place = plan_place(plan, instance, index);
  uint8_t *arena = plan->values[slot_arena(slot)], *at = arena + place->offset;
  uint64_t stream = (uint64_t)instance * plan->slot_count + index + 1;
  int noisy = slot->rule->kind == RULE_NOISE;
  struct random random = random_from(noisy ? noise : seed, stream);
  if (slot->container) {
    place->filled = slot->rule->kind == RULE_GENERATED ? 0 : fill_container(slot->type, at, slot->count, slot->rule, &random);
    return;
  }
  place->filled = slot->size;
  if (slot->mode != MODE_IN || slot->array) {
    struct random margin = random_from(noise, stream + (1ULL << 40));
    fill_margin(&margin, arena + place->span_offset, place->offset - place->span_offset);
    fill_margin(&margin, at + slot->size, place->span_offset + place->span_length - place->offset - slot->size);
  }
  if (!noisy && slot->rule->kind != RULE_GENERATED && slot->type->kind != KIND_SCALAR) memset(at, 0, slot->size);
  fill_many(slot->type, at, slot->array ? slot->count : 1, slot->rule, &random);
}

struct filled_plan {
  struct plan *plan;
  uint64_t seed, noise;
};

static void fill_instance(void *context, uint64_t instance) {
  const struct filled_plan *filled = context;
  for (uint32_t index = 0; index < filled->plan->slot_count; index++) {
    fill_slot(filled->plan, (uint32_t)instance, index, filled->seed, filled->noise);
  }
}

void plan_fill(struct plan *plan, uint8_t *inputs, uint64_t seed, uint64_t noise) {
  plan->values[ARENA_INPUT] = inputs;
  struct filled_plan filled = {plan, seed, noise};
  parallel_for(plan->instances, fill_instance, &filled);
}

/* Whether an element may be made anew without regard to the others. */
static int is_elementwise(const struct rule *rule) {
  int changes = 0;
  switch (rule->kind) {
    case RULE_UNIFORM:
    case RULE_NORMAL:
    case RULE_INTEGERS:
      return 1;
    case RULE_TEXT:
      return !rule->terminated;
    case RULE_EACH:
      return is_elementwise(rule->rules[0]);
    case RULE_FIELDS:
      for (int index = 0; index < rule->count; index++) {
        const struct rule *own = rule->rules[index];
        if (is_elementwise(own)) changes = 1;
        else if (own->kind != RULE_CONSTANT) return 0;
      }
      return changes;
    default:
      return 0;
  }
}

static const struct type byte_type = {.kind = KIND_SCALAR, .scalar = SCALAR_U8, .size = 1, .flat = 1};

static void change_element(const struct type *type, uint8_t *at, uint64_t count, const struct rule *rule, struct random *random) {
  uint8_t *element = at + random_below(random, count) * type->size, *before = malloc(type->size);
  if (!before) abort();
  memcpy(before, element, type->size);
  /* What is drawn again may be the same. */
  for (int attempt = 0; attempt < 8 && !memcmp(before, element, type->size); attempt++) fill_flat(type, element, 1, type->size, rule, random);
  free(before);
}

/* In an encoded container; in one of its own containers where it holds those. */
static void change_within(const struct type *type, uint8_t *at, const struct rule *rule, struct random *random) {
  uint64_t count;
  memcpy(&count, at, 8);
  if (!count) return;
  const struct type *element = type->kind == KIND_STRING ? &byte_type : type->element;
  if (element->flat) {
    change_element(element, at + 8, count, rule, random);
    return;
  }
  if (rule->kind != RULE_EACH) return;
  uint8_t *inner = at + 8;
  for (uint64_t left = random_below(random, count); left; left--) inner += encoded_size(element, inner, most_bytes);
  change_within(element, inner, rule->rules[0], random);
}

static int is_changeable(const struct slot *slot, const struct place *place) {
  if (slot->mode != MODE_IN && slot->mode != MODE_INOUT) return 0;
  if (slot->container) return place->filled > 8 && is_elementwise(slot->rule);
  return slot->array && slot->count && is_elementwise(slot->rule);
}

void plan_change_one(struct plan *plan, uint64_t seed) {
  uint64_t total = (uint64_t)plan->instances * plan->slot_count, changeable = 0;
  struct random random = random_from(seed, 0);
  for (uint64_t index = 0; index < total; index++) changeable += (uint64_t)is_changeable(&plan->slots[index % plan->slot_count], &plan->places[index]);
  if (!changeable) return;
  uint64_t chosen = random_below(&random, changeable);
  for (uint64_t index = 0; index < total; index++) {
    const struct slot *slot = &plan->slots[index % plan->slot_count];
    const struct place *place = &plan->places[index];
    if (!is_changeable(slot, place) || chosen--) continue;
    uint8_t *at = plan->values[slot_arena(slot)] + place->offset;
    if (slot->container) change_within(slot->type, at, slot->rule, &random);
    else change_element(slot->type, at, slot->count, slot->rule, &random);
    return;
  }
}

uint64_t encoded_size(const struct type *type, const uint8_t *at, uint64_t limit) {
  uint64_t count, used = 8;
  if (limit < 8) return UINT64_MAX;
  memcpy(&count, at, 8);
  if (type->kind == KIND_STRING || type->element->flat) {
    uint64_t size;
    if (__builtin_mul_overflow(count, type->kind == KIND_STRING ? 1 : type->element->size, &size) || size > limit - 8) return UINT64_MAX;
    return 8 + size;
  }
  for (uint64_t index = 0; index < count; index++) {
    uint64_t size = encoded_size(type->element, at + used, limit - used);
    if (size == UINT64_MAX) return UINT64_MAX;
    used += size;
  }
  return used;
}

int plan_take_generated(struct plan *plan, const struct plan *other, const uint8_t *from) {
  if (plan->instances != other->instances) return 0;
  for (uint32_t index = 0; index < plan->slot_count; index++) {
    const struct slot *slot = &plan->slots[index];
    if (slot->rule->kind != RULE_GENERATED) continue;
    uint32_t source = 0;
    while (source < other->slot_count && strcmp(other->slots[source].name, slot->name)) source++;
    if (source == other->slot_count || other->slots[source].mode == MODE_IN) return 0;
    for (uint32_t instance = 0; instance < plan->instances; instance++) {
      struct place *place = plan_place(plan, instance, index);
      const uint8_t *value = from + plan_place(other, instance, source)->offset;
      uint64_t size = slot->container ? encoded_size(slot->type, value, other->slots[source].capacity) : slot->size;
      if (size > slot->capacity || size > other->slots[source].capacity) return 0;
      parallel_copy(plan->values[slot_arena(slot)] + place->offset, value, size);
      place->filled = size;
    }
  }
  return 1;
}

void plan_write_table(const struct plan *plan, uint8_t *inputs) {
  struct table *table = (struct table *)inputs;
  uint64_t total = (uint64_t)plan->instances * plan->slot_count;
  *table = (struct table){
      .magic = TABLE_MAGIC,
      .table_bytes = plan->table_bytes,
      .arena_bytes = {plan->arena_bytes[0], plan->arena_bytes[1]},
      .instances = plan->instances,
      .slots = plan->slot_count,
      .regions = plan->region_count,
  };
  struct region *regions = (struct region *)(table + 1);
  memcpy(regions, plan->regions, sizeof *regions * plan->region_count);
  struct entry *entries = (struct entry *)(regions + plan->region_count);
  for (uint64_t index = 0; index < total; index++) {
    const struct slot *slot = &plan->slots[index % plan->slot_count];
    entries[index] = (struct entry){.arena = (uint32_t)slot_arena(slot),
                                    .exact = !slot->container,
                                    .offset = plan->places[index].offset,
                                    .capacity = slot->capacity};
  }
}

/* Reads every line of it. */
static void touch(const uint8_t *at, uint64_t size) {
  for (uint64_t done = 0; done < size; done += line) (void)*(const volatile uint8_t *)(at + done);
}

void plan_restore(const struct plan *plan, uint8_t *outputs) {
  uint64_t total = (uint64_t)plan->instances * plan->slot_count;
  for (uint64_t index = 0; index < total; index++) {
    const struct slot *slot = &plan->slots[index % plan->slot_count];
    const struct place *place = &plan->places[index];
    uint64_t offset = slot->container ? place->offset : place->span_offset;
    uint64_t length = slot->container ? place->filled : place->span_length;
    const uint8_t *from = plan->values[slot_arena(slot)] + offset;
    if (slot->mode == MODE_IN) touch(from, length);
    else parallel_copy(outputs + offset, from, length);
  }
}
