/*
 * A seccomp list of refusals for build, test and benchmark commands. They may have sockets (in a network of their own), locks, shared memory
 * and processes; they are kept from namespaces, mounts, keys, which outlive the jail, and the parts of the kernel that only administrators need.
 */
#define _GNU_SOURCE
#include "command-filter.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "newer-calls.h"
#include "program.h"

static void write_policy(struct program *program, int profiling) {
  static const long refused[] = {
      /* namespaces and mounts */
      SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, CALL_OPEN_TREE, CALL_MOVE_MOUNT, CALL_FSOPEN, CALL_FSCONFIG,
      CALL_FSMOUNT, CALL_FSPICK, CALL_MOUNT_SETATTR, CALL_OPEN_TREE_ATTR, SYS_name_to_handle_at, SYS_open_by_handle_at,
      /* what belongs to the user and not to the jail */
      SYS_add_key, SYS_request_key, SYS_keyctl,
      /* large parts of the kernel */
      SYS_bpf, SYS_userfaultfd, CALL_IO_URING_SETUP, CALL_IO_URING_ENTER, CALL_IO_URING_REGISTER, SYS_fanotify_init,
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
  program_always(program, SYS_perf_event_open, profiling ? allow : no);
  /* Its flags lie in memory, where no filter can look; C libraries then use the older call. */
  program_always(program, CALL_CLONE3, SECCOMP_RET_ERRNO | ENOSYS);
  const unsigned namespaces =
      CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  program_when(program, SYS_clone, 0, namespaces, 0, allow, no);
  /* Sockets of the machine itself, beyond what a network namespace keeps in: only the ordinary families. */
  program_whenever(program, SYS_socket, 0, ~0u, AF_UNIX, allow);
  program_whenever(program, SYS_socket, 0, ~0u, AF_INET, allow);
  program_whenever(program, SYS_socket, 0, ~0u, AF_INET6, allow);
  program_when(program, SYS_socket, 0, ~0u, AF_NETLINK, allow, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
  /* Typing into the terminal that we were started from. */
  program_when(program, SYS_ioctl, 1, ~0u, TIOCSTI, no, allow);
  program_end(program, allow);
}

int command_filter_install(int profiling) {
  static struct program program;
  write_policy(&program, profiling);
  return program_install(&program);
}
