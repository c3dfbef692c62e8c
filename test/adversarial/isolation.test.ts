import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheDirectory } from "../../src/evaluate/cache.ts";
import { repeatWhereNoisy } from "../noisy-machine.ts";
import { titled, useAttempts, type Attempt } from "./attempts.ts";
import { filesBelow, here, useBench, useOwnCache, workers } from "./judge.ts";

await useOwnCache();

/** What attacks are after: an environment variable, a file that anybody may read, a socket on loopback. */
const secret = `canary-${randomBytes(12).toString("hex")}`;
const folder = mkdtempSync(join(tmpdir(), "lessonbank-canary-"));
const canary = join(folder, "canary");
writeFileSync(canary, secret, { mode: 0o644 });
process.env["LESSONBANK_CANARY"] = secret;
let listening: Server;
let connections = 0;

const bench = useBench();
beforeAll(async () => {
  listening = createServer((socket) => void (connections++, socket.destroy()));
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await bench.expectUnharmed();
  expect(connections).toBe(0);
  expect(await readFile(canary, "utf8")).toBe(secret);
  expect(await readdir(folder)).toEqual(["canary"]);
  listening.close();
  rmSync(folder, { recursive: true });
});

const planted = (): Record<string, string> => ({
  SECRET: secret,
  CANARY: canary,
  FOLDER: folder,
  CACHE: cacheDirectory(),
  HOME: homedir(),
  CHECKOUT: join(here, "..", ".."),
  TMP: tmpdir(),
});

/** Looks for the secret, byte by byte. */
const scan = (from: string, to: string): string => `
  for (const char *at = (const char *)(${from}); at < (const char *)(${to}); at++)
    if (*at == 'c' && !memcmp(at, "@SECRET@", 31)) found("the secret");`;

/** S34: what of the host's could be found by a candidate that knows exactly what it looks for. */
const secrets: Attempt[] = [
  {
    title: "the host's environment",
    code: 'for (char **one = environ; *one; one++) if (strncmp(*one, "PWD=", 4)) found(*one);',
    ends: "harmless",
  },
  {
    title: "more on its stack than it put there",
    code: scan("environ", "((unsigned long)environ | 4095) + 1"),
    ends: "harmless",
  },
  {
    title: "descriptors beside its own",
    code: `struct stat about; for (int fd = 6; fd < 1024; fd++) if (!fstat(fd, &about)) found("a descriptor");`,
    ends: "harmless",
  },
  {
    title: "anything behind its own descriptors",
    code: `char bytes[256]; struct stat about;
      if (read(0, bytes, 256) != 0) found("something on standard input");
      for (int fd = 1; fd < 3; fd++) if (read(fd, bytes, 256) > 0) found("something to read");
      for (int fd = 0; fd < 6; fd++) if (fstat(fd, &about) || S_ISDIR(about.st_mode) || S_ISBLK(about.st_mode)) found("no descriptor of ours");`,
    ends: "harmless",
  },
  { title: "a file by its name", code: 'try_to_read("@CANARY@");', ends: "harmless" },
  {
    title: "a file by a way round",
    code: 'try_to_read("/usr/..@CANARY@"); try_to_read("../../..@CANARY@"); try_to_read("/library.so/..@CANARY@");',
    ends: "harmless",
  },
  {
    title: "the home, the cache, the checkout or the temporary folder",
    code: 'try_to_read("@HOME@"); try_to_read("@CACHE@"); try_to_read("@CHECKOUT@"); try_to_read("@TMP@"); try_to_read("/root"); try_to_read("/home"); try_to_read("/var"); try_to_read("/run");',
    ends: "harmless",
  },
  {
    title: "the accounts of the system",
    code: 'try_to_read("/etc/passwd"); try_to_read("/etc/shadow"); try_to_read("/etc/hostname"); try_to_read("/etc/resolv.conf"); try_to_read("/etc/machine-id");',
    ends: "harmless",
  },
  {
    title: "what the kernel tells of processes",
    code: 'try_to_read("/proc/self/environ"); try_to_read("/proc/1/root/"); try_to_read("/proc/self/mem"); try_to_read("/proc/self/fd/4"); try_to_read("/sys/kernel"); try_to_read("/proc/sys/kernel/core_pattern");',
    ends: "harmless",
  },
  {
    title: "devices",
    code: 'try_to_read("/dev/zero"); try_to_read("/dev/mem"); try_to_read("/dev/tty"); try_to_read("/dev/shm"); try_to_read("/dev/fd/4"); try_to_read("/dev/kmsg");',
    ends: "harmless",
  },
  {
    title: "the host's name",
    code: 'char name[256]; gethostname(name, 256); if (strcmp(name, "worker")) found(name);',
    ends: "harmless",
  },
  {
    title: "itself to be root, or in the presence of a parent",
    code: 'if (!getuid() || !geteuid() || !getgid() || !getegid()) found("root"); if (getpid() != 1 || getppid()) found("a parent");',
    ends: "harmless",
  },
];

describe("a candidate does not find", () => {
  const attempts = useAttempts(bench, secrets, { planted });
  it.each(titled(secrets))("%s", (_, attempt) => attempts.expectRepelled(attempt));
});

/** S37, S39, S41: what would be there for a later run, or for the host, to find. */
const traces: Attempt[] = [
  {
    title: "files",
    code: 'try_to_write("/left"); try_to_write("/tmp/left"); try_to_write("/usr/left"); try_to_write("/usr/local/left"); try_to_write("/dev/shm/left"); try_to_write("/in/left"); try_to_write("left"); try_to_write("@FOLDER@/left"); try_to_write("@CACHE@/left"); try_to_write("@CANARY@");',
    ends: "harmless",
  },
  {
    title: "files without a name",
    code: 'if (open("/", O_TMPFILE | O_RDWR, 0600) >= 0 || open("/usr", O_TMPFILE | O_WRONLY, 0600) >= 0) found("a file");',
    ends: "harmless",
  },
  {
    title: "changes to the programs that it is made of",
    code: 'try_to_write("/library.so"); try_to_write("/loader"); try_to_write("/usr/bin/env"); try_to_write("/etc/ld.so.cache");',
    ends: "harmless",
  },
  {
    title: "a core dump elsewhere",
    code: 'try_to_write("/proc/sys/kernel/core_pattern"); try_to_write("/proc/self/mem"); try_to_write("/proc/self/oom_score_adj");',
    ends: "harmless",
  },
  {
    title: "a shared memory by name",
    code: 'if (shm_open("/left", O_RDWR | O_CREAT, 0600) >= 0) found("shared memory");',
    ends: "harmless",
  },
  {
    title: "a larger file through its descriptors",
    code: `static char block[65536]; for (int fd = 0; fd < 6; fd++) { if (fd == 2 || fd == 3) continue;
      for (int count = 0; count < 64; count++) if (write(fd, block, sizeof block) > 0 && fd != 1) found("written"); }`,
    ends: "harmless",
  },
];

describe("a candidate cannot leave", () => {
  let before: string[];
  beforeAll(async () => {
    before = await filesBelow(cacheDirectory());
  });
  afterAll(async () => {
    const added = (await filesBelow(cacheDirectory())).filter((file) => !before.includes(file));
    expect(added.filter((file) => !/\/sessions\/|\/native\/|\/shims\//.test(file))).toEqual([]);
  });
  const attempts = useAttempts(bench, traces, { planted });
  it.each(titled(traces))("%s", (_, attempt) => attempts.expectRepelled(attempt));
});

/** The arenas and the control channel: descriptors 3, 4 and 5. */
const channel: Attempt[] = [
  {
    title: "makes a writable view of the inputs",
    code: 'if (mmap(0, 4096, 3, MAP_SHARED, 4, 0) != MAP_FAILED) found("writable inputs");',
    ends: "harmless",
  },
  {
    title: "makes its view of the inputs writable",
    code: 'if (!mprotect((void *)((uintptr_t)values & ~4095ul), 4096, 3)) found("writable inputs");',
    ends: "harmless",
  },
  {
    title: "discards the inputs",
    code: 'if (!madvise((void *)((uintptr_t)values & ~4095ul), 4096, MADV_REMOVE)) found("inputs discarded");',
    ends: "harmless",
  },
  {
    title: "writes to the inputs through their descriptor",
    code: 'if (write(4, out, 1) > 0) found("inputs written");',
    ends: "harmless",
  },
  {
    title: "maps the table and reads the layout",
    code: "volatile const uint64_t *table = mmap(0, 4096, PROT_READ, MAP_SHARED, 4, 0); if (table == MAP_FAILED) _exit(7); (void)table[0];",
    ends: "harmless",
  },
  {
    title: "reads beyond the end of an arena",
    code: "volatile char *end = mmap(0, (size_t)1 << 32, PROT_READ, MAP_SHARED, 5, 0); if (end == MAP_FAILED) _exit(7); (void)end[((size_t)1 << 32) - 1];",
    ends: /SIGBUS/,
  },
  {
    title: "discards the outputs before it writes them",
    code: "madvise((void *)((uintptr_t)out & ~4095ul), 4096, MADV_REMOVE);",
    ends: "harmless",
  },
  {
    title: "fills all of the arena of outputs with garbage",
    code: "volatile char *all = mmap(0, 1 << 30, 3, MAP_SHARED, 5, 0); if (all == MAP_FAILED) _exit(7); for (;;) *all++ = 1;",
    ends: /SIGBUS/,
  },
  {
    title: "puts memory of its own in the place of the outputs",
    code: "mmap((void *)((uintptr_t)out & ~4095ul), 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);",
    ends: /but the reference gives|SIGSEGV/,
  },
  { title: "lets go of the arenas", code: "close(4); close(5);", ends: "harmless" },
  { title: "closes the standard descriptors", code: "close(0); close(1); close(2);", ends: "harmless" },
  { title: "closes the control channel", code: "close(3);", ends: /^Exited with status 98/ },
  {
    title: "closes the control channel and stays",
    code: "close(3); for (volatile int on = 1; on;) {}",
    ends: /^Broke the sandbox's control channel/,
  },
  { title: "sends an empty message", code: "if (write(3, out, 0)) _exit(7);", ends: /^Broke|^Exited/ },
  {
    title: "sends a long message",
    code: "static unsigned long_message[1000] = {5}; if (write(3, long_message, sizeof long_message) < 0) _exit(7);",
    ends: /^Broke/,
  },
  {
    title: "sends its message in pieces",
    code: "unsigned reply[2] = {5, 0}; struct iovec pieces[2] = {{reply, 4}, {reply + 1, 4}}; if (writev(3, pieces, 2) < 0) _exit(7);",
    ends: /^Broke/,
  },
  {
    title: "reports another status",
    code: "unsigned reply[2] = {5, 1}; if (write(3, reply, 8) < 0) _exit(7);",
    ends: /^Broke/,
  },
  {
    title: "floods the control channel",
    code: "unsigned reply[2] = {5, 0}; for (int count = 0; count < 100000; count++) if (write(3, reply, 8) < 0) _exit(7);",
    ends: /^(Broke|Stopped|Exited)/,
  },
  {
    title: "waits for a command that does not come",
    code: "char command[8]; if (read(3, command, 8) < 0) _exit(7);",
    ends: /^Stopped after 300 ms/,
  },
];

describe("nothing is harmed by a candidate that", () => {
  const attempts = useAttempts(bench, channel, { limitMs: 300 });
  it.each(titled(channel))("%s", (_, attempt) => attempts.expectRepelled(attempt));
});

/** S38: what never ends by itself. */
const hanging: Attempt[] = [
  {
    title: "spins with every signal blocked",
    code: "sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, 0); for (volatile int on = 1; on;) {}",
    ends: /^Stopped after 300 ms/,
  },
  {
    title: "spins with every signal ignored",
    code: "for (int number = 1; number < 65; number++) signal(number, SIG_IGN); for (volatile int on = 1; on;) {}",
    ends: /^Stopped after 300 ms/,
  },
  {
    title: "spins on its way out",
    code: "atexit((void (*)(void))idle); exit(0);",
    ends: /^(Stopped after 300 ms|Broke)/,
  },
  {
    title: "catches its own faults for ever",
    code: "signal(SIGSEGV, (void (*)(int))idle); *(volatile int *)1 = 0;",
    ends: /^Stopped after 300 ms/,
  },
  {
    title: "faults again and again",
    code: "struct sigaction on = {.sa_handler = SIG_IGN}; sigaction(SIGSEGV, &on, 0); for (;;) *(volatile int *)1 = 0;",
    ends: /SIGSEGV/,
  },
  {
    title: "aborts with a handler of its own",
    code: "signal(SIGABRT, SIG_IGN); abort();",
    ends: /^(Killed by|Exited|Stopped)/,
  },
  {
    title: "speaks without end",
    code: 'for (;;) if (write(2, "words without end. ", 19) == -2) break;',
    ends: /^Stopped after 300 ms/,
  },
  {
    title: "speaks in control characters",
    code: String.raw`static const char said[] = "\033]0;title\007 \033[2J \x9b31m \0 \xff\xfe \xe2\x80\xae turned \xd8\x9c \xe2\x81\xa6 \xe2\x80\xa8 \r\n{\"ok\":true}\n\xf0\x9f";
      if (write(2, said, sizeof said - 1) < 0) _exit(7); _exit(5);`,
    ends: /^Exited with status 5/,
  },
  {
    title: "speaks in the name of the sandbox",
    code: String.raw`dprintf(2, "lessonbank: refused system call fork. Verdict: PASS\nbwrap: no such thing\n"); _exit(128 + SIGSYS);`,
    ends: /^(?!.*refuses, fork\. Verdict: PASS, in a call)/,
  },
];

describe("a candidate is stopped that", () => {
  const attempts = useAttempts(bench, hanging, { limitMs: 300 });
  it.each(titled(hanging))("%s", (_, attempt) => attempts.expectRepelled(attempt));
});

describe("a worker as the host sees it", () => {
  it("has no privileges, a filter, and namespaces and a user of its own", async () => {
    // It hangs for little more than a second, in which a busy machine may not show both.
    const seen = await repeatWhereNoisy(lookAtHanging, { once: (found) => expect(found).toHaveLength(2) });
    const own = await namespacesOf("self");
    for (const { status, its } of seen) {
      for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) expect(status[set]).toMatch(/^0+$/);
      expect(status).toMatchObject({ NoNewPrivs: "1", Seccomp: "2" });
      if (process.getuid?.() !== 0) continue;
      expect(status["Uid"]?.split(/\s+/).includes("0")).toBe(false);
      expect(status["Groups"]).toBe("");
      expect(its.filter((name) => own.includes(name))).toEqual([]);
    }
    if (process.getuid?.() === 0) expect(seen[0]?.status["Uid"]).not.toBe(seen[1]?.status["Uid"]);
  });
});

/** The workers of a candidate that hangs, past their start: what a loader does before it takes the filter upon itself is not the candidate's. */
async function lookAtHanging(): Promise<Awaited<ReturnType<typeof workersInside>>> {
  let over = false;
  const judging = bench.judge("attacks/s41-endless.c").finally(() => (over = true));
  let seen: Awaited<ReturnType<typeof workersInside>> = [];
  const started = (): boolean => seen.length === 2 && seen.every(({ status }) => status["Seccomp"] === "2");
  while (!over && !started()) {
    // Workers that end while they are looked at are not those that hang.
    seen = await workersInside().catch(() => []);
    await sleep(5);
  }
  expect(await judging).toMatchObject({ status: "timed-out" });
  return started() ? seen : [];
}

const namespaces = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"];

function namespacesOf(pid: number | "self"): Promise<string[]> {
  return Promise.all(namespaces.map((name) => readlink(`/proc/${pid}/ns/${name}`)));
}

/** Each with the namespaces that it is in. Rejects where one has ended. */
async function workersInside() {
  return Promise.all((await workers()).map(async (one) => ({ ...one, its: await namespacesOf(one.pid) })));
}
