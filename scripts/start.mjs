#!/usr/bin/env node
/**
 * `npm start`: set-up, then the demonstration; `npm start -- ARGS`: set-up, then the command line with those arguments.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root, setUpOrExit } from "./setup.mjs";

await setUpOrExit();
const args = process.argv.slice(2);
const script = args.length > 0 ? join(root, "dist", "cli", "main.js") : join(root, "scripts", "demo.mjs");
// npm runs scripts in the package's folder; paths among the arguments start from where the user is.
const cwd = args.length > 0 ? process.env.INIT_CWD : undefined;
const child = spawn(process.execPath, [script, ...args], { stdio: "inherit", cwd });

// Ctrl-C reaches the whole group by itself; what was sent to this process alone is handed on. Either way the child decides how it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => passOn(signal));
child.on("exit", (code, signal) => (process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1)));

function passOn(signal) {
  if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
}
