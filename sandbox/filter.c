/*
 * A seccomp allow-list. Everything that is not named here ends the process with SIGSYS: new processes, threads, sockets, signals to
 * others, tracing, namespaces, timers, sleeping.
 */
#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "program.h"

static const unsigned allow = SECCOMP_RET_ALLOW, refuse = SECCOMP_RET_TRAP;

static void write_policy(struct program *program, unsigned allowed) {
  const int threads = (allowed & FILTER_THREADS) != 0;
  static const long harmless[] = {
      SYS_read,       SYS_write,        SYS_writev,        SYS_close,         SYS_fstat,      SYS_newfstatat, SYS_lseek,     SYS_pread64,
      SYS_mprotect,   SYS_munmap,       SYS_mremap,        SYS_brk,           SYS_madvise,    SYS_futex,      SYS_getpid,    SYS_gettid,
      SYS_exit,       SYS_exit_group,   SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_getrandom, SYS_clock_gettime, SYS_clock_getres,
      SYS_gettimeofday, SYS_sched_getaffinity, SYS_getcpu, SYS_sysinfo,       SYS_uname,      SYS_getuid,     SYS_geteuid,   SYS_getgid,
      SYS_getegid,    SYS_sched_yield,  SYS_rseq,         SYS_getrusage,     SYS_times,         SYS_getppid,
  };
  /* Asked by ordinary library code, which lives with "no" for an answer. */
  static const long declined[] = {SYS_ioctl, SYS_statx, SYS_readlinkat, SYS_faccessat, SYS_getcwd, SYS_clone3, SYS_fcntl, SYS_membarrier, SYS_mlock, SYS_get_mempolicy, SYS_set_mempolicy, SYS_getdents64,
#ifdef SYS_readlink
                                  SYS_readlink, SYS_access,
#endif
  };
  const unsigned no = SECCOMP_RET_ERRNO | ENOSYS;
  program_begin(program);
  if (allowed & FILTER_SANITIZERS) {
    /* Their runtime reads its own memory map and names, and finds out by a pipe which addresses are mapped. */
    static const long runtime[] = {SYS_pipe2, SYS_readlinkat,
#ifdef SYS_readlink
                                   SYS_readlink, SYS_pipe,
#endif
    };
    for (size_t index = 0; index < sizeof runtime / sizeof *runtime; index++) program_always(program, runtime[index], allow);
    program_always(program, SYS_prctl, SECCOMP_RET_ERRNO | EPERM);
  }
  for (size_t index = 0; index < sizeof harmless / sizeof *harmless; index++) {
    if (harmless[index] != SYS_futex) program_always(program, harmless[index], allow);
  }
  for (size_t index = 0; index < sizeof declined / sizeof *declined; index++) {
    if (declined[index] != SYS_clone3 || threads) program_always(program, declined[index], no);
  }
  /* Reading what the sandbox holds is fine; it holds nothing that can be written. */
  program_when(program, SYS_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY, allow, SECCOMP_RET_ERRNO | EROFS);
#ifdef SYS_open
  program_when(program, SYS_open, 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY, allow, SECCOMP_RET_ERRNO | EROFS);
#endif
  /* Neither shared anonymous memory nor a growing stack would count against the memory limit. */
  program_whenever(program, SYS_mmap, 3, MAP_SHARED | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS, SECCOMP_RET_ERRNO | ENOMEM);
  program_when(program, SYS_mmap, 3, MAP_GROWSDOWN, 0, allow, SECCOMP_RET_ERRNO | ENOMEM);
  /* Our own handlers for SIGSYS and SIGABRT stay. */
  program_when(program, SYS_rt_sigaction, 0, ~0u, SIGSYS, SECCOMP_RET_ERRNO | EINVAL, allow);
  program_when_both(program, SYS_tgkill, (const int[]){0, 2}, (const unsigned[]){(unsigned)getpid(), SIGABRT}, allow, refuse);
  program_when_null(program, SYS_prlimit64, 2, allow, SECCOMP_RET_ERRNO | EPERM);
  if (threads) {
    /* A thread as the C libraries make it, and nothing beside: no namespaces, no tracing, no process. */
    const unsigned thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
    const unsigned optional = CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |
                              CLONE_CHILD_SETTID | CLONE_DETACHED;
    program_when(program, SYS_clone, 0, ~optional, thread, allow, refuse);
    program_always(program, SYS_futex, allow);
    program_always(program, SYS_set_robust_list, allow);
    program_always(program, SYS_sched_setaffinity, SECCOMP_RET_ERRNO | EPERM);
    program_always(program, SYS_prctl, SECCOMP_RET_ERRNO | EPERM); /* thread names */
  } else {
    /* Waking is harmless; waiting alone would be sleeping. */
    program_when(program, SYS_futex, 1, 0x7f, FUTEX_WAKE, allow, refuse);
  }
  program_end(program, refuse);
}

static const struct {
  long number;
  const char *name;
} familiar[] = {
    {SYS_clone, "clone (a new process or thread)"},
    {SYS_clone3, "clone3 (a new process or thread)"},
#ifdef SYS_fork
    {SYS_fork, "fork"},
    {SYS_vfork, "vfork"},
    {SYS_poll, "poll"},
    {SYS_select, "select"},
    {SYS_pause, "pause"},
    {SYS_alarm, "alarm"},
#endif
    {SYS_execve, "execve"},
    {SYS_socket, "socket"},
    {SYS_socketpair, "socketpair"},
    {SYS_kill, "kill"},
    {SYS_tgkill, "tgkill (a signal)"},
    {SYS_ptrace, "ptrace"},
    {SYS_process_vm_readv, "process_vm_readv"},
    {SYS_process_vm_writev, "process_vm_writev"},
    {SYS_nanosleep, "nanosleep"},
    {SYS_clock_nanosleep, "clock_nanosleep"},
    {SYS_futex, "futex (waiting for another thread)"},
    {SYS_ppoll, "ppoll"},
    {SYS_pselect6, "pselect6"},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait"},
    {SYS_clock_settime, "clock_settime"},
    {SYS_unshare, "unshare"},
    {SYS_setns, "setns"},
    {SYS_mount, "mount"},
    {SYS_bpf, "bpf"},
    {SYS_io_uring_setup, "io_uring_setup"},
    {SYS_memfd_create, "memfd_create"},
    {SYS_timer_create, "timer_create"},
    {SYS_setitimer, "setitimer"},
    {SYS_prctl, "prctl"},
    {SYS_seccomp, "seccomp"},
    {SYS_sched_setaffinity, "sched_setaffinity"},
    {SYS_keyctl, "keyctl"},
    {SYS_add_key, "add_key"},
    {SYS_unlinkat, "unlinkat"},
    {SYS_mkdirat, "mkdirat"},
};

static void say(const char *text) {
  ssize_t ignored = write(2, text, strlen(text));
  (void)ignored;
}

static void on_refusal(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)context;
  char digits[24];
  int at = sizeof digits - 1;
  const char *name = NULL;
  for (size_t index = 0; index < sizeof familiar / sizeof *familiar; index++) {
    if (familiar[index].number == info->si_syscall) name = familiar[index].name;
  }
  digits[at] = 0;
  for (unsigned number = (unsigned)info->si_syscall; !name || at == sizeof digits - 1; number /= 10) {
    digits[--at] = (char)('0' + number % 10);
    if (number < 10) break;
  }
  say("lessonbank: refused system call ");
  say(name ? name : digits + at);
  say("\n");
  _exit(128 + SIGSYS);
}

/* The kernel drops an abort of a namespace's first process unless it is handled. */
static void on_abort(int signal) { _exit(128 + signal); }

int filter_install(unsigned allowed) {
  struct sigaction refusal = {.sa_sigaction = on_refusal, .sa_flags = SA_SIGINFO | SA_NODEFER}, abortion = {.sa_handler = on_abort};
  sigaction(SIGSYS, &refusal, NULL);
  sigaction(SIGABRT, &abortion, NULL);
  static struct program program;
  write_policy(&program, allowed);
  return program_install(&program);
}
