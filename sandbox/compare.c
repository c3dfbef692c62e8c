/* Comparing what a candidate left behind with what the reference did. */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct comparison {
  const struct plan *plan;
  struct mismatch *mismatch;
  char path[256];
  size_t length;
};

/* Each appends to the path and returns the length that `pop` goes back to. */
static size_t push_text(struct comparison *comparison, const char *before_text, const char *text) {
  size_t before = comparison->length, room = sizeof comparison->path - before;
  int wrote = snprintf(comparison->path + before, room, "%s%s", before_text, text);
  comparison->length += (size_t)wrote < room ? (size_t)wrote : room - 1;
  return before;
}

static size_t push_index(struct comparison *comparison, uint64_t index) {
  char text[32];
  snprintf(text, sizeof text, "[%llu]", (unsigned long long)index);
  return push_text(comparison, "", text);
}

static void pop(struct comparison *comparison, size_t before) {
  comparison->length = before;
  comparison->path[before] = 0;
}

static void print_integer(char *to, size_t room, enum scalar scalar, __int128 value) {
  if (scalar == SCALAR_BOOL) snprintf(to, room, "%s", value == 0 ? "false" : value == 1 ? "true" : "neither true nor false");
  else if (scalar == SCALAR_U64) snprintf(to, room, "%llu", (unsigned long long)value);
  else snprintf(to, room, "%lld", (long long)value);
  int letter = (scalar == SCALAR_I8 || scalar == SCALAR_U8) && value > 32 && value < 127;
  if (letter) snprintf(to + strlen(to), room - strlen(to), " ('%c')", (char)value);
}

/* The shortest of 9, 17 and 21 digits that gives the number back. */
static void print_real(char *to, size_t room, enum scalar scalar, long double value) {
  for (int digits = 6; digits <= 21; digits++) {
    snprintf(to, room, "%.*Lg", digits, value);
    long double again = strtold(to, NULL);
    if (again == value || (scalar == SCALAR_F32 && (float)again == (float)value) || (scalar == SCALAR_F64 && (double)again == (double)value)) return;
  }
}

static int report(struct comparison *comparison, const char *kind) {
  comparison->mismatch->kind = kind;
  snprintf(comparison->mismatch->path, sizeof comparison->mismatch->path, "%s", comparison->path);
  return 0;
}

static int agree(const struct plan *plan, long double a, long double b) {
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
  if (a == b) return 1;
  if (isinf(a) || isinf(b)) return 0;
  return fabsl(a - b) <= plan->absolute + plan->relative * fabsl(b);
}

static int compare_scalar(struct comparison *comparison, enum scalar scalar, const uint8_t *reference, const uint8_t *candidate) {
  struct mismatch *mismatch = comparison->mismatch;
  const size_t room = sizeof mismatch->candidate;
  if (scalar_is_integer(scalar)) {
    __int128 a = load_integer(candidate, scalar), b = load_integer(reference, scalar);
    if (a == b) return 1;
    print_integer(mismatch->candidate, room, scalar, a);
    print_integer(mismatch->reference, room, scalar, b);
    return report(comparison, "value");
  }
  int complex = scalar >= SCALAR_C64;
  enum scalar part = complex ? complex_part(scalar) : scalar;
  uint64_t step = scalar_size(part);
  for (uint64_t index = 0; index < (complex ? 2u : 1u); index++) {
    long double a = load_real(candidate + index * step, part), b = load_real(reference + index * step, part);
    if (agree(comparison->plan, a, b)) continue;
    print_real(mismatch->candidate, room, part, a);
    print_real(mismatch->reference, room, part, b);
    if (complex) push_text(comparison, ".", index ? "imaginary" : "real");
    return report(comparison, "value");
  }
  return 1;
}

static int compare_run(struct comparison *comparison, const struct type *type, const uint8_t *reference, const uint8_t *candidate, uint64_t count);

static int compare_flat(struct comparison *comparison, const struct type *type, const uint8_t *reference, const uint8_t *candidate) {
  if (type->kind == KIND_SCALAR) return compare_scalar(comparison, type->scalar, reference, candidate);
  if (type->kind == KIND_ARRAY) return compare_run(comparison, type->element, reference, candidate, type->length);
  for (int f = 0; f < type->field_count; f++) {
    const struct field *field = &type->fields[f];
    size_t before = push_text(comparison, ".", field->name);
    if (!compare_flat(comparison, field->type, reference + field->offset, candidate + field->offset)) return 0;
    pop(comparison, before);
  }
  return 1;
}

static int compare_run(struct comparison *comparison, const struct type *type, const uint8_t *reference, const uint8_t *candidate, uint64_t count) {
  const uint64_t block = 4096; /* equal bytes are equal values, and almost everything is equal */
  for (uint64_t start = 0; start < count; start += block) {
    uint64_t end = count - start < block ? count : start + block;
    if (!memcmp(reference + start * type->size, candidate + start * type->size, (end - start) * type->size)) continue;
    for (uint64_t index = start; index < end; index++) {
      const uint8_t *r = reference + index * type->size, *c = candidate + index * type->size;
      if (type->kind == KIND_SCALAR && type->scalar == SCALAR_F64) { /* the path is only written down where it is needed */
        double a, b;
        memcpy(&a, c, 8);
        memcpy(&b, r, 8);
        if (fabs(a - b) <= comparison->plan->absolute + comparison->plan->relative * fabs(b) && isfinite(b)) continue;
      } else if (!memcmp(r, c, type->size)) {
        continue;
      }
      size_t before = push_index(comparison, index);
      if (!compare_flat(comparison, type, r, c)) return 0;
      pop(comparison, before);
    }
  }
  return 1;
}

static int compare_container(struct comparison *comparison, const struct type *type, const uint8_t *reference, uint64_t reference_room,
                             const uint8_t *candidate, uint64_t candidate_room) {
  uint64_t wanted, got;
  if (reference_room < 8 || candidate_room < 8) return report(comparison, "overflow");
  memcpy(&wanted, reference, 8);
  memcpy(&got, candidate, 8);
  struct mismatch *mismatch = comparison->mismatch;
  if (wanted != got) {
    snprintf(mismatch->candidate, sizeof mismatch->candidate, "%llu", (unsigned long long)got);
    snprintf(mismatch->reference, sizeof mismatch->reference, "%llu", (unsigned long long)wanted);
    return report(comparison, got == UINT64_MAX || wanted == UINT64_MAX ? "overflow" : "length");
  }
  static const struct type byte = {.kind = KIND_SCALAR, .scalar = SCALAR_I8, .size = 1, .flat = 1};
  const struct type *element = type->kind == KIND_STRING ? &byte : type->element;
  uint64_t reference_at = 8, candidate_at = 8;
  if (element->flat) {
    uint64_t size;
    if (__builtin_mul_overflow(wanted, element->size, &size) || size > reference_room - 8 || size > candidate_room - 8) return report(comparison, "overflow");
    return compare_run(comparison, element, reference + 8, candidate + 8, wanted);
  }
  for (uint64_t index = 0; index < wanted; index++) {
    size_t before = push_index(comparison, index);
    if (!compare_container(comparison, element, reference + reference_at, reference_room - reference_at, candidate + candidate_at, candidate_room - candidate_at)) return 0;
    pop(comparison, before);
    reference_at += encoded_size(element, reference + reference_at, reference_room - reference_at);
    candidate_at += encoded_size(element, candidate + candidate_at, candidate_room - candidate_at);
  }
  return 1;
}

/* How many leading elements count, by the reference's own outputs. */
static uint64_t used_elements(const struct plan *plan, const struct slot *slot, uint32_t instance, const uint8_t *reference, uint64_t all) {
  int64_t stack[64];
  int depth = 0;
  if (!slot->used_count) return all;
  for (int index = 0; index < slot->used_count; index++) {
    const struct used_token *token = &slot->used[index];
    if (token->kind == 'n' && depth < 64) {
      stack[depth++] = token->value;
    } else if (token->kind == 's' && depth < 64 && token->value >= 0 && token->value < plan->slot_count) {
      const struct slot *from = &plan->slots[token->value];
      const uint8_t *arena = from->mode == MODE_IN ? plan->values[ARENA_INPUT] : reference;
      if (from->type->kind != KIND_SCALAR || !scalar_is_integer(from->type->scalar)) return all;
      stack[depth++] = from->size ? (int64_t)load_integer(arena + plan_place(plan, instance, (uint32_t)token->value)->offset, from->type->scalar) : 0;
    } else if (depth >= 2) {
      uint64_t a = (uint64_t)stack[depth - 2], b = (uint64_t)stack[depth - 1];
      int64_t divisor = stack[depth - 1];
      depth--;
      stack[depth - 1] = token->kind == '+'   ? (int64_t)(a + b)
                         : token->kind == '-' ? (int64_t)(a - b)
                         : token->kind == '*' ? (int64_t)(a * b)
                         : divisor == 0 || divisor == -1 ? 0
                         : token->kind == '/' ? (int64_t)a / divisor
                                              : (int64_t)a % divisor;
    }
  }
  int64_t used = depth ? stack[depth - 1] : 0;
  return used < 0 ? 0 : (uint64_t)used < all ? (uint64_t)used : all;
}

static int compare_slot(struct comparison *comparison, const struct slot *slot, uint32_t index, uint32_t instance, const uint8_t *reference, const uint8_t *candidate) {
  const struct plan *plan = comparison->plan;
  uint64_t offset = plan_place(plan, instance, index)->offset;
  comparison->length = 0;
  push_text(comparison, "", slot->name);
  if (slot->container) {
    return compare_container(comparison, slot->type, reference + offset, slot->capacity, candidate + offset, slot->capacity);
  }
  if (!slot->array) return compare_flat(comparison, slot->type, reference + offset, candidate + offset);
  uint64_t used = used_elements(plan, slot, instance, reference, slot->count);
  return compare_run(comparison, slot->type, reference + offset, candidate + offset, used);
}

int compare_outputs(const struct plan *plan, const uint8_t *reference, const uint8_t *candidate, struct mismatch *mismatch) {
  struct comparison comparison = {.plan = plan, .mismatch = mismatch};
  for (uint32_t instance = 0; instance < plan->instances; instance++) {
    mismatch->instance = instance;
    for (uint32_t index = 0; index < plan->slot_count; index++) {
      const struct slot *slot = &plan->slots[index];
      if (slot->mode != MODE_INOUT && slot->mode != MODE_OUT) continue;
      if (!compare_slot(&comparison, slot, index, instance, reference, candidate)) return 0;
    }
  }
  return 1;
}

int compare_margins(const struct plan *plan, const uint8_t *arena, struct mismatch *mismatch) {
  for (uint32_t instance = 0; instance < plan->instances; instance++) {
    for (uint32_t index = 0; index < plan->slot_count; index++) {
      const struct slot *slot = &plan->slots[index];
      if (slot->mode == MODE_IN || slot->container) continue;
      const struct place *place = plan_place(plan, instance, index);
      const uint8_t *was = plan->values[ARENA_OUTPUT];
      uint64_t end = place->offset + slot->size, span_end = place->span_offset + place->span_length;
      int before = memcmp(arena + place->span_offset, was + place->span_offset, place->offset - place->span_offset) != 0;
      if (!before && !memcmp(arena + end, was + end, span_end - end)) continue;
      *mismatch = (struct mismatch){.kind = "bounds", .instance = instance};
      snprintf(mismatch->path, sizeof mismatch->path, "%s", slot->name);
      snprintf(mismatch->candidate, sizeof mismatch->candidate, "%s", before ? "before" : "after");
      return 0;
    }
  }
  return 1;
}
