import { expect, test } from "vitest";
import { openProject } from "../../src/codebase/open-project.ts";
import { hasPython } from "../python.ts";
import { fixture, settingsFor } from "./project-fixture.ts";

test.skipIf(!hasPython)(
  "a command may open /dev/stderr and /dev/stdout, and all that it prints arrives",
  async () => {
    const project = await openProject(settingsFor("python", fixture("python")));
    try {
      const run = await project.runInCopy(
        "echo complaint > /dev/stderr; echo answer | tee /dev/stdout > /dev/null; seq 1 40000; echo last",
      );
      expect(run).toMatchObject({ ending: "exit", exitCode: 0 });
      expect(run.tail).toMatch(/40000\nlast\s*$/);
      const short = await project.runInCopy(
        "echo complaint > /dev/stderr; echo answer > /dev/stdout; exit 3",
      );
      expect(short).toMatchObject({ ending: "exit", exitCode: 3 });
      expect(short.tail).toContain("complaint");
      expect(short.tail).toContain("answer");
      const killed = await project.runInCopy("echo before; kill -SEGV $$");
      expect(killed).toMatchObject({ ending: "signal", signal: "SIGSEGV" });
      expect(killed.tail).toContain("before");
    } finally {
      await project.close();
    }
  },
);
