/*
 * A seccomp list of refusals for honest programs that work on hostile input. They are told "not permitted" rather than killed: some ask
 * out of habit. It keeps from them tracing, namespaces, mounts, keys, locks, sockets, memory that no limit counts, and the parts of the kernel
 * that only administrators need.
 */
#define _GNU_SOURCE
#include "tool-filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "newer-calls.h"
#include "program.h"

static void write_policy(struct program *program) {
  static const long refused[] = {
      /* other processes */
      SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_move_pages, SYS_migrate_pages, CALL_PIDFD_GETFD, CALL_PROCESS_MADVISE,
      CALL_PROCESS_MRELEASE,
      /* namespaces and mounts */
      SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, CALL_OPEN_TREE, CALL_MOVE_MOUNT, CALL_FSOPEN, CALL_FSCONFIG,
      CALL_FSMOUNT, CALL_FSPICK, CALL_MOUNT_SETATTR, CALL_OPEN_TREE_ATTR, SYS_name_to_handle_at, SYS_open_by_handle_at,
      /* what outlives a process */
      SYS_add_key, SYS_request_key, SYS_keyctl, SYS_shmget, SYS_shmat, SYS_shmctl, SYS_msgget, SYS_semget, SYS_mq_open,
      /* memory that no process limit counts */
      SYS_memfd_create, CALL_MEMFD_SECRET,
      /* large parts of the kernel */
      SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, CALL_IO_URING_SETUP, CALL_IO_URING_ENTER, CALL_IO_URING_REGISTER, SYS_fanotify_init,
      /* the machine's administration */
      SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_syslog,
      SYS_sethostname, SYS_setdomainname, SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_quotactl, CALL_QUOTACTL_FD,
      SYS_vhangup,
#ifdef SYS_kexec_file_load
      SYS_kexec_file_load,
#endif
#if defined(__x86_64__)
      SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS_ustat, SYS_sysfs,
#endif
  };
  const unsigned allow = SECCOMP_RET_ALLOW, no = SECCOMP_RET_ERRNO | EPERM;
  program_begin(program);
  program_without_x32(program);
  for (size_t index = 0; index < sizeof refused / sizeof *refused; index++) program_always(program, refused[index], no);
  /* Its flags lie in memory, where no filter can look; C libraries then use the older call. */
  program_always(program, CALL_CLONE3, SECCOMP_RET_ERRNO | ENOSYS);
  const unsigned namespaces =
      CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  program_when(program, SYS_clone, 0, namespaces, 0, allow, no);
  program_always(program, SYS_socket, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
  program_when(program, SYS_socketpair, 0, ~0u, AF_UNIX, allow, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
  /* To ask which one is in force is all that anybody needs. */
  program_when(program, SYS_personality, 0, ~0u, ~0u, allow, no);
  /* Locks, leases and watches on the system's files, which all jails see. */
  static const unsigned locks[] = {F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE, F_NOTIFY};
  program_always(program, SYS_flock, no);
  for (size_t index = 0; index < sizeof locks / sizeof *locks; index++) program_whenever(program, SYS_fcntl, 1, ~0u, locks[index], no);
  /* Typing into the terminal that we were started from. */
  program_when(program, SYS_ioctl, 1, ~0u, TIOCSTI, no, allow);
  program_end(program, allow);
}

int tool_filter_install(void) {
  static struct program program;
  write_policy(&program);
  return program_install(&program);
}
