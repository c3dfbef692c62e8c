/** A checkout whose settings have git run programs that leave a file. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const settings = [
  "core.fsmonitor",
  "core.pager",
  "core.editor",
  "core.sshCommand",
  "diff.external",
  "diff.x.textconv",
  "gpg.program",
  "filter.x.clean",
  "filter.x.smudge",
];
const hooks = ["pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"];

/** Leaves two files untracked. `sprung` is made as soon as one of the programs runs; it lies in `.git`. */
export function hostile(root: string, git: (...args: string[]) => unknown): { readonly sprung: string } {
  const own = join(root, ".git");
  const sprung = join(own, "sprung");
  const trap = join(root, "trap.sh");
  writeFileSync(trap, `#!/bin/sh\ntouch ${sprung}\ncat\n`, { mode: 0o755 });
  for (const key of settings) git("config", key, trap);
  git("config", "commit.gpgSign", "true");
  git("config", "filter.x.required", "true");
  git("config", "include.path", "included");
  writeFileSync(join(own, "included"), `[filter "of.another"]\n\tclean = ${trap}\n\tprocess = ${trap}\n`);
  mkdirSync(join(own, "info"), { recursive: true });
  writeFileSync(join(own, "info", "attributes"), "*.txt filter=of.another\n");
  for (const hook of hooks)
    writeFileSync(join(own, "hooks", hook), `#!/bin/sh\ntouch ${sprung}\n`, { mode: 0o755 });
  writeFileSync(join(root, ".gitattributes"), "*.c filter=x diff=x\n*.js filter=x\n");
  return { sprung };
}
