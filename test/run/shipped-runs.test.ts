/** The recorded runs that ship with the package, in lessons/runs: each can be replayed by everybody, with nothing but this package. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { silentTeam } from "../../src/run/open-team.ts";
import { readJournal } from "../../src/run/read-journal.ts";
import { replay } from "../../src/run/replay.ts";
import type { TeamMember } from "../../src/model/team.ts";

const folder = fileURLToPath(new URL("../../lessons/runs", import.meta.url));
const journals = readdirSync(folder).filter((name) => name.endsWith(".jsonl.gz"));

describe("a recorded run that ships with the package", () => {
  it("is there", () => {
    expect(journals.length).toBeGreaterThan(0);
  });

  it.each(journals)(
    "says nothing of the machine's folders and is replayed to the end that it had: %s",
    async (name) => {
      const journal = readJournal(join(folder, name));
      const text = JSON.stringify(journal);
      expect(text).not.toMatch(/"(?:gguf:)?(?:\/(?:home|root|tmp|work|mnt|opt)\/|~\/)/);
      const agents = silentTeam(journal.started.team as TeamMember[]);
      const { attempts, costs, ended } = await replay({ journal, agents }).result;
      expect(journal.ended).toMatchObject({ ended, evaluations: attempts.length });
      expect(costs.modelCalls).toBeGreaterThan(0);
    },
  );
});
