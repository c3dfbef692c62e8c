/**
 * Our own native programs for the commands of codebases: what makes the tree that a command sees, and the first program in its jail. Built
 * from `sandbox/` on first use.
 */
import { keptPrograms } from "../../evaluate/kept-programs.ts";
import { link, nativeCompiler } from "../../evaluate/native.ts";

export interface CommandPrograms {
  /** Mounts the tree. */
  readonly stage: string;
  /** The first program in the jail. */
  readonly command: string;
}

/** The built programs. Throws a MachineError without a C compiler, or where the cache folder cannot be written. */
export function commandPrograms(): Promise<CommandPrograms> {
  return keptPrograms("programs for commands", async () => {
    const compiler = await nativeCompiler();
    return {
      salt: ["commands", compiler.version],
      makers: {
        stage: (output: string) => link(compiler, ["stage"], output),
        command: (output: string) =>
          link(compiler, ["command", "command-filter", "program", "confine", "group", "clock"], output),
      },
    };
  });
}
