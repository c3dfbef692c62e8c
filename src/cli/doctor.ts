/** `lessonbank doctor`: what is here, what is missing, how to get it. */
import { access, constants } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { Command } from "commander";
import { LessonbankError } from "../errors.ts";
import { cacheDirectory } from "../evaluate/cache.ts";
import { probeMachine } from "../evaluate/probe-machine.ts";
import { formatChecks, type Check } from "../report/doctor.ts";
import { printDocument } from "../report/documents.ts";
import { count } from "../report/figures.ts";
import { appearanceOf } from "./appearance.ts";
import { weakerSandboxOption } from "./open-evaluator.ts";
import { openUsersBank } from "./open-bank.ts";
import { bankFolder, shownPath } from "./places.ts";
import type { CommandState, Terminal } from "./terminal.ts";

export function doctorCommand(terminal: Terminal, state: CommandState): Command {
  return new Command("doctor")
    .description("what is here, what is missing, how to get it")
    .option("--bank <folder>", "the bank of lessons to look at (default: yours)")
    .addOption(weakerSandboxOption())
    .option("--json", "print one JSON document")
    .action(async (flags: { bank?: string; weakerSandbox?: boolean; json?: boolean }, command: Command) => {
      const checks = [
        checkNode(),
        ...(await probeMachine(flags.weakerSandbox ? "weaker" : "full")),
        await checkFolder(
          "cache folder",
          cacheDirectory(),
          "set LESSONBANK_CACHE to a folder that can be written",
          terminal,
        ),
        await checkLanceDb(),
        await checkBank(bankFolder(terminal, flags.bank), terminal),
        checkOptional(
          "@huggingface/transformers",
          "only for embedders that are sentence models on this machine",
        ),
      ];
      const ready = checks.every(({ status }) => status !== "missing");
      if (!ready) state.exitCode = 1;
      terminal.stdout.write(
        flags.json
          ? printDocument({ ready, checks })
          : `${formatChecks(checks, appearanceOf(command, terminal))}\n`,
      );
    });
}

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return {
    name: "Node",
    status: enough ? "ok" : "missing",
    detail: `${process.versions.node} on ${process.platform} ${process.arch}`,
    ...(!enough && { remedy: "install Node 20.19 or later" }),
  };
}

async function checkLanceDb(): Promise<Check> {
  try {
    await import("@lancedb/lancedb");
    return { name: "LanceDB", status: "ok", detail: "its native part loads" };
  } catch (error) {
    return {
      name: "LanceDB",
      status: "missing",
      detail: `its native part does not load: ${messageOf(error).split("\n", 1)[0]}`,
      remedy: "reinstall without --omit=optional: the native part is an optional dependency",
    };
  }
}

/** An existing bank is opened to be read; where there is none yet, its folder must be one that can be made. */
async function checkBank(folder: string, terminal: Terminal): Promise<Check> {
  const shown = shownPath(folder, terminal);
  if (!(await exists(folder)))
    return checkFolder("bank", folder, "name another with --bank, or set LESSONBANK_HOME", terminal);
  try {
    const bank = await openUsersBank(terminal, folder, { anyEmbedder: true });
    try {
      const { lessons, tasks } = await bank.statistics();
      return {
        name: "bank",
        status: "ok",
        detail: `${count(lessons, "lesson")} from ${count(tasks, "task")} in ${shown}`,
      };
    } finally {
      await bank.close();
    }
  } catch (error) {
    const remedy = error instanceof LessonbankError ? error.remedy : undefined;
    return {
      name: "bank",
      status: "missing",
      detail: messageOf(error),
      ...(remedy !== undefined && { remedy }),
    };
  }
}

/** A folder that is there and can be written, or can be made. */
async function checkFolder(name: string, folder: string, remedy: string, terminal: Terminal): Promise<Check> {
  const shown = shownPath(folder, terminal);
  const present = await exists(folder);
  try {
    await access(present ? folder : await nearestFolder(folder), constants.W_OK | constants.X_OK);
    return { name, status: "ok", detail: present ? shown : `${shown}, made when it is needed` };
  } catch {
    return { name, status: "missing", detail: `${shown} cannot be ${present ? "written" : "made"}`, remedy };
  }
}

/** The part of a path that exists. */
async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path);
  return (await exists(parent)) || parent === path ? parent : nearestFolder(parent);
}

function checkOptional(name: string, use: string): Check {
  try {
    createRequire(import.meta.url).resolve(name);
    return { name, status: "ok", detail: `installed: ${use}` };
  } catch {
    return {
      name,
      status: "absent",
      detail: `not installed: ${use}`,
      remedy: `npm install ${name}; in a checkout of lessonbank: npm install --no-save --save-dev ${name}`,
    };
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
