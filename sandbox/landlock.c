#define _GNU_SOURCE
#include "landlock.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Written down here because systems' headers are older than their kernels. */
enum { CALL_CREATE_RULESET = 444, CALL_ADD_RULE, CALL_RESTRICT_SELF };
enum { VERSION_FLAG = 1, RULE_PATH_BENEATH = 1 };
enum {
  FILE_EXECUTE = 1 << 0,
  FILE_WRITE = 1 << 1,
  FILE_READ = 1 << 2,
  FOLDER_READ = 1 << 3,
  FIRST_VERSION = (1 << 13) - 1,
  FILE_REFER = 1 << 13,
  FILE_TRUNCATE = 1 << 14,
  FILE_DEVICE_CONTROL = 1 << 15,
  NETWORK_ALL = 3,
  SCOPE_ALL = 3,
};
struct ruleset {
  uint64_t files, network, scoped;
};
struct beneath {
  uint64_t allowed;
  int32_t folder;
} __attribute__((packed));

int landlock_version(void) {
  long version = syscall(CALL_CREATE_RULESET, NULL, 0UL, VERSION_FLAG);
  return version < 0 ? 0 : (int)version;
}

static void allow_beneath(int ruleset, char *const *paths, uint64_t rights) {
  for (; paths && *paths; paths++) {
    struct beneath rule = {.allowed = rights, .folder = open(*paths, O_PATH | O_CLOEXEC)};
    struct stat status;
    if (rule.folder < 0) continue;
    if (!fstat(rule.folder, &status) && !S_ISDIR(status.st_mode)) rule.allowed &= FILE_EXECUTE | FILE_WRITE | FILE_READ | FILE_TRUNCATE;
    syscall(CALL_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0U);
    close(rule.folder);
  }
}

int landlock_confine(char *const *readable, char *const *writable, const char *more) {
  int version = landlock_version();
  if (version == 0) return 0;
  struct ruleset ruleset = {.files = FIRST_VERSION};
  if (version >= 2) ruleset.files |= FILE_REFER;
  if (version >= 3) ruleset.files |= FILE_TRUNCATE;
  if (version >= 4) ruleset.network = NETWORK_ALL;
  if (version >= 5) ruleset.files |= FILE_DEVICE_CONTROL;
  if (version >= 6) ruleset.scoped = SCOPE_ALL;
  size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  int fd = (int)syscall(CALL_CREATE_RULESET, &ruleset, size, 0U);
  if (fd < 0) return 0;
  allow_beneath(fd, readable, FILE_EXECUTE | FILE_READ | FOLDER_READ);
  allow_beneath(fd, (char *const[]){(char *)more, NULL}, FILE_READ | FOLDER_READ);
  allow_beneath(fd, writable, ruleset.files & ~(uint64_t)FILE_DEVICE_CONTROL);
  int done = !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !syscall(CALL_RESTRICT_SELF, fd, 0U);
  close(fd);
  return done;
}
