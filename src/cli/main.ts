#!/usr/bin/env node
/**
 * The `lessonbank` program: the process's streams and signals around the command line.
 */
import { runCommandLine } from "./command-line.ts";
import { processTerminal } from "./terminal.ts";

const { terminal, release, flush } = processTerminal();
const code = await runCommandLine(process.argv.slice(2), terminal);
release();
await flush();
// Everything has been written and closed; a library's idle handle must not keep a finished command alive.
process.exit(code);
