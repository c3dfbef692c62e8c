/*
 * The queue is a folder of tickets, named by when they were made and locked by whoever waits. The lock decides, the tickets only say whose
 * try it is: so a ticket that came late under an early name, or was lost, costs order and nothing else.
 */
#define _GNU_SOURCE
#include "turn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_RETRIES = 100 };

static const char lock_name[] = "lock", prefix[] = "turn-";
static char folder_path[4096], ticket_name[80];
static int folder_fd = -1, ticket_fd = -1, lock_fd = -1;

static void close_file(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

/* Whether the name still stands for this very file: another may have removed it between opening and locking. */
static int stands(int fd, const char *name) {
  struct stat ours, there;
  return fstat(fd, &ours) == 0 && fstatat(folder_fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

/* Opened only where nobody else could have put anything into it. */
static int open_folder(const char *path) {
  struct stat status;
  if (mkdir(path, 0700) && errno != EEXIST) return 0;
  folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder_fd < 0 || fstat(folder_fd, &status)) return 0;
  if (status.st_uid == geteuid() && !(status.st_mode & 077)) return 1;
  errno = EPERM;
  return 0;
}

static int take_ticket(void) {
  struct timespec now;
  uint32_t chance = 0;
  clock_gettime(CLOCK_REALTIME, &now);
  if (getrandom(&chance, sizeof chance, 0) < 0) return 0;
  snprintf(ticket_name, sizeof ticket_name, "%s%012" PRId64 "%09ld-%d-%08" PRIx32, prefix, (int64_t)now.tv_sec, now.tv_nsec, getpid(), chance);
  ticket_fd = openat(folder_fd, ticket_name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (ticket_fd < 0 || flock(ticket_fd, LOCK_EX)) return 0;
  /* Whoever saw it before it was locked took it for a dead one's. */
  if (stands(ticket_fd, ticket_name)) return 1;
  errno = ENOENT;
  return 0;
}

static int join_queue(const char *path) {
  for (int attempt = 0; attempt < MOST_RETRIES; attempt++) {
    if (open_folder(path) && take_ticket()) {
      snprintf(folder_path, sizeof folder_path, "%s", path);
      return 1;
    }
    int error = errno;
    close_file(&ticket_fd);
    close_file(&folder_fd);
    errno = error;
    /* Another has just left, and taken the folder along. */
    if (error != ENOENT) return 0;
  }
  return 0;
}

/* Whether somebody alive has a ticket before `name`, or any but ours where it is NULL; tickets of the dead are removed on the way. */
static int others_wait(const char *name) {
  int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), found = 0;
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  if (!folder) return 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (strncmp(entry->d_name, prefix, sizeof prefix - 1) || !strcmp(entry->d_name, ticket_name)) continue;
    if (name && strcmp(entry->d_name, name) > 0) continue;
    int other = openat(folder_fd, entry->d_name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (other < 0) continue;
    if (flock(other, LOCK_EX | LOCK_NB) == 0) unlinkat(folder_fd, entry->d_name, 0);
    else found = 1;
    close(other);
  }
  closedir(folder);
  return found;
}

static enum turn take_lock(void) {
  for (int attempt = 0; attempt < MOST_RETRIES; attempt++) {
    lock_fd = openat(folder_fd, lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock_fd < 0) return TURN_REFUSED;
    if (flock(lock_fd, LOCK_EX | LOCK_NB)) break;
    if (stands(lock_fd, lock_name)) return TURN_HELD;
    close_file(&lock_fd);
  }
  close_file(&lock_fd);
  return TURN_WAITING;
}

enum turn turn_ask(const char *folder) {
  if (lock_fd >= 0) return TURN_HELD;
  if (ticket_fd < 0 && !join_queue(folder)) return TURN_REFUSED;
  if (others_wait(ticket_name)) return TURN_WAITING;
  enum turn turn = take_lock();
  if (turn != TURN_REFUSED) return turn;
  int error = errno;
  turn_end();
  errno = error;
  /* Something that clears old files away has removed the folder under us: into the queue again. */
  return error == ENOENT ? TURN_WAITING : TURN_REFUSED;
}

void turn_end(void) {
  if (folder_fd < 0) return;
  /* While it is still held: afterwards the name may stand for another's. */
  if (lock_fd >= 0) unlinkat(folder_fd, lock_name, 0);
  close_file(&lock_fd);
  if (ticket_fd >= 0) unlinkat(folder_fd, ticket_name, 0);
  close_file(&ticket_fd);
  others_wait(NULL);
  rmdir(folder_path);
  close_file(&folder_fd);
}
