/**
 * Every file that a rewrite makes could be a model's reply: it is taken out of one whole.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { rewrites } from "../../src/agent/rewrites/c/catalogue.ts";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { codeInReply } from "../../src/code/reply.ts";
import { openSubject } from "../../src/code/subject.ts";
import { normalised } from "../../src/code/tree.ts";
import { loadTask } from "../../src/task/load.ts";
import { examplesOf } from "./rewrite-examples.ts";

beforeAll(loadGrammars);

test("what rewrites make is found in a reply, token for token", () => {
  let compared = 0;
  for (const rewrite of rewrites) {
    for (const { source, language, function: functionName } of examplesOf(rewrite)) {
      const subject = openSubject(source, language, functionName);
      for (const opportunity of subject ? rewrite.opportunities(subject) : []) {
        const made = opportunity.apply();
        const found = codeInReply(`Faster:\n\n\`\`\`cpp\n${made}\n\`\`\`\n`, {
          source,
          language,
          functionName,
        });
        const tokens = (text: string) =>
          normalised(parse(text, language).rootNode).split(" ").toSorted().join(" ");
        compared += 1;
        expect
          .soft(
            found.kind === "code" ? tokens(found.source) : found,
            `${rewrite.name} ${functionName}\n${made}\n-----\n${found.kind === "code" ? found.source : ""}`,
          )
          .toEqual(tokens(made));
      }
    }
  }
  expect(compared).toBeGreaterThan(150);
});

test("the reference of every task that ships is the reference again", async () => {
  const tasks = join(import.meta.dirname, "../../tasks");
  for (const folder of readdirSync(tasks, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const { source, language, function: functionName } = await loadTask(join(tasks, folder.name));
    const target = { source: source.text, language, functionName };
    expect
      .soft(codeInReply(`\`\`\`\n${source.text}\n\`\`\``, target), folder.name)
      .toEqual({ kind: "unchanged" });
    expect
      .soft(codeInReply(source.text, target), `${folder.name} without a fence`)
      .toEqual({ kind: "unchanged" });
  }
});
