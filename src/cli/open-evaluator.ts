/** The evaluator of a command, in the sandbox that its flags ask for. */
import { Option } from "commander";
import { missingFences } from "../evaluate/sandbox.ts";
import { createEvaluator, type Workbench } from "../evaluate/sandboxed-evaluator.ts";
import type { Appearance } from "./appearance.ts";

export function weakerSandboxOption(): Option {
  return new Option(
    "--weaker-sandbox",
    "do without namespaces, where a container forbids them; prints what is missing then",
  );
}

/** Says on stderr, once, what the weaker sandbox lacks on this machine. */
export async function openEvaluator(
  flags: { readonly weakerSandbox?: boolean },
  { screen, style }: Appearance["progress"],
): Promise<Workbench> {
  const evaluator = await createEvaluator(flags.weakerSandbox ? { sandbox: "weaker" } : {});
  const missing = missingFences(evaluator.sandbox);
  if (missing.length > 0) screen.print(style.doubtful(`Weaker sandbox. ${missing.join(" ")}`));
  return evaluator;
}
