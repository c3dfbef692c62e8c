/*
 * The first program in a worker's sandbox: gives up every system call that it does not need, loads the library that the candidate was
 * linked into, and then does as it is told: map, prepare, call, finish. Nothing it says is believed; it only has to be quick.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "channel.h"
#include "filter.h"
#include "shim.h"

/* What is only mapped costs its page tables: a 512th of it. Arguments and a candidate's memory together need far less. */
#define MOST_ADDRESSES ((rlim_t)128 << 30)

static void *(*prepare)(const struct lessonbank_slot *);
static void (*call)(void *);
static void (*finish)(void *);

static struct table table;
static struct entry *entries;
static struct lessonbank_slot *slots; /* instances * slots */
static void **frames;
static uint8_t *base[ARENA_COUNT];
static uint64_t mapped[ARENA_COUNT];

static void fail(const char *what) {
  fprintf(stderr, "lessonbank: %s\n", what);
  exit(99);
}

#ifdef LESSONBANK_SANITIZED
/*
 * For libraries that are built with the sanitizers. Arrays are copied into blocks of exactly their size, so that a single byte beyond is
 * noticed; fresh memory is filled, so that reading it shows. The shim is not instrumented, so what it knows of containers is left out.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
  return "detect_leaks=0:handle_abort=1:abort_on_error=0:exitcode=77:detect_stack_use_after_return=1:allocator_may_return_null=1:"
         "detect_container_overflow=0:max_malloc_fill_size=268435456:allow_addr2line=0:external_symbolizer_path=";
}
const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void) { return "print_stacktrace=1:halt_on_error=1:exitcode=77"; }

static void take_slots(uint64_t total) {
  for (uint64_t index = 0; index < total; index++) {
    uint8_t *shared = base[entries[index].arena] + entries[index].offset;
    if (!entries[index].exact) continue;
    void *block = NULL;
    if (posix_memalign(&block, 64, entries[index].capacity)) fail("out of memory");
    memcpy(block, shared, entries[index].capacity);
    slots[index].data = block;
  }
}

static void give_slots(uint64_t total) {
  for (uint64_t index = 0; index < total; index++) {
    if (!entries[index].exact) continue;
    if (entries[index].arena == ARENA_OUTPUT) memcpy(base[ARENA_OUTPUT] + entries[index].offset, slots[index].data, entries[index].capacity);
    free(slots[index].data);
  }
}
#else
static void take_slots(uint64_t total) { (void)total; }
static void give_slots(uint64_t total) { (void)total; }
#endif

static void find_functions(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  close(FIRST_SPARE_FD);
  if (!library) fail(dlerror());
  *(void **)&prepare = dlsym(library, "lessonbank_prepare");
  *(void **)&call = dlsym(library, "lessonbank_call");
  *(void **)&finish = dlsym(library, "lessonbank_finish");
  if (!prepare || !call || !finish) fail("the library lacks the shim");
}

static void map_arenas(void) {
  for (int arena = 0; arena < ARENA_COUNT; arena++) {
    if (base[arena]) munmap(base[arena], mapped[arena]);
  }
  struct table *head = mmap(NULL, sizeof table, PROT_READ, MAP_SHARED, INPUT_FD, 0);
  if (head == MAP_FAILED || head->magic != TABLE_MAGIC) fail("no table");
  table = *head;
  munmap(head, sizeof table);
  for (int arena = 0; arena < ARENA_COUNT; arena++) {
    mapped[arena] = table.arena_bytes[arena];
    base[arena] = mmap(NULL, mapped[arena], PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base[arena] == MAP_FAILED) fail("the arguments do not fit into the address space");
  }
  if (mmap(base[ARENA_INPUT], table.table_bytes, PROT_READ, MAP_SHARED | MAP_FIXED, INPUT_FD, 0) == MAP_FAILED) fail("no table");
  const struct region *regions = (const struct region *)(base[ARENA_INPUT] + sizeof table);
  for (uint32_t index = 0; index < table.regions; index++) {
    const struct region *region = &regions[index];
    int input = region->arena == ARENA_INPUT;
    int flags = MAP_SHARED | MAP_FIXED | (region->populate ? MAP_POPULATE : MAP_NORESERVE);
    void *got = mmap(base[region->arena] + region->offset, region->length, input ? PROT_READ : PROT_READ | PROT_WRITE, flags,
                     input ? INPUT_FD : OUTPUT_FD, (off_t)region->offset);
    if (got == MAP_FAILED) fail("the arguments cannot be mapped");
  }
  entries = (struct entry *)(void *)(base[ARENA_INPUT] + sizeof table + sizeof(struct region) * table.regions);
  uint64_t total = (uint64_t)table.instances * table.slots;
  free(slots);
  free(frames);
  slots = calloc(total + 1, sizeof *slots);
  frames = calloc(table.instances, sizeof *frames);
  if (!slots || !frames) fail("out of memory");
  for (uint64_t index = 0; index < total; index++) {
    slots[index] = (struct lessonbank_slot){base[entries[index].arena] + entries[index].offset, entries[index].capacity};
  }
}

static void obey(uint32_t operation) {
  uint32_t instances = table.instances;
  switch (operation) {
    case OPERATION_LAYOUT:
      map_arenas();
      break;
    case OPERATION_PREPARE:
      take_slots((uint64_t)instances * table.slots);
      for (uint32_t index = 0; index < instances; index++) frames[index] = prepare(slots + (uint64_t)index * table.slots);
      break;
    case OPERATION_CALL:
      for (uint32_t index = 0; index < instances; index++) call(frames[index]);
      break;
    case OPERATION_FINISH:
      for (uint32_t index = 0; index < instances; index++) finish(frames[index]);
      give_slots((uint64_t)instances * table.slots);
      break;
    default:
      fail("unknown operation");
  }
}

static void reply(uint32_t operation) {
  struct message message = {.operation = operation};
  if (write(CONTROL_FD, &message, sizeof message) != sizeof message) _exit(98);
}

/* loader LIBRARY THREADS TASKS */
int main(int count, char **arguments) {
  if (count != 4) fail("it was started in an unknown way");
  /* The first spare one may be the library. */
  syscall(SYS_close_range, FIRST_SPARE_FD + 1U, ~0U, 0U);
  rlim_t tasks = strtoul(arguments[3], NULL, 10);
  /* Not earlier: it has to be inside for its tasks to be counted alone. */
  if (tasks && setrlimit(RLIMIT_NPROC, &(struct rlimit){tasks, tasks})) fail("its threads cannot be limited");
  /* Nor this: bubblewrap itself has to write the files that it shows us. */
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
  reply(OPERATION_INSIDE);
  unsigned allowed = atoi(arguments[2]) > 1 ? FILTER_THREADS : 0;
#ifdef LESSONBANK_SANITIZED
  allowed |= FILTER_SANITIZERS;
#else
  /* No core dump, not even to a program that the system pipes them to, and nothing for others of this user to trace. */
  prctl(PR_SET_DUMPABLE, 0);
  setrlimit(RLIMIT_AS, &(struct rlimit){MOST_ADDRESSES, MOST_ADDRESSES});
#endif
  if (!filter_install(allowed)) fail("the kernel refused the system call filter");
  find_functions(arguments[1]);
  reply(OPERATION_READY);
  for (;;) {
    struct message message;
    if (read(CONTROL_FD, &message, sizeof message) != sizeof message) _exit(0);
    obey(message.operation);
    reply(message.operation);
  }
}
