/**
 * Sampling of C and C++ programs without privileges: a small library, loaded into every process of the benchmark, notes at each
 * tick of the kernel's clock where the process is. `perf` would say the same, and more, but is forbidden in most containers; it
 * needs no recompilation either. What does not load libraries (static programs) and what ends by `_exit` is not seen.
 */
import { profileFolder, type Profiler, type Sample } from "./profiler.ts";

const sampler = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { most = 1 << 17 };
static uintptr_t where[most];
static unsigned count;
static char program[4096], folder[4096];

static void note(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)info;
  const ucontext_t *at = context;
#if defined(__x86_64__)
  uintptr_t pc = (uintptr_t)at->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
  uintptr_t pc = (uintptr_t)at->uc_mcontext.pc;
#else
  uintptr_t pc = 0;
#endif
  unsigned index = __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
  if (index < most) where[index] = pc;
}

__attribute__((constructor)) static void begin(void) {
  const char *name = (const char *)getauxval(AT_EXECFN);
  const char *to = getenv("LESSONBANK_SAMPLES");
  if (!to || !name || !realpath(name, program) || strlen(to) > 4000) return;
  strcpy(folder, to);
  struct sigaction action = {0};
  action.sa_sigaction = note;
  action.sa_flags = SA_RESTART | SA_SIGINFO | SA_ONSTACK;
  struct itimerval each = {{0, 1000}, {0, 1000}};
  if (sigaction(SIGPROF, &action, NULL) == 0) setitimer(ITIMER_PROF, &each, NULL);
}

static int order(const void *a, const void *b) {
  uintptr_t left = *(const uintptr_t *)a, right = *(const uintptr_t *)b;
  return left < right ? -1 : left > right;
}

struct found { uintptr_t pc, base; const char *name; };
static int covers(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  struct found *found = data;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    uintptr_t from = info->dlpi_addr + part->p_vaddr;
    if (part->p_type != PT_LOAD || found->pc < from || found->pc >= from + part->p_memsz) continue;
    found->base = info->dlpi_addr;
    found->name = info->dlpi_name[0] ? info->dlpi_name : program;
    return 1;
  }
  return 0;
}

__attribute__((destructor)) static void end(void) {
  struct itimerval none = {{0, 0}, {0, 0}};
  setitimer(ITIMER_PROF, &none, NULL);
  unsigned n = count < most ? count : most;
  if (n == 0) return;
  char path[4200];
  snprintf(path, sizeof path, "%s/%ld.samples", folder, (long)getpid());
  FILE *file = fopen(path, "w");
  if (!file) return;
  struct timespec used = {0};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  fprintf(file, "cpu %.3f\\n", used.tv_sec * 1e3 + used.tv_nsec / 1e6);
  qsort(where, n, sizeof where[0], order);
  for (unsigned i = 0; i < n;) {
    unsigned next = i;
    while (next < n && where[next] == where[i]) next++;
    struct found found = {where[i], 0, ""};
    if (dl_iterate_phdr(covers, &found)) fprintf(file, "%u %lx %s\\n", next - i, (unsigned long)(found.pc - found.base), found.name);
    i = next;
  }
  fclose(file);
}
`;

/** Compiles the library, runs the benchmark with it, and asks `addr2line` which function each place belongs to. */
export const nativeProfiler: Profiler = {
  languages: ["c", "c++"],
  method: "samples of CPU time at the kernel's ticks, without stacks",
  enoughMs: 1200,
  files: new Map([[`${profileFolder}/sampler.c`, sampler]]),
  command: (bench) => `set -e
lb="$PWD/${profileFolder}"
cc -shared -fPIC -O2 -o "$lb/sampler.so" "$lb/sampler.c"
printf '%s' "$PWD" > "$lb/root"
set +e
( export LESSONBANK_SAMPLES="$lb" LD_PRELOAD="$lb/sampler.so"; ${bench}
)
status=$?
cat "$lb"/*.samples 2>/dev/null | grep -v '^cpu ' | cut -d' ' -f3- | sort -u > "$lb/modules"
number=0
while IFS= read -r module; do
  number=$((number + 1))
  cat "$lb"/*.samples | awk -v module="$module" '{ name = $0; sub(/^[^ ]+ [^ ]+ /, "", name); if (name == module) print "0x" $2 }' | sort -u > "$lb/addresses"
  { printf '%s\\n' "$module"; addr2line -a -f -C -i -e "$module" < "$lb/addresses" 2>/dev/null; } > "$lb/$number.lines"
done < "$lb/modules"
exit $status`,
  collect: [`${profileFolder}/*.samples`, `${profileFolder}/*.lines`, `${profileFolder}/root`],
  read: readNative,
};

/** One frame of `addr2line`; `file` is undefined where the program has no debugging information. */
interface Frame {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
}

/** Joins what the library noted with what addr2line said. */
export function readNative(files: ReadonlyMap<string, string>): Sample[] {
  const root = files.get("root") ?? "";
  const frames = new Map<string, Frame[]>();
  for (const [name, text] of files) if (name.endsWith(".lines")) readLines(text, frames);
  const samples: Sample[] = [];
  for (const [name, text] of files) {
    if (!name.endsWith(".samples")) continue;
    const msEach = msPerSample(text);
    for (const line of text.split("\n")) {
      const [, count, offset, module] = /^(\d+) ([0-9a-f]+) (.+)$/.exec(line) ?? [];
      if (count === undefined || offset === undefined || module === undefined) continue;
      const stack = frames.get(`${module} ${BigInt(`0x${offset}`)}`) ?? [];
      samples.push({
        ms: Number(count) * msEach,
        candidates: stack.map((frame) => ({
          name: frame.name,
          ...(frame.file !== undefined && { file: below(root, frame.file) ?? frame.file }),
          ...(frame.line !== undefined && { line: frame.line }),
        })),
        outside: module.replace(/^.*\//, ""),
      });
    }
  }
  return samples;
}

/** Ticks come more seldom than asked for, so what each stands for is known from the whole process's CPU time. */
function msPerSample(text: string): number {
  const [, cpu] = /^cpu ([0-9.]+)$/m.exec(text) ?? [];
  const counts = [...text.matchAll(/^(\d+) /gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  return cpu === undefined || counts === 0 ? 1 : Number(cpu) / counts;
}

/** `-a` prints an address, then two lines for each function at it, the innermost of inlined ones first. */
function readLines(text: string, frames: Map<string, Frame[]>): void {
  const [module = "", ...lines] = text.split("\n");
  let current: Frame[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (/^0x[0-9a-f]+$/.test(line)) {
      current = [];
      frames.set(`${module} ${BigInt(line)}`, current);
    } else if (line !== "") {
      const [, file, number] = /^(.*):(\d+|\?)/.exec(lines[index + 1] ?? "") ?? [];
      const known = file !== undefined && file !== "??";
      current.push({
        name: line,
        ...(known && { file }),
        ...(known && number !== undefined && number !== "?" && { line: Number(number) }),
      });
      index += 1;
    }
  }
}

/** The path below the root; undefined where it is elsewhere. */
export function below(root: string, path: string): string | undefined {
  return root !== "" && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}
