/** Other users, and machines that lack something: each a real process. */
import { chmod, cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const isRoot = process.getuid?.() === 0;
const user = 12_345;
let folder: string;

beforeAll(async () => {
  await execa(process.execPath, [join(root, "scripts", "setup.mjs")], { cwd: root });
  // Outside of root's folders, so that another user can read it.
  folder = await mkdtemp(join(tmpdir(), "lessonbank-user-"));
  for (const name of ["dist", "sandbox", "tasks", "package.json"])
    await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  for (const name of ["home", "tools", "bare"]) await mkdir(join(folder, name), { mode: 0o777 });
  for (const name of ["home", "."]) await chmod(join(folder, name), 0o777);
  // `cc` too: under another name the compiler would have to build our own programs once more.
  for (const name of ["cc", "gcc", "g++", "as", "ld"])
    await symlink(`/usr/bin/${name}`, join(folder, "tools", name));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** No namespace can be made below this one: as in a container that forbids them. */
const withoutNamespaces = [
  "unshare --user --map-current-user --keep-caps sh -c".split(" "),
  'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --ambient-caps -all --inh-caps -all "$@"',
  "sh",
].flat();

/** The command line as an ordinary user. */
async function runAsUser(
  args: readonly string[],
  { before = [], path = "/usr/local/bin:/usr/bin:/bin" }: { before?: readonly string[]; path?: string } = {},
): Promise<{ exitCode?: number; stdout: string; stderr: string }> {
  const become = isRoot ? ["setpriv", "--reuid", `${user}`, "--regid", `${user}`, "--clear-groups"] : ["env"];
  const main = join(folder, "dist", "cli", "main.js");
  const command = [
    ...become,
    ...before,
    "env",
    "-i",
    `HOME=${join(folder, "home")}`,
    `PATH=${path}`,
    process.execPath,
    main,
  ];
  const [program = "", ...rest] = command;
  return execa(program, [...rest, ...args], { cwd: folder, reject: false, stdin: "ignore" });
}

/** Whether another user can get at our dependencies at all, and has what the test needs. */
async function canRun(...probe: readonly string[]): Promise<boolean> {
  const [program = "", ...args] = probe;
  const tried = await execa(program, args, { reject: false, stdin: "ignore", cwd: "/" });
  return tried.exitCode === 0;
}

const evaluate = ["evaluate", "crc32", "tasks/crc32/reference.c", "--json"];

describe("an ordinary user", () => {
  it("judges in the full sandbox", async (context) => {
    const { exitCode, stdout, stderr } = await runAsUser(evaluate);
    if (/EACCES|ERR_MODULE_NOT_FOUND/.test(stderr)) return context.skip();
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const outcome = JSON.parse(stdout) as Record<string, unknown>;
    expect(outcome).toMatchObject({ status: "measured" });
    expect(outcome).not.toHaveProperty("sandbox");
  });

  it("is refused where no namespaces can be made, with what is missing and what to do", async (context) => {
    if (!(await canRun(...withoutNamespaces, "true"))) return context.skip();
    const { exitCode, stdout, stderr } = await runAsUser(evaluate, { before: withoutNamespaces });
    if (/EACCES|ERR_MODULE_NOT_FOUND/.test(stderr)) return context.skip();
    expect(exitCode).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/bubblewrap cannot make a sandbox here: .*namespace/);
    expect(stderr).toMatch(/user\.max_user_namespaces[^]*--weaker-sandbox/);
  });

  it("judges there in the weaker sandbox when it is asked for, and is told what it lacks", async (context) => {
    if (!(await canRun(...withoutNamespaces, "true"))) return context.skip();
    const { exitCode, stdout, stderr } = await runAsUser([...evaluate, "--weaker-sandbox"], {
      before: withoutNamespaces,
    });
    if (/EACCES|ERR_MODULE_NOT_FOUND/.test(stderr)) return context.skip();
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ status: "measured", sandbox: "weaker" });
    expect(stderr.match(/Weaker sandbox\./g)).toHaveLength(1);
  });

  it("is refused without bubblewrap, but for the weaker sandbox", async (context) => {
    const path = join(folder, "tools");
    const { exitCode, stderr } = await runAsUser(evaluate, { path });
    if (/EACCES|ERR_MODULE_NOT_FOUND/.test(stderr)) return context.skip();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/bubblewrap \(bwrap\) is not installed[^]*apt-get install bubblewrap/);
    const weaker = await runAsUser([...evaluate, "--weaker-sandbox"], { path });
    expect(JSON.parse(weaker.stdout)).toMatchObject({ status: "measured", sandbox: "weaker" });
  });

  it("is refused without a compiler", async (context) => {
    const { exitCode, stderr } = await runAsUser([...evaluate, "--weaker-sandbox"], {
      path: join(folder, "bare"),
    });
    if (/EACCES|ERR_MODULE_NOT_FOUND/.test(stderr)) return context.skip();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/no C compiler is installed[^]*apt-get install g\+\+/);
  });
});
