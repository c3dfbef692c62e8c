import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const script = (name: string): string => new URL(`../../scripts/${name}`, import.meta.url).href;
const { checkNode } = await import(script("setup.mjs"));
const { planInstallation } = await import(script("system-packages.mjs"));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lessonbank-setup-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each(["20.19.0", "20.20.2", "22.0.0", "24.1.0"])("Node %s is new enough", (version) => {
  expect(() => checkNode(version)).not.toThrow();
});

test.each(["18.20.4", "20.18.3"])("Node %s is refused with where to get a newer one", (version) => {
  expect(() => checkNode(version)).toThrow(/Node 20\.19 or later is needed; this is .*nodejs\.org/);
});

const machine = (manager: string, root: boolean, sudo: boolean) => ({
  has: (command: string) => command === manager,
  root,
  sudo: () => sudo,
});

describe("what is installed when a C++ compiler and mold are missing", () => {
  const missing = [
    { name: "a C++ compiler", package: "c++" },
    { name: "mold", package: "mold", optional: true },
  ];
  test("root installs it, and without the optional part where that cannot be had", () => {
    const plan = planInstallation(missing, machine("dnf", true, false));
    expect(plan.allowed).toBe(true);
    expect(plan.attempts).toEqual([["dnf install -y gcc-c++ mold"], ["dnf install -y gcc-c++"]]);
  });

  test("with password-less sudo it is installed through sudo, which must not ask", () => {
    const plan = planInstallation(missing, machine("apk", false, true));
    expect(plan.allowed).toBe(true);
    expect(plan.attempts[0]).toEqual(["sudo -n apk add --no-cache g++ mold"]);
  });

  test("without rights a person is given one command", () => {
    const plan = planInstallation(missing, machine("apt-get", false, false));
    expect(plan.allowed).toBe(false);
    expect(plan.command).toBe(
      "sudo apt-get update && sudo apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 g++ mold",
    );
  });

  test("without a package manager that is known, it says what is needed", () => {
    const plan = planInstallation(missing, machine("brew", false, false));
    expect(plan.command).toBeUndefined();
    expect(plan.advice).toContain("a C++ compiler, mold");
  });
});

test("two set-ups at once take turns, and a lock whose owner is gone is taken over", async () => {
  const lock = join(folder, "setup.lock");
  const log = join(folder, "log");
  const gone = await execa(process.execPath, ["-p", "process.pid"]);
  await writeFile(lock, gone.stdout);
  const program = `
    import { appendFileSync } from "node:fs";
    import { setTimeout } from "node:timers/promises";
    import { withLock } from ${JSON.stringify(script("setup-lock.mjs"))};
    await withLock(${JSON.stringify(lock)}, () => {}, async () => {
      appendFileSync(${JSON.stringify(log)}, "in ");
      await setTimeout(100);
      appendFileSync(${JSON.stringify(log)}, "out ");
    });`;
  await Promise.all(
    [1, 2, 3].map(() => execa(process.execPath, ["--input-type=module", "-e", program], { timeout: 30_000 })),
  );
  expect(await readFile(log, "utf8")).toBe("in out in out in out ");
});

describe("package-lock.json", async () => {
  const text = await readFile(fileURLToPath(new URL("../../package-lock.json", import.meta.url)), "utf8");
  const packages = Object.entries(
    JSON.parse(text).packages as Record<string, { resolved?: string; name?: string; optional?: boolean }>,
  );

  test("names no registry but the public one", () => {
    const hosts = new Set(packages.flatMap(([, { resolved }]) => (resolved ? [new URL(resolved).host] : [])));
    expect([...hosts].filter((host) => host !== "registry.npmjs.org")).toEqual([]);
  });

  test("has LanceDB's native part for both architectures and both C libraries", () => {
    const names = packages.map(([path]) => path);
    for (const target of ["x64-gnu", "x64-musl", "arm64-gnu", "arm64-musl"]) {
      expect(names).toContain(`node_modules/@lancedb/lancedb-linux-${target}`);
    }
  });

  test("leaves out what LanceDB brings unasked", () => {
    const brought = packages.filter(([path]) =>
      /onnxruntime|node_modules\/(sharp|openai|@huggingface\/transformers)$/.test(path),
    );
    expect(brought.map(([, { name }]) => name)).toEqual([
      "@lancedb/lancedb-win32-x64-msvc",
      "@lancedb/lancedb-win32-x64-msvc",
    ]);
  });
});
