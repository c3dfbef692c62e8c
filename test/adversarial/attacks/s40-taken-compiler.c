/*
 * What a compiler would do that a source text has taken over: tries, each in a process of its own, what the compile jail must not give, and
 * reports line by line which of it was to be had.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Each is 1 where the attempt came to something. */
static int environment(void) {
  for (char **one = environ; *one; one++) {
    if (strncmp(*one, "PATH=", 5) && strncmp(*one, "PWD=", 4) && strncmp(*one, "OLDPWD=", 7) && strncmp(*one, "_=", 2)) return 1;
  }
  return 0;
}
static int descriptors(void) {
  struct stat about;
  for (int fd = 3; fd < 1024; fd++) {
    if (!fstat(fd, &about)) return 1;
  }
  return 0;
}
static int input(void) {
  char byte;
  return read(0, &byte, 1) > 0;
}
static int file_of_host(void) { return open("@CANARY@", O_RDONLY) >= 0 || open("/usr/..@CANARY@", O_RDONLY) >= 0; }
static int accounts(void) { return open("/etc/passwd", O_RDONLY) >= 0 || open("/etc/shadow", O_RDONLY) >= 0; }
static int processes(void) { return open("/proc/self/environ", O_RDONLY) >= 0 || open("/proc/1/root", O_RDONLY) >= 0; }
static int devices(void) { return open("/dev/zero", O_RDONLY) >= 0 || open("/dev/shm", O_RDONLY) >= 0 || open("/dev/tty", O_RDWR) >= 0; }
static int core_pattern(void) { return open("/proc/sys/kernel/core_pattern", O_WRONLY) >= 0; }
static int write_system(void) {
  return open("/usr/left", O_WRONLY | O_CREAT, 0600) >= 0 || open("/left", O_WRONLY | O_CREAT, 0600) >= 0 ||
         open("/in/left", O_WRONLY | O_CREAT, 0600) >= 0 || open("/usr/bin/env", O_WRONLY) >= 0;
}
static int root(void) { return !getuid() || !geteuid() || !setuid(0); }
static int internet(void) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(@PORT@), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  return connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&to, sizeof to) == 0;
}
static int abstract(void) {
  static const char name[] = "@ABSTRACT@";
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  memcpy(to.sun_path + 1, name, sizeof name - 1);
  return connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof name)) == 0;
}
static int vsock(void) { return socket(AF_VSOCK, SOCK_STREAM, 0) >= 0; }
static int netlink(void) { return socket(AF_NETLINK, SOCK_RAW, 6) >= 0; }
static int keyring(void) { return syscall(SYS_add_key, "user", "lessonbank", "x", 1L, (long)KEY_SPEC_USER_KEYRING) >= 0; }
static int ring(void) {
  char how[120] = {0};
  return syscall(SYS_io_uring_setup, 4L, how) >= 0;
}
static int kernel_program(void) {
  char how[120] = {1, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 1};
  return syscall(SYS_bpf, 0L, how, 72L) >= 0;
}
static int page_faults(void) { return syscall(SYS_userfaultfd, 1L) >= 0; }
static int counters(void) {
  unsigned how[32] = {1, 128};
  return syscall(SYS_perf_event_open, how, 0L, -1L, -1L, 0L) >= 0;
}
static int namespaces(void) { return unshare(CLONE_NEWUSER) == 0; }
static int mounts(void) { return mount("none", "/tmp", "tmpfs", 0, "") == 0; }
static int trace(void) { return ptrace(PTRACE_ATTACH, 1, 0, 0) == 0; }
static int lock(void) { return flock(open("/usr/bin/env", O_RDONLY), LOCK_EX | LOCK_NB) == 0; }
static int room(void) {
  static char block[1 << 20];
  int fd = open("/tmp/much", O_WRONLY | O_CREAT, 0600), second = open("/tmp/more", O_WRONLY | O_CREAT, 0600);
  signal(SIGXFSZ, SIG_IGN);
  size_t written = 0;
  for (int count = 0; count < 600; count++) {
    memset(block, count + 1, sizeof block);
    for (int each = 0; each < 2; each++) {
      ssize_t got = write(each ? fd : second, block, sizeof block);
      if (got > 0) written += (size_t)got;
    }
  }
  unlink("/tmp/much");
  unlink("/tmp/more");
  return written > (size_t)300 << 20;
}
static int many_processes(void) {
  int made = 0;
  for (; made < 1500; made++) {
    pid_t child = fork();
    if (child < 0) break;
    if (!child) {
      pause();
      _exit(0);
    }
  }
  return made >= 1500;
}

static const struct {
  const char *name;
  int (*attempt)(void);
} attempts[] = {
    {"environment", environment}, {"descriptors", descriptors}, {"input", input},           {"file-of-host", file_of_host},
    {"accounts", accounts},       {"processes", processes},     {"devices", devices},       {"core-pattern", core_pattern},
    {"write-system", write_system}, {"root", root},             {"internet", internet},     {"abstract", abstract},
    {"vsock", vsock},             {"netlink", netlink},         {"keyring", keyring},       {"ring", ring},
    {"kernel-program", kernel_program}, {"page-faults", page_faults}, {"counters", counters}, {"namespaces", namespaces},
    {"mounts", mounts},           {"lock", lock},             {"room", room},
    {"many-processes", many_processes},
};

/* Tracing comes alone, where it is asked for: it may stop process 1 for good. */
int main(int count, char **arguments) {
  (void)arguments;
  if (count > 1) return trace();
  FILE *report = fopen("/tmp/report", "we");
  for (size_t index = 0; index < sizeof attempts / sizeof *attempts; index++) {
    fflush(report);
    pid_t child = fork();
    if (!child) close(fileno(report));
    if (!child) _exit(attempts[index].attempt() ? 1 : 0);
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) < 0) status = 0;
    fprintf(report, "%s %s\n", attempts[index].name, WIFEXITED(status) && WEXITSTATUS(status) == 1 ? "had" : "refused");
  }
  fclose(report);
  return 0;
}
