#define _GNU_SOURCE
#include "memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t read_text(const char *path, char *text, size_t room) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t got = read(fd, text, room - 1);
  close(fd);
  text[got > 0 ? got : 0] = 0;
  return got;
}

void each_child(pid_t pid, void (*visit)(pid_t child, void *data), void *data) {
  char path[320], text[8192];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = opendir(path);
  if (!tasks) return;
  for (struct dirent *task; (task = readdir(tasks));) {
    if (*task->d_name == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%s/children", pid, task->d_name);
    if (read_text(path, text, sizeof text) <= 0) continue;
    for (char *at = text, *end;; at = end) {
      long child = strtol(at, &end, 10);
      if (end == at) break;
      visit((pid_t)child, data);
    }
  }
  closedir(tasks);
}

uint64_t resident_bytes(pid_t pid) {
  char path[64], text[256];
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  if (read_text(path, text, sizeof text) <= 0) return 0;
  char *second = strchr(text, ' ');
  return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static void add_below(pid_t pid, void *total) { *(uint64_t *)total += resident_bytes_below(pid); }

uint64_t resident_bytes_below(pid_t pid) {
  uint64_t total = resident_bytes(pid);
  each_child(pid, add_below, &total);
  return total;
}
