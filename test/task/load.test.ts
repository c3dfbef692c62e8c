import { execa } from "execa";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TaskError } from "../../src/errors.ts";
import { listTasks, loadTask } from "../../src/task/load.ts";

let root: string;
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lessonbank-load-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const source = `struct P { double x; int n; };
void f(int n, const double *a, double *b, struct P *p) { for (int i = 0; i < n; i++) b[i] = a[i] + p->x; }
int count(char *text, unsigned char limit, long *total) { return 0; }
`;

const good = {
  source: "reference.c",
  function: "f",
  sizes: { timed: { n: 1000 }, checked: [{ n: 7 }] },
  inputs: {
    n: { value: "n" },
    a: { length: "n", uniform: [-1, 1] },
    b: { length: "n", output: true },
    p: { length: 1, fields: { x: { uniform: [0, 1] }, n: { integers: [0, 9] } } },
  },
};

async function folder(
  task: unknown,
  files: Record<string, string> = { "reference.c": source },
): Promise<string> {
  const path = join(root, `task${folders++}`);
  await mkdir(path);
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  if (task !== undefined)
    await writeFile(join(path, "task.json"), typeof task === "string" ? task : JSON.stringify(task));
  return path;
}

describe("a task is loaded", () => {
  test("with every default filled in", async () => {
    const path = await folder(good);
    const task = await loadTask(path);
    expect(task).toMatchObject({
      kind: "function",
      name: path.split("/").at(-1),
      description: "",
      language: "c",
      directory: path,
      source: { file: "reference.c", text: source },
      function: "f",
      compiler: { command: "gcc", standard: "gnu17", flags: ["-O3", "-march=native"] },
      sizes: { timed: { n: 1000 }, checked: [{ n: 7 }], minimum: {}, maximum: {}, require: [] },
      tolerance: { relative: 1e-9, absolute: 1e-12 },
      threads: 1,
    });
    expect(task.signature.parameters.map((parameter) => parameter.name)).toEqual(["n", "a", "b", "p"]);
    expect(task.hash).toMatch(/^[\da-f]{64}$/);
  });

  test("from its task.json as well as from its folder, with comments and trailing commas", async () => {
    const path = await folder(`{ // the source
      "source": "reference.c", /* and "the function" */ "function": "count",
      "inputs": { "text": { "length": 4, "text": "a//b,]", }, "limit": { "value": 9 }, "total": { "length": 1, "output": true }, },
    }`);
    const task = await loadTask(join(path, "task.json"));
    expect(task.inputs["text"]).toEqual({ length: 4, text: "a//b,]" });
    expect(await loadTask(path)).toEqual(task);
  });

  test("and its hash follows what decides an outcome, and nothing else", async () => {
    const hash = async (change: object, files?: Record<string, string>): Promise<string> =>
      (await loadTask(await folder({ ...good, ...change }, files))).hash;
    const same = await hash({});
    expect(await hash({ description: "words", name: "other", $guesses: { "inputs.n": "why" } })).toBe(same);
    expect(await hash({ inputs: Object.fromEntries(Object.entries(good.inputs).toReversed()) })).toBe(same);
    expect(await hash({ threads: 2 })).not.toBe(same);
    expect(await hash({ tolerance: { relative: 0.5 } })).not.toBe(same);
    expect(await hash({ compiler: { flags: ["-O2"] } })).not.toBe(same);
    expect(await hash({ sizes: { timed: { n: 1001 } } })).not.toBe(same);
    expect(await hash({}, { "reference.c": `${source}\n` })).not.toBe(same);
  });

  test("a suite is its folder's task folders, by name", async () => {
    const suite = await folder(undefined, {});
    for (const name of ["b", "a", "not-a-task"]) {
      await mkdir(join(suite, name));
      await writeFile(join(suite, name, "reference.c"), source);
      if (name !== "not-a-task") await writeFile(join(suite, name, "task.json"), JSON.stringify(good));
    }
    expect((await listTasks(suite)).map((task) => task.name)).toEqual(["a", "b"]);
    await expect(listTasks(join(suite, "none"))).rejects.toThrow(/this folder cannot be read/);
  });

  test("single precision gets a wider tolerance unless the task says otherwise", async () => {
    const files = { "reference.cpp": "#include <vector>\nstd::vector<float> f(float a) { return {a}; }" };
    const task = { source: "reference.cpp", function: "f", inputs: { a: { uniform: [0, 1] } } };
    expect((await loadTask(await folder(task, files))).tolerance).toEqual({ relative: 1e-4, absolute: 1e-6 });
    const exact = { ...task, tolerance: { relative: 1e-3 } };
    expect((await loadTask(await folder(exact, files))).tolerance).toEqual({
      relative: 1e-3,
      absolute: 1e-6,
    });
  });
});

type Change = Record<string, unknown>;
const inputs = (change: Change): Change => ({ inputs: { ...good.inputs, ...change } });
const count = (change: Change): Change => ({
  function: "count",
  inputs: {
    text: { length: 4, text: "ab" },
    limit: { value: 9 },
    total: { length: 1, output: true },
    ...change,
  },
});

/** The message after the file's name, then the remedy. */
const mistakes: [what: string, change: Change, message: string, remedy?: string | RegExp][] = [
  [
    "an unknown key",
    { sorce: "x" },
    'unknown key "sorce"',
    /^Did you mean "source"\? The keys there are \$schema, /,
  ],
  [
    "an unknown key in a part",
    { sizes: { timed: { n: 5 }, check: [] } },
    'unknown key "check" in "sizes"',
    /^Did you mean "checked"\?/,
  ],
  [
    "an unknown key of a rule",
    inputs({ a: { lenght: "n", uniform: [0, 1] } }),
    'unknown key "lenght" in "inputs.a"',
    /^Did you mean "length"\?/,
  ],
  [
    "an unknown key that is like nothing",
    { compiler: { zzzz: 1 } },
    'unknown key "zzzz" in "compiler"',
    "The keys there are command, standard, flags.",
  ],
  [
    "an unknown key deep inside",
    inputs({ p: { length: 1, fields: { x: { sorted: { unifrom: [0, 1] } } } } }),
    'unknown key "unifrom" in "inputs.p.fields.x.sorted"',
    /^Did you mean "uniform"\?/,
  ],
  [
    "no source",
    { source: undefined },
    '"source" is missing',
    'Name the file with the function: "source": "reference.cpp".',
  ],
  [
    "a value of another kind",
    inputs({ a: { length: "n", uniform: 1 } }),
    '"inputs.a.uniform": expected [low, high], received number',
  ],
  [
    "a size that is no number",
    { sizes: { timed: { n: "7" } } },
    '"sizes.timed.n": expected number, received string',
  ],
  [
    "a negative size",
    { sizes: { timed: { n: -1 } } },
    '"sizes.timed.n": too small: expected number to be >=0',
  ],
  ["a kind that there is not", { kind: "command" }, '"kind": expected "function"'],
  [
    "a missing function",
    { function: "g" },
    "the function `g` is not defined here",
    "It defines `f`, `count`.",
  ],
  ["a missing entry", { entry: "f_entry" }, "the function `f_entry` is not defined here"],
  [
    "a parameter with no rule",
    inputs({ b: undefined }),
    'parameter "b" has no rule in "inputs"',
    'Add "b": { "length": …, "uniform": [-1, 1] } or "b": { "length": …, "output": true }.',
  ],
  [
    "a rule for no parameter",
    inputs({ bb: { length: "n" } }),
    '"inputs.bb" is no parameter of `f`',
    "Its parameters are n, a, b, p.",
  ],
  [
    "a pointer without a length",
    inputs({ a: { uniform: [0, 1] } }),
    '"inputs.a" has no length',
    /A pointer to one value has "length": 1/,
  ],
  [
    "a number with a length",
    inputs({ n: { length: 3, integers: [0, 1] } }),
    '"inputs.n.length" is for pointers, strings and vectors: this parameter is one value',
    "Remove it.",
  ],
  [
    "no way to make values",
    inputs({ a: { length: "n" } }),
    '"inputs.a" does not say how values are made',
    /^Add one of "value", "uniform", .* or a "generator" file/,
  ],
  [
    "no start for what is read and written",
    inputs({ b: { length: "n" } }),
    '"inputs.b" does not say how values are made',
    /or "output": true if the function only writes there/,
  ],
  [
    "two ways to make values",
    inputs({ a: { length: "n", uniform: [0, 1], constant: 1 } }),
    '"inputs.a" has "uniform" and "constant"',
    "Keep one of them.",
  ],
  [
    "an output that cannot be written",
    inputs({ a: { length: "n", output: true } }),
    '"inputs.a.output" is set, but the function cannot write there (const double*)',
  ],
  [
    "an output with values",
    inputs({ b: { length: "n", output: true, uniform: [0, 1] } }),
    '"inputs.b.uniform" is set, but "output" data start as random bytes',
    /^Remove "uniform", or "output"/,
  ],
  [
    "output and scratch",
    inputs({ b: { length: "n", output: true, scratch: true } }),
    '"inputs.b" is both "output" and "scratch"',
  ],
  [
    "uniform integers",
    inputs({ n: { uniform: [0, 1] } }),
    '"inputs.n.uniform" does not fit: it is no floating-point type but 32-bit integer',
    'Use "integers": [low, high].',
  ],
  [
    "text of doubles",
    inputs({ a: { length: "n", text: "ab" } }),
    '"inputs.a.text" does not fit: it is no character type but double',
  ],
  [
    "a permutation of doubles",
    inputs({ a: { length: "n", permutation: true } }),
    '"inputs.a.permutation" does not fit: it is no integer type but double',
  ],
  [
    "each of single values",
    inputs({ a: { length: "n", each: { length: 3, uniform: [0, 1] } } }),
    '"inputs.a.each" does not fit: its elements are single values (double)',
  ],
  [
    "fields of a number",
    inputs({ a: { length: "n", fields: { x: { constant: 1 } } } }),
    '"inputs.a.fields" does not fit: double has no fields',
  ],
  [
    "a field that is not there",
    inputs({ p: { length: 1, fields: { y: { constant: 1 } } } }),
    '"inputs.p.fields.y" is no field of struct P',
    "It has x, n.",
  ],
  [
    "a field without a rule",
    inputs({ p: { length: 1, fields: { x: { constant: 1 } } } }),
    '"inputs.p.fields" has no rule for the field "n" of struct P',
  ],
  [
    "one rule for unlike fields",
    inputs({ p: { length: 1, uniform: [0, 1] } }),
    '"inputs.p.uniform" does not fit: of its field `n`: it is no floating-point type but 32-bit integer',
    'Use "fields", one rule a field.',
  ],
  [
    "a value for many",
    inputs({ a: { length: "n", value: 3 } }),
    '"inputs.a.value" is for a single value, and this has a length',
    'Use "constant" for many elements that are alike.',
  ],
  [
    "a sorted constant",
    inputs({ a: { length: "n", sorted: { constant: 3 } } }),
    '"inputs.a.sorted" cannot hold "constant"',
  ],
  [
    "an expression with an unknown name",
    inputs({ a: { length: "m*n", uniform: [0, 1] } }),
    '"inputs.a.length" (`m*n`) names an unknown `m`',
    "It is integer arithmetic over the sizes (n) with + - * / %, parentheses, min and max.",
  ],
  [
    "an expression that cannot be read",
    inputs({ a: { length: "n*(", uniform: [0, 1] } }),
    '"inputs.a.length" (`n*(`) expected a number, a name or `(` at its end',
  ],
  [
    "an expression with code in it",
    inputs({ a: { length: "process.exit()", uniform: [0, 1] } }),
    '"inputs.a.length" (`process.exit()`) has `.` at character 8, which no expression has',
  ],
  [
    "a length below 0",
    inputs({ a: { length: "n - 8", uniform: [0, 1] } }),
    '"inputs.a.length" is -1 at n = 7',
    'Write max(0, …), or forbid these sizes with "minimum" or "require".',
  ],
  [
    "a length beyond memory",
    inputs({ a: { length: "n*1000000000", uniform: [0, 1] } }),
    '"inputs.a.length" is 1000000000000 at n = 1000',
  ],
  [
    "data beyond memory",
    inputs({ a: { length: "n*1000000", uniform: [0, 1] } }),
    `"inputs.a.length" makes one call's data 8000008020 bytes at n = 1000`,
  ],
  [
    "arithmetic beyond 64 bits",
    inputs({ a: { length: "n*n*n*n*n*n*n*n", uniform: [0, 1] } }),
    '"inputs.a.length" (`n*n*n*n*n*n*n*n`) has a value outside 64 bits',
  ],
  [
    "a fraction for an integer",
    inputs({ n: { value: 0.5 } }),
    '"inputs.n.value" is 0.5, which is no integer',
  ],
  [
    "bounds outside the type",
    count({ limit: { integers: [0, 300] } }),
    '"inputs.limit.integers[1]" is 300 at n = 1000, outside 0 … 255',
  ],
  [
    "an integer that JSON does not hold",
    count({ total: { length: 1, constant: 2 ** 53 } }),
    '"inputs.total.constant" is 9007199254740992, which JSON does not hold exactly',
    'Write it as a string: "9007199254740992".',
  ],
  [
    "bounds the wrong way round",
    inputs({ n: { integers: [3, 2] } }),
    '"inputs.n.integers" has its bounds the wrong way round (3 > 2 at n = 1000)',
  ],
  [
    "an alphabet beyond bytes",
    count({ text: { length: 4, text: "aλ" } }),
    '"inputs.text.text" has `λ`, which is not one byte',
  ],
  [
    "used on an input",
    inputs({ a: { length: "n", uniform: [0, 1], used: "n" } }),
    '"inputs.a.used" is for arrays that come out of the call',
  ],
  [
    "used with an unknown name",
    inputs({ b: { length: "n", output: true, used: "k" } }),
    '"inputs.b.used" (`k`) names `k`, which is no size and no integer output',
  ],
  [
    "a checked size that is not timed",
    { sizes: { timed: { n: 9 }, checked: [{ n: 3, nn: 4 }] } },
    '"sizes.checked[0].nn" is no size',
    '"sizes.timed" names the sizes: n.',
  ],
  [
    "a checked size that is absent",
    { sizes: { timed: { n: 9 }, checked: [{}] } },
    '"sizes.checked[0]" has no "n"',
  ],
  [
    "a size outside its bounds",
    { sizes: { timed: { n: 9 }, maximum: { n: 8 } } },
    '"sizes.timed.n" is 9, outside "sizes.minimum" and "sizes.maximum"',
    "It may be 0 … 8.",
  ],
  [
    "a size that breaks a condition",
    { sizes: { timed: { n: 9 }, require: ["n % 2 == 0"] } },
    '"sizes.timed" breaks "sizes.require": n % 2 == 0',
  ],
  [
    "a condition with an unknown name",
    { sizes: { timed: { n: 9 }, require: ["n >= k"] } },
    '"sizes.require[0]" (`n >= k`) names an unknown `k`',
  ],
  [
    "a source that is not there",
    { source: "other.c" },
    '"source": "other.c" cannot be read: there is no such file',
  ],
  [
    "a source outside the folder",
    { source: "../../etc/passwd" },
    '"source": "../../etc/passwd" is outside the task\'s folder',
  ],
  [
    "a source with no language",
    { source: "task.json" },
    '"source": "task.json" has an ending that names no language',
    /write "language"/,
  ],
  [
    "a generator that is not there",
    { generator: "inputs.c" },
    '"generator": "inputs.c" cannot be read: there is no such file',
  ],
];

describe("a mistake is one message with the place and the remedy", () => {
  test.each(mistakes)("%s", async (_what, change, message, remedy) => {
    const path = await folder({ ...good, ...change });
    const error = await loadTask(path).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TaskError);
    const { message: whole, remedy: said } = error as TaskError;
    const file = /reference\.c: /.test(whole) ? "reference.c" : "task.json";
    expect(whole).toBe(`${join(path, file)}: ${message}`);
    if (typeof remedy === "string") expect(said).toBe(remedy);
    else if (remedy) expect(said).toMatch(remedy);
  });

  test("no task, no task.json, no JSON, no object", async () => {
    await expect(loadTask(join(root, "none"))).rejects.toThrow(/none: there is no such task/);
    await expect(loadTask(await folder(undefined))).rejects.toThrow(/this folder has no task\.json/);
    await expect(loadTask(await folder('{\n  "source": "a.c",\n  oops\n}'))).rejects.toThrow(
      /task\.json: is not valid JSON: .* at line 3, column 3$/,
    );
    await expect(loadTask(await folder("[]"))).rejects.toThrow(/task\.json: is not an object$/);
    await expect(loadTask(await folder("7"))).rejects.toThrow(/task\.json: is not an object$/);
  });

  test("a link out of the folder, a pipe, a folder, binary data, another encoding and 20 MB are no sources", async () => {
    const cases: [prepare: (path: string) => Promise<unknown>, message: RegExp][] = [
      [(path) => symlink("/etc/passwd", path), /is outside the task's folder/],
      [(path) => symlink(path, path), /cannot be read: it is a symbolic link/],
      [(path) => execa("mkfifo", [path]), /is not a plain file/],
      [(path) => mkdir(path), /is not a plain file|it is a folder/],
      [(path) => writeFile(path, Buffer.from([65, 0, 66])), /is binary/],
      [(path) => writeFile(path, Buffer.from([0x2f, 0x2f, 0xe9])), /is not UTF-8/],
      [
        (path) => writeFile(path, Buffer.alloc(20_000_000, 65)),
        /has 20000000 bytes; at most 1048576 are read/,
      ],
    ];
    for (const [prepare, message] of cases) {
      const path = await folder(good, {});
      await prepare(join(path, "reference.c"));
      await expect(loadTask(path)).rejects.toThrow(message);
    }
  });

  test("a link that stays inside the folder is fine", async () => {
    const path = await folder(good, { "real.c": source });
    await symlink("real.c", join(path, "reference.c"));
    expect((await loadTask(path)).source.text).toBe(source);
  });

  test("a C generator for a C++ task, and one without generate", async () => {
    const task = { source: "a.cpp", function: "f", inputs: { n: { value: 1 } } };
    const files = {
      "a.cpp": "void f(int n) {}",
      "inputs.c": "void generate(void) {}",
      "inputs.cpp": "void make() {}",
    };
    await expect(loadTask(await folder({ ...task, generator: "inputs.c" }, files))).rejects.toThrow(
      /"generator": "inputs.c" is C, and the task is C\+\+/,
    );
    await expect(loadTask(await folder({ ...task, generator: "inputs.cpp" }, files))).rejects.toThrow(
      /"generator": "inputs.cpp" does not define `generate`/,
    );
  });
});
