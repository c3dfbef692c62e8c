import { readdir, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileLibrary, compileShim, precompileHeader, type Compiled } from "../../src/evaluate/compile.ts";
import { createPrecompiler, type Precompiler } from "../../src/evaluate/precompiled.ts";
import { findCompiler } from "../../src/evaluate/toolchain.ts";
import { temporaryFolder } from "./temporary.ts";

const compiler = { command: "g++", standard: "gnu++17", flags: ["-O1"] };
const text =
  "#include <vector>\n#include <string>\nint f(const std::vector<std::string> &a) { return a.size(); }\n";
const settings = async () => ({
  language: "c++" as const,
  compiler: await findCompiler("g++"),
  flags: ["-std=gnu++17", "-O1", "-fPIC", "-fvisibility=hidden"],
});

async function compile(source: string, precompiler?: Precompiler): Promise<Compiled> {
  const shim = await compileShim("int nothing;", "c++", compiler);
  if (!shim.ok) throw new Error(shim.reason);
  return compileLibrary({
    language: "c++",
    compiler,
    source,
    fileName: "candidate.cpp",
    shim: shim.bytes,
    precompiler,
  });
}

describe("precompiled headers", () => {
  it("are built for headers that are met again, and change nothing in the object", async () => {
    const directory = await temporaryFolder();
    const precompiler = createPrecompiler(precompileHeader, { directory });
    const plain = await compile(text);
    expect(await compile(text, precompiler)).toMatchObject({ ok: true });
    expect(await readdir(directory)).toEqual([]);
    await compile(text, precompiler);
    await precompiler.settled();
    expect(await readdir(directory)).toEqual([expect.stringMatching(/-vector,string-\d+\.gch$/)]);
    expect(await precompiler.find(await settings(), text)).toBeDefined();
    const quick = await compile(text, precompiler);
    expect(quick.ok && plain.ok && Buffer.from(quick.bytes).equals(plain.bytes)).toBe(true);
  });

  it("serve sources that include more, and other processes, and no others", async () => {
    const directory = await temporaryFolder();
    const first = createPrecompiler(precompileHeader, { directory });
    for (let time = 0; time < 2; time++) await first.find(await settings(), text);
    await first.settled();
    const second = createPrecompiler(precompileHeader, { directory });
    const found = await second.find(await settings(), `#include <map>\n${text}`);
    expect(found?.arguments).toEqual(["-include", "/in/.precompiled/headers.h"]);
    expect(await compile(`#include <map>\n${text}std::map<int, int> m;`, second)).toMatchObject({ ok: true });
    expect(await second.find(await settings(), "#include <vector>\nint a;")).toBeUndefined();
    expect(await second.find(await settings(), `#define A\n${text}`)).toBeUndefined();
    const otherFlags = { ...(await settings()), flags: ["-std=gnu++20"] };
    expect(await second.find(otherFlags, text)).toBeUndefined();
  });

  it("that were cut short are thrown away", async () => {
    const directory = await temporaryFolder();
    const first = createPrecompiler(precompileHeader, { directory });
    for (let time = 0; time < 2; time++) await first.find(await settings(), text);
    await first.settled();
    const [name = ""] = await readdir(directory);
    await truncate(join(directory, name), 1000);
    const second = createPrecompiler(precompileHeader, { directory });
    expect(await compile(text, second)).toMatchObject({ ok: true });
    expect(await readdir(directory)).toEqual([]);
  });

  it("with bytes that no compiler takes do not make a sound source fail", async () => {
    const directory = await temporaryFolder();
    const spoilt = createPrecompiler(
      async () => Buffer.concat([(await readFile(process.execPath)).subarray(0, 5 << 20)]),
      { directory },
    );
    for (let time = 0; time < 2; time++) await spoilt.find(await settings(), text);
    await spoilt.settled();
    expect(await spoilt.find(await settings(), text)).toBeDefined();
    expect(await compile(text, spoilt)).toMatchObject({ ok: true });
  });

  it("leave the compiler's messages as they are", async () => {
    const directory = await temporaryFolder();
    const precompiler = createPrecompiler(precompileHeader, { directory });
    for (let time = 0; time < 2; time++) await precompiler.find(await settings(), text);
    await precompiler.settled();
    const broken = `${text}int g() { return nothing; }`;
    expect(await compile(broken, precompiler)).toEqual(await compile(broken));
  });
});
