/**
 * Sampling of C and C++ programs without privileges: a small library, loaded into every process of the benchmark, notes at each
 * tick of the kernel's clock where the process is. `perf` would say the same, and more, but is forbidden in most containers; it
 * needs no recompilation either. What does not load libraries (static programs) and what ends by `_exit` is not seen.
 */
import { below, profileFolder, type Profiler, type Sample } from "./profiler.ts";

const sampler = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
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

enum { most = 1 << 15, depth = 12 };
struct sample { uintptr_t at[depth]; };
static struct sample samples[most];
static unsigned count;
static char program[4096], folder[4096];

/* The unwinder is not promised to be safe in a handler. It is with the tables of glibc 2.35 and later; before that a program that loads libraries
   at that moment may hang, and the benchmark's time limit ends it. */
static void note(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)info;
  const ucontext_t *where = context;
#if defined(__x86_64__)
  uintptr_t pc = (uintptr_t)where->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
  uintptr_t pc = (uintptr_t)where->uc_mcontext.pc;
#else
  uintptr_t pc = 0;
#endif
  unsigned index = __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
  if (index >= most) return;
  void *frames[depth + 4];
  int known = backtrace(frames, depth + 4), from = 0;
  while (from < known && (uintptr_t)frames[from] != pc) from++;
  samples[index].at[0] = pc;
  /* A return address may be the first of the next line. */
  for (int i = 1; i < depth && from + i < known; i++) samples[index].at[i] = (uintptr_t)frames[from + i] - 1;
}

__attribute__((constructor)) static void begin(void) {
  const char *name = (const char *)getauxval(AT_EXECFN);
  const char *to = getenv("LESSONBANK_SAMPLES");
  if (!to || !name || !realpath(name, program) || strlen(to) > 4000) return;
  strcpy(folder, to);
  /* The first call loads the unwinder, which must not happen in the handler. */
  void *frame[1];
  backtrace(frame, 1);
  struct sigaction action = {0};
  action.sa_sigaction = note;
  action.sa_flags = SA_RESTART | SA_SIGINFO | SA_ONSTACK;
  struct itimerval each = {{0, 1000}, {0, 1000}};
  if (sigaction(SIGPROF, &action, NULL) == 0) setitimer(ITIMER_PROF, &each, NULL);
}

static int order(const void *a, const void *b) { return memcmp(a, b, sizeof(struct sample)); }

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
  qsort(samples, n, sizeof samples[0], order);
  for (unsigned i = 0; i < n;) {
    unsigned next = i;
    while (next < n && order(&samples[next], &samples[i]) == 0) next++;
    fprintf(file, "%u", next - i);
    for (int frame = 0; frame < depth && samples[i].at[frame]; frame++) {
      struct found found = {samples[i].at[frame], 0, ""};
      if (dl_iterate_phdr(covers, &found)) fprintf(file, "\\t%lx %s", (unsigned long)(found.pc - found.base), found.name);
    }
    fprintf(file, "\\n");
    i = next;
  }
  fclose(file);
}
`;

/** Compiles the library, runs the benchmark with it, and asks `addr2line` which function each place belongs to. */
export const nativeProfiler: Profiler = {
  languages: ["c", "c++"],
  method: "samples of CPU time at the kernel's ticks; what libraries do is counted to whoever called them",
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
cat "$lb"/*.samples 2>/dev/null | grep -v '^cpu ' | cut -f2- | tr '\\t' '\\n' | sort -u > "$lb/places"
cut -d' ' -f2- < "$lb/places" | sort -u > "$lb/modules"
number=0
while IFS= read -r module; do
  number=$((number + 1))
  awk -v module="$module" '{ name = $0; sub(/^[^ ]+ /, "", name); if (name == module) print "0x" $1 }' < "$lb/places" > "$lb/addresses"
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
      const [count = "", ...places] = line.split("\t");
      if (!/^\d+$/.test(count) || places.length === 0) continue;
      const stack = places.flatMap((place) => {
        const [, offset, module = ""] = /^([0-9a-f]+) (.+)$/.exec(place) ?? [];
        return offset === undefined ? [] : (frames.get(`${module} ${BigInt(`0x${offset}`)}`) ?? []);
      });
      samples.push({
        ms: Number(count) * msEach,
        candidates: stack.map((frame) => ({
          name: frame.name,
          ...(frame.file !== undefined && { file: below(root, frame.file) ?? frame.file }),
          ...(frame.line !== undefined && { line: frame.line }),
        })),
        outside: (places[0] ?? "").replace(/^[0-9a-f]+ /, "").replace(/^.*\//, ""),
      });
    }
  }
  return samples;
}

/** Ticks come more seldom than asked for, so what each stands for is known from the whole process's CPU time. */
function msPerSample(text: string): number {
  const [, cpu] = /^cpu ([0-9.]+)$/m.exec(text) ?? [];
  const counts = [...text.matchAll(/^(\d+)\t/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
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
