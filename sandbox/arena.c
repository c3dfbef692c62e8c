#define _GNU_SOURCE
#include "arena.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct inputs *common; /* we hold it too */

int arena_make(uint64_t bytes, uint8_t **memory) {
  int fd = memfd_create("arena", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return -1;
  /* Sealed, so that no worker can shrink it under our feet. */
  if (ftruncate(fd, (off_t)bytes) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (mapped != MAP_FAILED) {
      madvise(mapped, bytes, MADV_DONTFORK); /* workers are forked: do not copy page tables for nothing */
      *memory = mapped;
      return fd;
    }
  }
  close(fd);
  return -1;
}

int arena_read_only(int fd) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return open(path, O_RDONLY | O_CLOEXEC);
}

static struct inputs *make(uint64_t bytes) {
  struct inputs *inputs = calloc(1, sizeof *inputs);
  if (!inputs) abort();
  inputs->bytes = bytes;
  inputs->fd = arena_make(bytes, &inputs->memory);
  atomic_init(&inputs->holders, 1);
  if (inputs->fd >= 0) return inputs;
  free(inputs);
  return NULL;
}

struct inputs *inputs_take(uint64_t bytes, int own) {
  if (own) return make(bytes);
  if (!common || common->bytes < bytes) {
    if (common) inputs_release(common);
    common = make(bytes);
  }
  if (common) atomic_fetch_add(&common->holders, 1);
  return common;
}

void inputs_release(struct inputs *inputs) {
  if (atomic_fetch_sub(&inputs->holders, 1) > 1) return;
  munmap(inputs->memory, inputs->bytes);
  close(inputs->fd);
  free(inputs);
}
