import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withCallers } from "../../../src/codebase/functions/callers.ts";
import { amdahl, type HotFunction } from "../../../src/codebase/profile/hot-functions.ts";

const hot = (name: string, share: number, file = "list.c"): HotFunction => ({
  file,
  function: name,
  line: 1,
  ownMs: share * 100,
  share,
  wholeIfTwice: amdahl(share, 2),
});

const source = `static int count(char **list) { int n = 0; while (list[n]) n++; return n; }
void once(char **list) { if (count(list) > 3) list[0] = 0; }
void seldom(char **list, int n) { for (int i = 0; i < n; i++) list[count(list)] = 0; }
void often(char **list, int n) { while (n-- > 0) { int at = count(list); list[at] = list[n]; } }
`;

test("beside a dear helper goes the dearest function that calls it in a loop", async () => {
  const folder = await mkdtemp(join(tmpdir(), "callers-"));
  try {
    await writeFile(join(folder, "list.c"), source);
    await writeFile(join(folder, "twice.cpp"), `${source}\nint count(int) { return 1; }\n`);
    const all = [hot("count", 0.8), hot("often", 0.05), hot("seldom", 0.01)];
    const chosen = await withCallers(folder, [hot("count", 0.8)], all, 2);
    expect(chosen.map(({ function: name }) => name)).toEqual(["count", "often"]);
    expect(chosen[1]?.share).toBeCloseTo(0.85);
    expect(chosen[1]?.line).toBe(4);
    const three = await withCallers(folder, [hot("count", 0.8), hot("often", 0.1)], all, 3);
    expect(three.map(({ function: name }) => name)).toEqual(["count", "often", "seldom"]);
    // No room, no caller in a loop, a name that means two, and a file that is gone.
    expect(await withCallers(folder, [hot("count", 0.8)], all, 1)).toHaveLength(1);
    expect(await withCallers(folder, [hot("often", 0.8)], all, 3)).toHaveLength(1);
    expect(await withCallers(folder, [hot("count", 0.8, "twice.cpp")], all, 3)).toHaveLength(1);
    expect(await withCallers(folder, [hot("count", 0.8, "gone.c")], all, 3)).toHaveLength(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
