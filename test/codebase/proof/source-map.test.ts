import { describe, expect, test } from "vitest";
import { scriptCounts } from "../../../src/codebase/proof/script-coverage.ts";
import { originalPlace, readSourceMap } from "../../../src/codebase/proof/source-map.ts";

/** Lines 1, 2 and 3 of the source, a type between them left out, stand on one line of the script at columns 0, 9 and 20. */
const mappings = "AAAA,SACE,WAEC";
const mapOf = (extra: object = {}): string =>
  JSON.stringify({ version: 3, sources: ["../src/a.ts"], names: [], mappings, ...extra });

describe("Source maps", () => {
  test("lead from a place in the script to the file and line that it came from", () => {
    const map = readSourceMap(mapOf(), "/t/dist/a.js.map");
    expect(map && originalPlace(map, 0, 0)).toEqual({ path: "/t/src/a.ts", line: 0 });
    expect(map && originalPlace(map, 0, 12)).toEqual({ path: "/t/src/a.ts", line: 1 });
    expect(map && originalPlace(map, 0, 99)).toEqual({ path: "/t/src/a.ts", line: 3 });
    expect(map && originalPlace(map, 7, 0)).toBeUndefined();
  });

  test("take sources as paths, as URLs of files, and below a root of their own", () => {
    const pathOf = (extra: object): string | undefined =>
      readSourceMap(mapOf(extra), "/t/dist/a.js.map")?.sources[0];
    expect(pathOf({ sources: ["/t/a b.ts"] })).toBe("/t/a b.ts");
    expect(pathOf({ sources: ["file:///t/a%20b.ts"] })).toBe("/t/a b.ts");
    expect(pathOf({ sources: ["a.ts"], sourceRoot: "../lib" })).toBe("/t/lib/a.ts");
    expect(pathOf({ sources: ["webpack://x/a.ts"] })).toBeUndefined();
    expect(pathOf({ sources: [null] })).toBeUndefined();
  });

  test("that are none, or broken, are no maps", () => {
    for (const text of ["", "[]", '{"version":3}', mapOf({ version: 2 }), mapOf({ mappings: "AA?A" })])
      expect(readSourceMap(text, "/t/a.js")).toBeUndefined();
    expect(readSourceMap(mapOf({ mappings: "ggggggggggggggggA" }), "/t/a.js")).toBeUndefined();
  });

  test("tell which lines of the source were executed", () => {
    const script = "let a=1;\tif(false){dead()}";
    const source = "let a: number = 1;\nif (false)\n  type;\n  dead();\n";
    const report = JSON.stringify([
      {
        path: "/t/dist/a.js",
        source: script,
        map: mapOf(),
        beside: "/t/dist/a.js.map",
        ranges: [
          { startOffset: 0, endOffset: script.length, count: 2 },
          { startOffset: 18, endOffset: script.length, count: 0 },
        ],
      },
    ]);
    const asked = { path: "/t/src/a.ts", source, lines: [1, 2, 3, 4] };
    expect([...(scriptCounts(report, asked) ?? [])]).toEqual([
      [1, 2],
      [2, 2],
      [4, 0],
    ]);
    expect(scriptCounts(report, { ...asked, path: "/t/src/b.ts" })).toBeUndefined();
    expect(scriptCounts("nonsense", asked)).toBeUndefined();
  });
});
