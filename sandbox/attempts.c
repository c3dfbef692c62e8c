/*
 * What `lessonbank doctor` has a hostile program try, in a worker and in a compile jail. Each answers 1 where it succeeded, which is to say
 * where a fence is missing. CANARY is a file outside that everybody can read, OUTSIDER a process outside.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int can_open(const char *path, int flags) { return open(path, flags, 0600) >= 0; }

static int network(void) { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }
static int host_sockets(void) { return socket(AF_VSOCK, SOCK_STREAM, 0) >= 0; }
static int new_process(void) { return fork() > 0; }
static void *nothing(void *none) { return none; }
static int new_thread(void) {
  pthread_t thread;
  return pthread_create(&thread, NULL, nothing, NULL) == 0;
}
static int trace(void) { return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0 || ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0; }
static int signal_outsider(void) { return kill(OUTSIDER, 0) == 0; }
static int see_outsider(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/status", OUTSIDER);
  return can_open(path, O_RDONLY);
}
static int read_canary(void) { return can_open(CANARY, O_RDONLY); }
static int read_passwords(void) { return can_open("/etc/passwd", O_RDONLY); }
static int kernel_settings(void) { return can_open("/proc/sys/kernel/core_pattern", O_WRONLY); }
static int devices(void) { return can_open("/dev/null", O_RDWR) || can_open("/dev/shm", O_RDONLY | O_DIRECTORY); }
static int write_system(void) { return can_open("/usr/lessonbank-was-here", O_WRONLY | O_CREAT | O_EXCL); }
static int write_file(void) { return can_open("/tmp/lessonbank-was-here", O_WRONLY | O_CREAT); }
static int namespaces(void) { return unshare(CLONE_NEWUSER) == 0; }
static int kernel_surface(void) {
  return syscall(SYS_bpf, 0, NULL, 0) >= 0 || syscall(SYS_userfaultfd, 0) >= 0 || syscall(425 /* io_uring_setup */, 1, (char[120]){0}) >= 0;
}
static int keys(void) { return syscall(SYS_add_key, "user", "lessonbank", "x", 1L, -2) >= 0; }
static int hidden_memory(void) { return syscall(SYS_memfd_create, "a", 0) >= 0; }
static int be_root(void) { return getuid() == 0 || setuid(0) == 0; }
static int core_dumps(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max > 0;
}
static int environment(void) {
  for (char **variable = environ; variable && *variable; variable++) {
    if (strncmp(*variable, "PATH=", 5) && strncmp(*variable, "PWD=", 4) && strncmp(*variable, "TMPDIR=", 7)) return 1;
  }
  return 0;
}
/* Those that a worker is given lie below the seventh. */
static int descriptors(void) {
  struct stat status;
  for (int fd = 6; fd < 256; fd++) {
    if (fstat(fd, &status) == 0) return 1;
  }
  return 0;
}
static int write_input(volatile int *input) {
  mprotect((void *)((unsigned long)input & ~4095ul), 4096, PROT_READ | PROT_WRITE);
  *input += 0;
  return 1;
}
/* In pieces, so that one refusal is not taken for a limit on all. */
static int memory(void) {
  for (int piece = 0; piece < 64; piece++) {
    char *bytes = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED) return 0;
    memset(bytes, 1, 16 << 20);
  }
  return 1;
}
/* Many processes, none of which takes much. Nobody waits for an answer: it is to be ended. */
static int memory_together(void) {
  for (int child = 0; child < 16; child++) {
    if (fork() == 0) {
      for (int piece = 0; piece < 4; piece++) {
        char *bytes = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (bytes != MAP_FAILED) memset(bytes, 1, 16 << 20);
      }
      for (;;) pause();
    }
  }
  sleep(2);
  return 1;
}
static int many_processes(void) {
  for (int count = 0; count < 300; count++) {
    pid_t child = fork();
    if (child < 0) return 0;
    if (child == 0) {
      for (;;) pause();
    }
  }
  return 1;
}
static int outlast(void) {
  signal(SIGTERM, SIG_IGN);
  if (fork() == 0) setsid();
  for (;;) pause();
}
/* Clocks of its own, for whoever might ask them. */
int clock_gettime(clockid_t clock, struct timespec *time) {
  (void)clock;
  *time = (struct timespec){0};
  return 0;
}
static int work_unseen(void) {
  for (volatile int turn = 0; turn < 20000000; turn++) {}
  return 0;
}
