import { execa } from "execa";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTask } from "../../src/task/load.ts";
import { planCall } from "../../src/task/plan.ts";
import type { TaskFile } from "../../src/task/schema.ts";
import { generatorShimSource, shimSource, type ShimSource } from "../../src/task/shim.ts";
import type { FunctionTask } from "../../src/task/task.ts";

const root = join(import.meta.dirname, "../..");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lessonbank-shim-"));
  const caller = join(root, "test/task/fixtures/caller.c");
  await execa("gcc", ["-c", "-I", join(root, "sandbox"), caller, "-o", join(folder, "caller.o")]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** One slot's bytes before the call. */
interface Given {
  readonly bytes: Buffer;
  readonly constant?: boolean;
}

const i32 = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer);
const f64 = (...values: number[]): Buffer => Buffer.from(Float64Array.from(values).buffer);
const f32 = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
const u64 = (...values: (number | bigint)[]): Buffer =>
  Buffer.from(BigUint64Array.from(values, (value) => BigInt(value)).buffer);
const text = (value: string): Buffer => Buffer.concat([u64(value.length), Buffer.from(value, "latin1")]);
const list = (count: number, ...parts: Buffer[]): Buffer => Buffer.concat([u64(count), ...parts]);
const room = (bytes: number): Given => ({ bytes: Buffer.alloc(bytes, 0xa5) });
const input = (...parts: Buffer[]): Given => ({ bytes: Buffer.concat(parts), constant: true });
const inout = (capacity: number, ...parts: Buffer[]): Given => {
  const bytes = Buffer.alloc(capacity, 0xa5);
  Buffer.concat(parts).copy(bytes);
  return { bytes };
};

let builds = 0;

/** Compiles shim, source and caller by themselves, links them, makes one call; the slots' bytes after it. */
async function call(
  shim: ShimSource,
  source: { text: string; language: "c" | "c++"; standard: string },
  given: readonly Given[],
): Promise<Buffer[]> {
  const base = join(folder, `case${builds++}`);
  const ending = { c: "c", "c++": "cpp" } as const;
  const compiler = { c: "gcc", "c++": "g++" } as const;
  const sourceFile = `${base}.${ending[source.language]}`;
  const shimFile = `${base}-shim.${ending[shim.language]}`;
  await writeFile(sourceFile, source.text);
  await writeFile(shimFile, shim.text);
  const compile = (language: "c" | "c++", file: string, flags: string[]): Promise<unknown> =>
    execa(compiler[language], [
      "-c",
      "-Wall",
      "-Wextra",
      "-Werror",
      ...flags,
      "-I",
      join(root, "sandbox"),
      file,
      "-o",
      `${file}.o`,
    ]);
  const standard = [`-std=${source.standard}`];
  await Promise.all([
    compile(source.language, sourceFile, [...standard, "-Wno-unused", "-Wno-vla-parameter"]),
    compile(shim.language, shimFile, shim.language === source.language ? standard : []),
  ]);
  await execa("g++", [`${sourceFile}.o`, `${shimFile}.o`, join(folder, "caller.o"), "-o", base, "-lm"]);
  const stdin = Buffer.concat([
    u64(given.length),
    ...given.flatMap(({ bytes, constant }) => [u64(constant ? 1 : 0, bytes.length), bytes]),
  ]);
  const { stdout } = await execa(base, { input: stdin, encoding: "buffer" });
  const slots: Buffer[] = [];
  let at = 0;
  for (const { bytes } of given) {
    slots.push(Buffer.from(stdout.subarray(at, at + bytes.length)));
    at += bytes.length;
  }
  return slots;
}

async function taskOf(
  source: string,
  file: string,
  rest: Omit<TaskFile, "source" | "function"> & { function?: string },
): Promise<FunctionTask> {
  return makeTask(
    { source: file, function: "f", ...rest },
    { file: "task.json", directory: folder, text: source },
  );
}

/** The task's own reference, called through its shim. */
async function callTask(task: FunctionTask, given: readonly Given[]): Promise<Buffer[]> {
  expect(planCall(task, task.sizes.timed).slots).toHaveLength(given.length);
  const { language, compiler, source } = task;
  return call(shimSource(task), { text: source.text, language, standard: compiler.standard }, given);
}

describe("the shim of a C task", () => {
  test("passes numbers, pointers, arrays, structs, complex and booleans, and leaves inputs read-only", async () => {
    const task = await taskOf(
      `#include <stdbool.h>
#include <complex.h>
#define N 2
enum mode { OFF, ON };
typedef struct { short id; double xy[N]; } Point;
struct outer { Point p; unsigned char tag; };
double _Complex f(int n, const double a[n][N], double (*b)[N], struct outer s, const Point *p, Point *q, bool flag,
                  enum mode m, const float _Complex *z, long double w, unsigned long long u) {
  for (int i = 0; i < n; i++) for (int j = 0; j < N; j++) b[i][j] = 10 * a[i][j] + b[i][j];
  q->id = s.p.id + p->id + (flag ? 100 : 0) + (int)m;
  q->xy[1] = s.p.xy[1] + s.tag;
  return z[1] * (double)w + u;
}
`,
      "reference.c",
      {
        inputs: {
          n: { value: 2 },
          a: { length: 4, uniform: [0, 1] },
          b: { length: 4, uniform: [0, 1] },
          s: {
            fields: {
              p: { fields: { id: { value: 1 }, xy: { uniform: [0, 1] } } },
              tag: { integers: [0, 9] },
            },
          },
          p: { length: 1, constant: 1 },
          q: { length: 1, constant: 1 },
          flag: { value: true },
          m: { value: 1 },
          z: { length: 2, uniform: [0, 1] },
          w: { value: 2 },
          u: { value: 7 },
        },
      },
    );
    const point = (id: number, x: number, y: number): Buffer => {
      const bytes = Buffer.alloc(24);
      bytes.writeInt16LE(id, 0);
      bytes.writeDoubleLE(x, 8);
      bytes.writeDoubleLE(y, 16);
      return bytes;
    };
    // 2.0 as x87 long double: significand 2^63, exponent 16384.
    const two = Buffer.concat([u64(1n << 63n), Buffer.from([0x00, 0x40]), Buffer.alloc(6)]);
    const after = await callTask(task, [
      input(i32(2)),
      input(f64(1, 2, 3, 4)),
      inout(32, f64(5, 6, 7, 8)),
      input(point(3, 0, 20), Buffer.from([5, 0, 0, 0, 0, 0, 0, 0])),
      input(point(4, 0, 0)),
      inout(24, point(0, 9, 9)),
      input(Buffer.from([1])),
      input(i32(1)),
      input(f32(0, 0, 1.5, -2)),
      input(two),
      input(u64(7)),
      room(16),
    ]);
    expect(after[2]).toEqual(f64(15, 26, 37, 48));
    expect(after[5]).toEqual(point(108, 9, 25));
    expect(after[11]).toEqual(f64(10, -4));
  });
});

describe("the shim of a C++ task", () => {
  test("passes containers by value, by reference, by pointer and as rvalues, and hands back what changed", async () => {
    const task = await taskOf(
      `#include <array>
#include <string>
#include <utility>
#include <vector>
using namespace std;
namespace geo {
struct P { int id; double w = 1; P() = default; double norm() const { return w; } };
enum class Op : unsigned char { Add = 1, Mul };
vector<vector<string>> f(vector<int> byValue, const vector<bool>& flags, vector<bool>& flipped, vector<string>&& words,
    vector<vector<double>>& rows, std::string& text, const P& p, vector<P>* ps, array<float, 2> a, Op op, vector<pair<int, double>> const& pairs,
    const double (&fixed)[2], int&& moved, vector<Op>& ops) {
  for (bool flag : flags) flipped.push_back(!flag);
  rows.push_back({fixed[0] + a[1], double(byValue.size()), pairs[1].second});
  text += "!" + words.at(1);
  ps->push_back(p);
  ps->back().id += static_cast<int>(op) + pairs[0].first;
  moved++;
  ops.push_back(Op::Mul);
  words[0] = to_string(moved);
  return {words, {}, {""}};
}
}
`,
      "reference.cpp",
      {
        inputs: {
          byValue: { length: 3, integers: [0, 9] },
          flags: { length: 3, integers: [0, 1] },
          flipped: { output: true },
          words: { length: 2, each: { length: [1, 3], text: "ab" } },
          rows: { length: 1, each: { length: 2, uniform: [0, 1] } },
          text: { length: 2, text: "xyz" },
          p: { fields: { id: { value: 1 }, w: { uniform: [0, 1] } } },
          ps: { output: true },
          a: { uniform: [0, 1] },
          op: { value: 1 },
          pairs: { length: 2, constant: 1 },
          fixed: { uniform: [0, 1] },
          moved: { value: 4 },
          ops: { length: 1, constant: 1 },
        },
      },
    );
    const p = (id: number, w: number): Buffer => Buffer.concat([i32(id, 0), f64(w)]);
    const after = await callTask(task, [
      input(list(3, i32(1, 2, 3))),
      input(list(3, Buffer.from([1, 0, 1]))),
      inout(64, list(0)),
      input(list(2, text("ab"), text("c"))),
      inout(128, list(1, list(2, f64(1, 2)))),
      inout(32, text("xy")),
      input(p(5, 0.5)),
      inout(64, list(0)),
      input(f32(1, 2)),
      input(Buffer.from([2])),
      input(list(2, p(30, 0), p(0, 7))),
      input(f64(8, 9)),
      input(i32(4)),
      inout(16, list(1, Buffer.from([1]))),
      room(128),
    ]);
    const starts = (index: number, expected: Buffer): void =>
      expect(after[index]?.subarray(0, expected.length)).toEqual(expected);
    starts(2, list(3, Buffer.from([0, 1, 0])));
    starts(4, list(2, list(2, f64(1, 2)), list(3, f64(10, 3, 7))));
    starts(5, text("xy!c"));
    expect(after[7]?.subarray(0, 12)).toEqual(list(1, i32(37)));
    starts(13, list(2, Buffer.from([1, 2])));
    starts(14, list(3, list(2, text("5"), text("c")), list(0), list(1, text(""))));
  });

  test("says so where a container has outgrown its slot", async () => {
    const task = await taskOf(
      `#include <string>
#include <vector>
std::vector<std::string> f(int n, std::vector<int>& fits, std::string& grown) {
  fits.assign(2, n);
  grown.assign(100, 'x');
  return std::vector<std::string>(3, "four");
}`,
      "reference.cpp",
      { inputs: { n: { value: 3 }, fits: { output: true }, grown: { output: true } } },
    );
    const after = await callTask(task, [input(i32(3)), inout(16, list(0)), inout(32, list(0)), room(24)]);
    expect(after[1]).toEqual(list(2, i32(3, 3)));
    expect(after[2]?.readBigUInt64LE(0)).toBe(2n ** 64n - 1n);
    expect(after[3]?.readBigUInt64LE(0)).toBe(2n ** 64n - 1n);
  });

  test("reaches static members, extern C functions, views and the standard's own types", async () => {
    const member = await taskOf(
      "struct Kernel { struct In { int a; }; static double f(const In* in, int n); static int g; };\ndouble Kernel::f(const In* in, int n) { return in[n - 1].a; }",
      "reference.cpp",
      { function: "Kernel::f", inputs: { in: { length: 2, constant: 1 }, n: { value: 2 } } },
    );
    expect((await callTask(member, [input(i32(5, 6)), input(i32(2)), room(8)]))[2]).toEqual(f64(6));

    const views = await taskOf(
      `#include <complex>
#include <span>
#include <string_view>
extern "C" std::size_t f(std::string_view text, std::span<const int> in, std::span<double> out, std::complex<double>* z) {
  for (auto& value : out) value += in[0];
  z[0] *= std::complex<double>(0, 1);
  return text.size();
}`,
      "reference.cpp",
      {
        compiler: { standard: "c++20" },
        inputs: {
          text: { length: 3, text: "ab" },
          in: { length: 1, integers: [0, 9] },
          out: { length: 2, uniform: [0, 1] },
          z: { length: 1, uniform: [0, 1] },
        },
      },
    );
    const after = await callTask(views, [
      input(text("abc")),
      input(list(1, i32(5))),
      inout(24, list(2, f64(1, 2))),
      inout(16, f64(3, 4)),
      room(8),
    ]);
    expect(after.slice(2)).toEqual([list(2, f64(6, 7)), f64(-4, 3), u64(3)]);
  });

  test("needs no newer language than the task's own", async () => {
    const task = await taskOf(
      "#include <vector>\n#include <string>\nnamespace a { namespace b { std::string f(std::vector<std::string> v) { return v[0]; } } }",
      "reference.cpp",
      { compiler: { standard: "c++11" }, inputs: { v: { length: 1, each: { length: 1, text: "a" } } } },
    );
    const after = await callTask(task, [input(list(1, text("hello"))), room(16)]);
    expect(after[1]?.subarray(0, 13)).toEqual(text("hello"));
  });

  test("does not link with a function of another signature", async () => {
    const task = await taskOf("int f(const double* a, int n) { return n; }", "reference.cpp", {
      inputs: { a: { length: 1, uniform: [0, 1] }, n: { value: 1 } },
    });
    const other = {
      text: "int f(const double* a, long n) { return 0; }",
      language: "c++",
      standard: "gnu++17",
    } as const;
    await expect(call(shimSource(task), other, [])).rejects.toThrow(/undefined reference/);
  });

  test("a struct that the compiler lays out otherwise does not compile", async () => {
    const task = await taskOf("struct P { char c; double d; }; void f(P* p) {}", "reference.cpp", {
      inputs: { p: { length: 1, constant: 1 } },
    });
    const shim = shimSource(task);
    const packed = { ...shim, text: `#pragma pack(1)\n${shim.text}` };
    const source = { text: task.source.text, language: "c++", standard: "gnu++17" } as const;
    await expect(call(packed, source, [])).rejects.toThrow(/the size of P/);
  });

  test("an exception of the function ends the process", async () => {
    const task = await taskOf("int f(int n) { throw n; }", "reference.cpp", { inputs: { n: { value: 1 } } });
    await expect(callTask(task, [input(i32(1)), room(4)])).rejects.toMatchObject({ signal: "SIGABRT" });
  });

  test("a function that changes what it may only read ends the process, and says what it changed", async () => {
    const changing = (change: string): Promise<Buffer[]> =>
      taskOf(
        `#include <string>
#include <vector>
typedef std::vector<std::vector<std::string>> Words;
int f(const Words& words, const std::vector<bool>* flags, std::vector<int> own) {
  Words& mine = const_cast<Words&>(words);
  std::vector<bool>& bits = const_cast<std::vector<bool>&>(*flags);
  own.clear(), (void)mine, (void)bits;
  ${change}
  return 0;
}`,
        "reference.cpp",
        {
          inputs: {
            words: { length: 1, each: { length: 2, each: { length: 2, text: "ab" } } },
            flags: { length: 2, integers: [0, 1] },
            own: { length: 1, integers: [0, 1] },
          },
        },
      ).then((task) =>
        callTask(task, [
          input(list(1, list(2, text("ab"), text("ba")))),
          input(list(2, Buffer.from([1, 0]))),
          input(list(1, i32(5))),
          room(4),
        ]),
      );
    const complaint = (change: string): Promise<string> =>
      changing(change).then(
        () => "",
        ({ signal, stderr }: { signal: string; stderr: Uint8Array }) =>
          `${signal}: ${Buffer.from(stderr).toString()}`,
      );
    expect(await complaint("")).toBe("");
    expect(await complaint("mine[0][1][0] = 'c';")).toBe("SIGABRT: changed words, which is const");
    expect(await complaint("mine[0].pop_back();")).toBe("SIGABRT: changed words, which is const");
    expect(await complaint("bits[1] = true;")).toBe("SIGABRT: changed flags, which is const");
  });

  test("nothing of the source but its types reaches the shim", async () => {
    const task = await taskOf(
      `#include <vector>
#define data wrong
#define lessonbank_call wrong
#define real double
constexpr int size = 3;
struct P { real v[size]; int sum() const { return 42; } };
static int helper(int a) { return a; }
void f(std::vector<P>& p, real* data) { (void)p; *data = helper(1); }`,
      "reference.cpp",
      { inputs: { p: { output: true }, wrong: { length: 1, output: true } } },
    );
    const { text: shim } = shimSource(task);
    expect(shim).not.toMatch(/wrong|real|helper|42|#define/);
    expect(shim).toContain("struct P { double v[3]; };\nvoid f(std::vector<P>&, double*);");
  });
});

describe("the shim of a generator", () => {
  test("hands over seed, sizes and what is to be filled, in the signature's order", async () => {
    const source = `#include <string>
#include <vector>
struct E { int to; double w; };
void f(int n, const std::vector<int>& starts, const E* edges, std::string name, double* out) {}`;
    const task = await makeTask(
      {
        source: "reference.cpp",
        function: "f",
        generator: "inputs.cpp",
        sizes: { timed: { n: 3, m: 2 } },
        inputs: {
          n: { value: "n" },
          starts: { length: "n + 1" },
          edges: { length: "m" },
          name: { length: 2 },
          out: { length: "n", output: true },
        },
      },
      {
        file: "task.json",
        directory: folder,
        text: source,
        generator: `#include <stdint.h>
#include <string>
#include <vector>
struct E { int to; double w; };
void generate(uint64_t seed, int64_t n, int64_t m, std::vector<int>& starts, E* edges, std::string& name) {
  for (auto& start : starts) start = int(seed + n);
  for (int i = 0; i < m; i++) edges[i] = {i, i + 0.5};
  name[0] = 'o'; name[1] = 'k';
}`,
      },
    );
    expect(planCall(task, { n: 3, m: 2 }).slots.map((slot) => slot.rule.kind)).toEqual([
      "constant",
      "generated",
      "generated",
      "generated",
      "noise",
    ]);
    const after = await call(
      generatorShimSource(task),
      { text: task.generator?.text ?? "", language: "c++", standard: "gnu++17" },
      [input(u64(40)), input(u64(3)), input(u64(2)), inout(24, list(4)), inout(32), inout(10, list(2))],
    );
    expect(after[3]).toEqual(list(4, i32(43, 43, 43, 43)));
    expect(after[4]?.readInt32LE(16)).toBe(1);
    expect(after[4]?.readDoubleLE(24)).toBe(1.5);
    expect(after[5]).toEqual(text("ok"));
  });

  test("works in C, and in C++ for a C task", async () => {
    const source =
      "#include <stdbool.h>\nstruct S { bool b; double d[2]; }; void f(struct S *s, const float *a, double x) {}";
    const inputs = { s: { length: 1 }, a: { length: 2 }, x: { length: 1 } };
    for (const [generator, text] of [
      [
        "inputs.c",
        "#include <stdint.h>\n#include <stdbool.h>\nstruct S { bool b; double d[2]; };\nvoid generate(uint64_t seed, struct S *s, float *a, double *x) { s->d[1] = seed; a[1] = 2; *x = 9; }",
      ],
      [
        "inputs.cpp",
        "#include <stdint.h>\nstruct S { bool b; double d[2]; };\nvoid generate(uint64_t seed, S *s, float *a, double &x) { s->d[1] = seed; a[1] = 2; x = 9; }",
      ],
    ] as const) {
      const task = await makeTask(
        { source: "reference.c", function: "f", generator, inputs },
        { file: "task.json", directory: folder, text: source, generator: text },
      );
      const language = task.generator?.language ?? "c";
      const standard = language === "c" ? "gnu17" : "gnu++17";
      const after = await call(generatorShimSource(task), { text, language, standard }, [
        input(u64(7)),
        inout(24),
        inout(8),
        inout(8),
      ]);
      expect(after[1]?.readDoubleLE(16)).toBe(7);
      expect(after[2]?.readFloatLE(4)).toBe(2);
      expect(after[3]).toEqual(f64(9));
    }
  });
});
