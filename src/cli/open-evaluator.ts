/** The evaluator of a command, in the sandbox that its flags ask for. */
import { Option } from "commander";
import { missingFences } from "../evaluate/sandbox.ts";
import { unlessAborted } from "../evaluate/queue.ts";
import { createEvaluator, type Workbench } from "../evaluate/sandboxed-evaluator.ts";
import type { Appearance } from "./appearance.ts";
import type { Terminal } from "./terminal.ts";

export function weakerSandboxOption(): Option {
  return new Option(
    "--weaker-sandbox",
    "do without namespaces, where a container forbids them; prints what is missing then",
  );
}

/** Building our own programs takes seconds: whoever interrupts it does not wait for that. */
const closingMs = 300;

/** Says on stderr, once, what the weaker sandbox lacks on this machine. Rejects with the terminal's reason when interrupted. */
export async function openEvaluator(
  flags: { readonly weakerSandbox?: boolean },
  { screen, style }: Appearance["progress"],
  { signal }: Pick<Terminal, "signal">,
): Promise<Workbench> {
  const opening = createEvaluator(flags.weakerSandbox ? { sandbox: "weaker" } : {});
  const evaluator = await unlessAborted(opening, signal).catch(async (error: unknown) => {
    const closed = opening.then((opened) => opened.close()).catch(() => undefined);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, closingMs))]);
    throw error;
  });
  const missing = missingFences(evaluator.sandbox);
  if (missing.length > 0) screen.print(style.doubtful(`Weaker sandbox. ${missing.join(" ")}`));
  return evaluator;
}
