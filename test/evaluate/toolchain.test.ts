import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { MachineError } from "../../src/errors.ts";
import { findBubblewrap, findCompiler, findProgram } from "../../src/evaluate/toolchain.ts";
import { temporaryFolder } from "./temporary.ts";

const path = process.env["PATH"];
afterEach(() => {
  process.env["PATH"] = path;
});

describe("what is missing", () => {
  it("a compiler that is not there is the machine's fault, with the command that installs it", async () => {
    const error = await findCompiler("clang-that-is-not").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MachineError);
    expect(error).toMatchObject({
      message: "the compiler clang-that-is-not is not installed",
      remedy: expect.stringMatching(/apt-get install clang/),
    });
  });

  it("so is bubblewrap", async () => {
    process.env["PATH"] = await temporaryFolder();
    await expect(findBubblewrap()).rejects.toThrow(/bubblewrap \(bwrap\) is not installed/);
  });

  it("a link to a compiler, in a folder that no jail holds, is followed", async () => {
    const folder = await temporaryFolder();
    await symlink("/usr/bin/gcc", join(folder, "gcc-by-another-name"));
    process.env["PATH"] = `${folder}:${path}`;
    expect(await findCompiler("gcc-by-another-name")).toMatchObject({ path: "/usr/bin/gcc" });
  });

  it("a folder is no program, nor is a file that cannot be run", async () => {
    expect(await findProgram("/usr")).toBeUndefined();
    const text = join(await temporaryFolder(), "text");
    await writeFile(text, "not a program", { mode: 0o644 });
    expect(await findProgram(text)).toBeUndefined();
    expect(await findProgram("sh")).toMatch(/\/sh$/);
  });
});
