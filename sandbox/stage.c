/*
 * Makes the tree that a command of a codebase sees, in a mount namespace of its own, and becomes the program that runs the command.
 *
 *   stage KEY=VALUE… -- PROGRAM ARGUMENT…
 *
 *   namespace=user    mounts as an ordinary user may: in a user namespace of its own (Linux 5.11)
 *   folder=PATH       what lower, upper and work are relative to, so that they need no quoting: names of ours
 *   lower=NAME        layers of an overlay, the topmost first; repeatable
 *   upper=NAME work=NAME
 *   tree=PATH         where it is mounted
 *   bind=SOURCE at=PATH    in pairs: SOURCE is seen there
 *
 * Says what is wrong on standard error, after `stage: `, and ends with 125.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { FAILED = 125, MOST_LOWERS = 64 };

__attribute__((noreturn)) static void fail(const char *what) {
  fprintf(stderr, "stage: %s: %s\n", what, strerror(errno));
  exit(FAILED);
}

static void write_map(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) fail(path);
  close(fd);
}

/* We stay who we are: nobody else exists in it. */
static void enter(int as_user) {
  uid_t user = geteuid();
  gid_t group = getegid();
  if (unshare(as_user ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS)) fail("no namespace");
  if (as_user) {
    char map[64];
    write_map("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", user, user);
    write_map("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "%u %u 1", group, group);
    write_map("/proc/self/gid_map", map);
  }
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) fail("mounts cannot be made private");
}

int main(int count, char **arguments) {
  const char *lowers[MOST_LOWERS], *folder = "/", *upper = NULL, *work = NULL, *tree = NULL, *source = NULL;
  int lower_count = 0, as_user = 0, index = 1;
  for (; index < count && strcmp(arguments[index], "--"); index++)
    if (!strcmp(arguments[index], "namespace=user")) as_user = 1;
  if (index + 1 >= count) return errno = EINVAL, fail("no program"), FAILED;
  char **command = arguments + index + 1;
  enter(as_user);
  for (index = 1; strcmp(arguments[index], "--"); index++) {
    char *value = strchr(arguments[index], '=');
    if (!value) return errno = EINVAL, fail(arguments[index]), FAILED;
    *value++ = 0;
    const char *key = arguments[index];
    if (!strcmp(key, "folder")) folder = value;
    else if (!strcmp(key, "lower") && lower_count < MOST_LOWERS) lowers[lower_count++] = value;
    else if (!strcmp(key, "upper")) upper = value;
    else if (!strcmp(key, "work")) work = value;
    else if (!strcmp(key, "tree")) tree = value;
    else if (!strcmp(key, "bind")) source = value;
    else if (!strcmp(key, "at") && source) {
      if (mount(source, value, NULL, MS_BIND, NULL)) fail(source);
    } else if (strcmp(key, "namespace")) return errno = EINVAL, fail(key), FAILED;
  }
  if (tree) {
    static char options[8192];
    if (chdir(folder)) fail(folder);
    /* What is on by default somewhere would let an upper layer refer to lower ones in ways that only the kernel reads. */
    size_t length = (size_t)snprintf(options, sizeof options, "upperdir=%s,workdir=%s%s,lowerdir=", upper, work, as_user ? ",userxattr" : ",metacopy=off,redirect_dir=off,index=off");
    for (int each = 0; each < lower_count && length < sizeof options; each++)
      length += (size_t)snprintf(options + length, sizeof options - length, "%s%s", each ? ":" : "", lowers[each]);
    if (length >= sizeof options) return errno = E2BIG, fail("layers"), FAILED;
    if (mount("overlay", tree, "overlay", 0, options)) fail("no overlay");
  }
  if (chdir("/")) fail("/");
  execv(command[0], command);
  fail(command[0]);
}
