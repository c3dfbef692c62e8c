#define _GNU_SOURCE
#include "group.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_in(const char *folder, const char *file, int flags) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path) return -1;
  return open(path, flags | O_CLOEXEC);
}

static int put(const char *folder, const char *file, const char *text) {
  int fd = open_in(folder, file, O_WRONLY);
  if (fd < 0) return 0;
  ssize_t length = (ssize_t)strlen(text), wrote = write(fd, text, (size_t)length);
  int error = errno;
  close(fd);
  errno = error;
  return wrote == length;
}

static int put_number(const char *folder, const char *file, uint64_t number) {
  char text[32];
  snprintf(text, sizeof text, "%" PRIu64, number);
  return put(folder, file, text);
}

static ssize_t get(const char *folder, const char *file, char *text, size_t room) {
  int fd = open_in(folder, file, O_RDONLY);
  if (fd < 0) return -1;
  ssize_t got = read(fd, text, room - 1);
  close(fd);
  if (got >= 0) text[got] = 0;
  return got;
}

static int set_limits(enum hierarchy kind, const char *folder, uint64_t memory_bytes, uint64_t tasks) {
  switch (kind) {
    case HIERARCHY_MEMORY:
      if (!put_number(folder, "memory.limit_in_bytes", memory_bytes)) return 0;
      /* Not to be had by swapping either. Where swap is not counted, the file is not there. */
      put_number(folder, "memory.memsw.limit_in_bytes", memory_bytes);
      return 1;
    case HIERARCHY_PIDS:
      return put_number(folder, "pids.max", tasks);
    case HIERARCHY_UNIFIED:
      if (!put_number(folder, "memory.max", memory_bytes) || !put_number(folder, "pids.max", tasks)) return 0;
      put(folder, "memory.swap.max", "0");
      put(folder, "memory.oom.group", "1");
      return 1;
  }
  return 0;
}

int group_make(struct control_group *group, char *const *parents, int count, const char *name, uint64_t memory_bytes, uint64_t tasks) {
  static const char *const prefixes[] = {"memory:", "pids:", "unified:"};
  *group = (struct control_group){0};
  for (int index = 0; index < count && index < MOST_HIERARCHIES; index++) {
    int kind = 0;
    while (kind < 3 && strncmp(parents[index], prefixes[kind], strlen(prefixes[kind]))) kind++;
    char *path = NULL;
    errno = EINVAL;
    if (kind == 3 || asprintf(&path, "%s/%s", parents[index] + strlen(prefixes[kind]), name) < 0) break;
    group->in[index].path = path;
    group->in[index].kind = (enum hierarchy)kind;
    if (mkdir(path, 0700)) {
      free(path);
      break;
    }
    group->count = index + 1;
    if (!set_limits((enum hierarchy)kind, path, memory_bytes, tasks)) break;
    if (index + 1 == count) return 1;
  }
  if (count == 0) return 1;
  int error = errno;
  group_remove(group);
  errno = error;
  return 0;
}

int group_join(const struct control_group *group) {
  for (int index = 0; index < group->count; index++) {
    /* Who joins is one thread; to say so spares version 1 waiting for every other process to stand still, which takes milliseconds. */
    const char *file = group->in[index].kind == HIERARCHY_UNIFIED ? "cgroup.procs" : "tasks";
    if (!put(group->in[index].path, file, "0")) return 0;
  }
  return 1;
}

int group_limits_memory(const struct control_group *group) {
  for (int index = 0; index < group->count; index++) {
    if (group->in[index].kind != HIERARCHY_PIDS) return 1;
  }
  return 0;
}

/* What stands behind a word in one of its files, or, without a word, the file's first number; 0 where there is none. */
static uint64_t count_in(const char *folder, const char *file, const char *word) {
  char text[1024];
  if (get(folder, file, text, sizeof text) <= 0) return 0;
  const char *at = strstr(text, word);
  return at ? strtoull(at + strlen(word), NULL, 10) : 0;
}

/* Version 1 counts failures to get more, but not in every kernel. Memory is charged in batches, at the most of a huge page. */
static int met_limit(const char *folder) {
  const uint64_t batch = 4 << 20;
  return count_in(folder, "memory.max_usage_in_bytes", "") + batch >= count_in(folder, "memory.limit_in_bytes", "") ||
         count_in(folder, "memory.memsw.max_usage_in_bytes", "") + batch >= count_in(folder, "memory.limit_in_bytes", "");
}

/* The kernel counts what it kills for want of memory on the whole machine too: only who met a limit of its own is to blame for it. */
int group_ran_out(const struct control_group *group) {
  for (int index = 0; index < group->count; index++) {
    const char *folder = group->in[index].path;
    switch (group->in[index].kind) {
      case HIERARCHY_MEMORY:
        if (count_in(folder, "memory.oom_control", "oom_kill ") && met_limit(folder)) return 1;
        break;
      case HIERARCHY_UNIFIED:
        if (count_in(folder, "memory.events", "oom_kill ") && count_in(folder, "memory.events", "\noom ")) return 1;
        break;
      case HIERARCHY_PIDS:
        break;
    }
  }
  return 0;
}

/* 0 once there is nothing left to kill. */
static int kill_members(const char *folder) {
  char text[16384];
  if (get(folder, "cgroup.procs", text, sizeof text) <= 0) return 0;
  for (char *at = text, *end; *at; at = *end ? end + 1 : end) {
    long pid = strtol(at, &end, 10);
    if (end == at) break;
    if (pid > 0) kill((pid_t)pid, SIGKILL);
  }
  return 1;
}

void group_kill(const struct control_group *group) {
  for (int index = 0; index < group->count; index++) {
    if (group->in[index].kind != HIERARCHY_MEMORY) put(group->in[index].path, "pids.max", "0");
  }
  for (int index = 0; index < group->count; index++) {
    const char *folder = group->in[index].path;
    if (put(folder, "cgroup.kill", "1")) continue;
    for (int round = 0; round < 100 && kill_members(folder); round++) usleep(1000);
  }
}

void group_remove(struct control_group *group) {
  for (int index = 0; index < group->count; index++) {
    /* Whoever was in it may still be about to leave. */
    for (int attempt = 0; attempt < 200 && rmdir(group->in[index].path) && errno == EBUSY; attempt++) usleep(1000);
    free(group->in[index].path);
  }
  group->count = 0;
}
