import { afterAll, describe, expect, it } from "vitest";
import { titled, useAttempts, type Attempt } from "./attempts.ts";
import { expectFailure, useBench } from "./judge.ts";

const bench = useBench();
afterAll(() => bench.expectUnharmed());

const refused = (name: string): RegExp =>
  new RegExp(`^Used a system call that the sandbox refuses, ${name}\\b.*, in a call with which=`);
const anyRefused = /^Used a system call that the sandbox refuses, /;

/** C11 and S35, S36, S38, S40: what only asking for ends a worker. */
const ending: Attempt[] = [
  { title: "forks", code: "fork();", ends: /refuses, (clone|fork)/ },
  {
    title: "forks by clone3",
    code: "char how[88] = {0}; syscall(SYS_clone3, how, 88L);",
    ends: refused("clone3"),
  },
  {
    title: "spawns a program",
    code: 'pid_t pid; char *none[] = {0}; posix_spawn(&pid, "/usr/bin/true", 0, 0, none, none);',
    ends: /SIGSYS|refuses, clone/,
  },
  { title: "starts a thread", code: "pthread_t t; pthread_create(&t, 0, idle, 0);", ends: /SIGSYS|refuses/ },
  {
    title: "becomes another program",
    code: 'char *none[] = {0}; execve("/usr/bin/true", none, none);',
    ends: refused("execve"),
  },
  {
    title: "becomes another program by its descriptor",
    code: 'char *none[] = {0}; int fd = open("/usr/bin/true", O_RDONLY); syscall(SYS_execveat, fd, "", none, none, 0x1000);',
    ends: anyRefused,
  },
  { title: "traces process 1", code: "ptrace(PTRACE_ATTACH, 1, 0, 0);", ends: refused("ptrace") },
  { title: "asks to be traced", code: "ptrace(PTRACE_TRACEME, 0, 0, 0);", ends: refused("ptrace") },
  { title: "signals every process", code: "kill(-1, SIGKILL);", ends: refused("kill") },
  { title: "signals its parent", code: "kill(getppid(), SIGKILL);", ends: refused("kill") },
  { title: "stops itself", code: "raise(SIGSTOP);", ends: refused("tgkill") },
  {
    title: "queues a signal",
    code: "siginfo_t info = {0}; syscall(SYS_rt_sigqueueinfo, 1L, SIGSTOP, &info);",
    ends: anyRefused,
  },
  {
    title: "reads another process",
    code: "struct iovec one = {out, 1}; process_vm_readv(2, &one, 1, &one, 1, 0);",
    ends: refused("process_vm_readv"),
  },
  { title: "gets hold of a process", code: "syscall(SYS_pidfd_open, 1L, 0L);", ends: anyRefused },
  {
    title: "copies a descriptor of another",
    code: "syscall(SYS_pidfd_getfd, 3L, 0L, 0L);",
    ends: anyRefused,
  },
  { title: "opens an internet socket", code: "socket(AF_INET, SOCK_STREAM, 0);", ends: refused("socket") },
  { title: "opens a local socket", code: "socket(AF_UNIX, SOCK_DGRAM, 0);", ends: refused("socket") },
  { title: "opens a socket to the host", code: "socket(AF_VSOCK, SOCK_STREAM, 0);", ends: refused("socket") },
  { title: "opens a netlink socket", code: "socket(AF_NETLINK, SOCK_RAW, 0);", ends: refused("socket") },
  {
    title: "opens a pair of sockets",
    code: "int pair[2]; socketpair(AF_UNIX, SOCK_STREAM, 0, pair);",
    ends: refused("socketpair"),
  },
  {
    title: "sends a descriptor over the control channel",
    code: `struct { struct cmsghdr head; int fd; } control = {{CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}, 5};
      char byte = 5; struct iovec data = {&byte, 1};
      struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
      sendmsg(3, &message, 0);`,
    ends: anyRefused,
  },
  {
    title: "listens on the control channel for descriptors",
    code: "struct msghdr message = {0}; recvmsg(3, &message, 0);",
    ends: anyRefused,
  },
  {
    title: "makes shared memory with a key",
    code: "syscall(SYS_shmget, 1L, 4096L, 01666L);",
    ends: anyRefused,
  },
  { title: "makes a queue of messages", code: "syscall(SYS_msgget, 1L, 01666L);", ends: anyRefused },
  {
    title: "makes a file of memory",
    code: 'syscall(SYS_memfd_create, "x", 0L);',
    ends: refused("memfd_create"),
  },
  { title: "locks all memory", code: "syscall(SYS_mlockall, 7L);", ends: anyRefused },
  {
    title: "adds a key",
    code: 'syscall(SYS_add_key, "user", "lessonbank", "x", 1L, -4L);',
    ends: refused("add_key"),
  },
  { title: "reads a keyring", code: "syscall(SYS_keyctl, 11L, -4L, out, 64L);", ends: refused("keyctl") },
  { title: "locks a shared file", code: "flock(4, LOCK_EX);", ends: anyRefused },
  { title: "resizes the arena of outputs", code: "syscall(SYS_ftruncate, 5L, 0L);", ends: anyRefused },
  {
    title: "punches a hole into the arena of outputs",
    code: "syscall(SYS_fallocate, 5L, 3L, 0L, 4096L);",
    ends: anyRefused,
  },
  {
    title: "puts a filter on the filter",
    code: "syscall(SYS_seccomp, 1L, 0L, 0L);",
    ends: refused("seccomp"),
  },
  { title: "changes what it is", code: "prctl(PR_SET_DUMPABLE, 1);", ends: refused("prctl") },
  { title: "changes its personality", code: "syscall(SYS_personality, 0x0400000L);", ends: anyRefused },
  {
    title: "sets up an asynchronous ring",
    code: "char ring[120] = {0}; syscall(SYS_io_uring_setup, 4L, ring);",
    ends: refused("io_uring_setup"),
  },
  {
    title: "loads a kernel program",
    code: "char how[120] = {0}; syscall(SYS_bpf, 5L, how, 120L);",
    ends: refused("bpf"),
  },
  { title: "handles its own page faults", code: "syscall(SYS_userfaultfd, 1L);", ends: anyRefused },
  {
    title: "counts events of the processor",
    code: "char how[120] = {0}; syscall(SYS_perf_event_open, how, 0L, -1L, -1L, 0L);",
    ends: anyRefused,
  },
  { title: "makes a new user namespace", code: "unshare(CLONE_NEWUSER);", ends: refused("unshare") },
  { title: "enters a namespace", code: "setns(3, 0);", ends: refused("setns") },
  { title: "mounts", code: 'syscall(SYS_mount, "proc", "/usr", "proc", 0L, 0L);', ends: refused("mount") },
  { title: "unmounts", code: 'syscall(SYS_umount2, "/usr", 2L);', ends: anyRefused },
  { title: "makes a folder", code: 'mkdirat(AT_FDCWD, "/left", 0777);', ends: refused("mkdirat") },
  { title: "makes a link", code: 'symlinkat("/usr", AT_FDCWD, "/left");', ends: anyRefused },
  { title: "removes a file", code: 'unlinkat(AT_FDCWD, "/library.so", 0);', ends: refused("unlinkat") },
  { title: "makes its copy of a descriptor", code: "dup2(5, 9);", ends: anyRefused },
  {
    title: "sleeps",
    code: "struct timespec a = {0, 1000}; nanosleep(&a, 0);",
    ends: /refuses, (clock_)?nanosleep/,
  },
  {
    title: "waits for nobody",
    code: "int word = 0; syscall(SYS_futex, &word, 0L, 0L, 0L, 0L, 0L);",
    ends: refused("futex"),
  },
  {
    title: "sets an alarm",
    code: "struct { long t[4]; } a = {{0, 1, 0, 1}}; syscall(SYS_setitimer, 0L, &a, 0L);",
    ends: refused("setitimer"),
  },
  {
    title: "blocks the signal of refusal first",
    code: "sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, 0); fork();",
    ends: /SIGSYS/,
  },
];

/** Asked by ordinary programs, and answered with an error: what matters is that nothing comes of it. */
const declined: Attempt[] = [
  {
    title: "replaces the handler of refusals",
    code: 'if (!signal(SIGSYS, SIG_IGN)) found("SIGSYS");',
    ends: "harmless",
  },
  {
    title: "raises its limits",
    code: `struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};
      for (int kind = 0; kind < 16; kind++) if (!setrlimit(kind, &most)) found("a limit");`,
    ends: "harmless",
  },
  {
    title: "raises its limits from an address whose lower half is zero",
    code: `struct rlimit *more = mmap((void *)(1ul << 32), 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      if (more == MAP_FAILED) _exit(7);
      *more = (struct rlimit){64, 64};
      if (!syscall(SYS_prlimit64, 0L, RLIMIT_NOFILE, more, 0L)) found("a limit was set");`,
    ends: "harmless",
  },
  { title: "locks memory", code: 'if (!mlock(out, 4096)) found("locked");', ends: "harmless" },
  {
    title: "locks a part of a shared file",
    code: 'struct flock all = {.l_type = F_RDLCK}; if (!fcntl(4, F_SETLK, &all)) found("lock");',
    ends: "harmless",
  },
  {
    title: "seals the arena of outputs",
    code: 'if (!fcntl(5, F_ADD_SEALS, F_SEAL_WRITE)) found("seal");',
    ends: "harmless",
  },
  {
    title: "makes the control channel non-blocking",
    code: 'if (!fcntl(3, F_SETFL, O_NONBLOCK)) found("flag");',
    ends: "harmless",
  },
  {
    title: "lists folders",
    code: 'char list[4096]; int fd = open("/", O_RDONLY | O_DIRECTORY); if (syscall(SYS_getdents64, fd, list, 4096L) > 0) found("list");',
    ends: "harmless",
  },
  {
    title: "handles SIGSEGV, SIGTERM and SIGCONT itself",
    code: "signal(SIGSEGV, SIG_IGN); signal(SIGTERM, SIG_IGN); signal(SIGCONT, SIG_IGN);",
    ends: "harmless",
  },
];

describe("a candidate is ended that", () => {
  const attempts = useAttempts(bench, ending);
  it.each(titled(ending))("%s", (_, attempt) => attempts.expectRepelled(attempt));
});

describe("nothing comes of it when a candidate", () => {
  const attempts = useAttempts(bench, declined);
  it.each(titled(declined))("%s", (_, attempt) => attempts.expectRepelled(attempt));
});

describe("a candidate with threads is ended that", () => {
  const raw = (flags: string): string =>
    `static char stack[65536]; syscall(SYS_clone, ${flags}, stack + 65536, 0L, 0L, 0L);`;
  const threaded: Attempt[] = [
    { title: "forks", code: "fork();", ends: anyRefused },
    { title: "forks within its memory", code: raw("CLONE_VM | SIGCHLD"), ends: anyRefused },
    {
      title: "makes a namespace with its thread",
      code: raw("CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_NEWNET"),
      ends: anyRefused,
    },
    {
      title: "makes a thread that a tracer follows",
      code: raw("CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_PTRACE"),
      ends: anyRefused,
    },
    {
      title: "starts more threads than it could use",
      code: `pthread_attr_t small; pthread_attr_init(&small); pthread_attr_setstacksize(&small, 16384);
        for (int count = 0; count < 1000; count++) { pthread_t t; if (pthread_create(&t, &small, idle, 0)) _exit(7); }
        found("a thousand threads");`,
      ends: /^(Exited with status 7|Killed)/,
    },
    {
      title: "leaves its helpers behind",
      code: "pthread_t t; pthread_create(&t, 0, idle, 0); syscall(SYS_exit, 0L);",
      ends: /./,
    },
  ];
  const attempts = useAttempts(bench, threaded, { task: "attempts-with-threads" });
  it.each(titled(threaded))("%s", (_, attempt) => attempts.expectRepelled(attempt));
});

describe.runIf(process.arch === "x64")(
  "a candidate that leaves the library and calls the kernel itself",
  () => {
    const bare: Attempt[] = [
      {
        title: "by the 64-bit way is refused",
        code: 'long r; __asm__ volatile("syscall" : "=a"(r) : "a"(57L) : "rcx", "r11", "memory");',
        ends: refused("fork"),
      },
      {
        title: "by the 32-bit way is killed",
        code: 'long r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(2L) : "memory");',
        ends: /SIGSYS|SIGSEGV/,
      },
      {
        title: "with an x32 number is refused",
        code: 'long r; __asm__ volatile("syscall" : "=a"(r) : "a"(0x40000039L) : "rcx", "r11", "memory");',
        ends: /^Used a system call that the sandbox refuses, \d+, /,
      },
      {
        title: "with a number whose upper half is set is refused all the same",
        code: 'long r; __asm__ volatile("syscall" : "=a"(r) : "a"(0x100000039L) : "rcx", "r11", "memory");',
        ends: refused("fork"),
      },
    ];
    const attempts = useAttempts(bench, bare);
    it.each(titled(bare))("%s", (_, attempt) => attempts.expectRepelled(attempt));
  },
);

describe.runIf(process.arch === "x64")("of all numbers of system calls", () => {
  /** read, write, open, close, fstat, lseek, mmap, mprotect, munmap, brk, …: see sandbox/filter.c. */
  const harmless = [
    0, 1, 2, 3, 5, 8, 9, 10, 11, 12, 13, 14, 17, 20, 24, 25, 28, 39, 63, 96, 98, 99, 100, 102, 104, 107, 108,
    110, 131, 186, 204, 228, 229, 257, 262, 302, 309, 318, 334,
  ];
  /** futex and set_robust_list. */
  const ofThreads = [202, 273];

  it.each([
    ["attempts", harmless],
    ["attempts-with-threads", [...harmless, ...ofThreads]],
  ] as const)(
    "only the harmless are carried out, even for one that disarms the loader (%s)",
    async (task, allowed) => {
      const outcome = await bench.judge("attacks/c11-every-number.c", { task });
      expectFailure(outcome, "crashed", /^Exited with status 42 in a call.*\ncarried out: [\d ]+\.$/);
      const numbers = outcome.reason?.split("carried out:")[1]?.match(/\d+/g)?.map(Number) ?? [];
      expect(numbers).toContain(39);
      expect(numbers.filter((number) => !(allowed as readonly number[]).includes(number))).toEqual([]);
    },
  );
});

describe("a candidate with a memory limit of 64 MiB", () => {
  const small = useBench({ memoryBytes: 64 * 2 ** 20 });
  const memory: Attempt[] = [
    {
      title: "does not get more from malloc",
      code: `for (int count = 0; count < 1024; count++) { char *p = malloc(1 << 20); if (!p) _exit(7); memset(p, 1, 1 << 20); }
        found("more memory than there may be");`,
      ends: /^Exited with status 7 /,
    },
    {
      title: "does not get more from mmap",
      code: "take_memory(3, MAP_PRIVATE | MAP_ANONYMOUS, 1 << 20);",
      ends: /^Exited with status 7 /,
    },
    {
      title: "does not get more from shared mmap",
      code: "take_memory(3, MAP_SHARED | MAP_ANONYMOUS, 1 << 20);",
      ends: /^Exited with status 7 /,
    },
    {
      title: "does not get more by calling it a stack",
      code: "take_memory(3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, 1 << 20);",
      ends: /^Exited with status 7 /,
    },
    {
      title: "does not get more from copies of the arenas",
      code: `for (int count = 0; count < 1 << 18; count++) {
          volatile char *page = mmap(NULL, 4096, 3, MAP_PRIVATE, 4, 0); if (page == MAP_FAILED) _exit(7); page[0] = 1; }
        found("more memory than there may be");`,
      ends: /^Exited with status 7 /,
    },
    {
      title: "does not get more by making readable memory writable",
      code: `for (int count = 0; count < 1024; count++) {
          char *p = mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
          if (p == MAP_FAILED || mprotect(p, 1 << 20, 3)) _exit(7); memset(p, 1, 1 << 20); }
        found("more memory than there may be");`,
      ends: /^Exited with status 7 /,
    },
    {
      title: "does not get more by letting memory grow",
      code: `char *p = mmap(NULL, 1 << 20, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (size_t size = 2 << 20; size <= 1 << 30; size += 1 << 20) {
          p = mremap(p, size - (1 << 20), size, MREMAP_MAYMOVE); if (p == MAP_FAILED) _exit(7); memset(p + size - (1 << 20), 1, 1 << 20); }
        found("more memory than there may be");`,
      ends: /^Exited with status 7 /,
    },
    {
      title: "does not get more from the program break",
      code: 'for (int count = 0; count < 1024; count++) { char *p = sbrk(1 << 20); if (p == (void *)-1) _exit(7); memset(p, 1, 1 << 20); } found("more");',
      ends: /^Exited with status 7 /,
    },
    {
      title: "does not get more as page tables of memory that it only reads",
      code: `size_t size = (size_t)1 << 40;
        volatile char *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) _exit(7);
        for (size_t at = 0; at < size; at += (size_t)1 << 30) (void)p[at];
        found("a tebibyte of addresses");`,
      ends: /^Exited with status 7 /,
    },
    {
      title: "does not get more by recursion",
      code: 'volatile char *deep = 0; for (size_t size = 1 << 20; ; size += 1 << 20) { deep = __builtin_alloca(1 << 20); for (int at = 0; at < 1 << 20; at += 1024) deep[at] = 1; if (size > 1 << 30) found("stack"); }',
      ends: /SIGSEGV/,
    },
    {
      title: "cannot lock what it has",
      code: 'void *p = mmap(NULL, 1 << 20, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0); if (p != MAP_FAILED) found("locked");',
      ends: "harmless",
    },
  ];
  const attempts = useAttempts(small, memory);
  it.each(titled(memory))("%s", (_, attempt) => attempts.expectRepelled(attempt));
});
