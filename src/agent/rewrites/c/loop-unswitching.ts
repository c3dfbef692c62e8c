/**
 * Takes a decision that is the same in every iteration out of the loop: one loop for each way that it may go.
 *
 *     for (i …) {                    if (flag) for (i …) a(i);
 *       if (flag) a(i); else b(i);  →  else for (i …) b(i);
 *     }
 *
 * Legal where the condition is pure, keeps its value throughout the loop and may be evaluated even if the loop runs no time.
 */
import type { Node } from "web-tree-sitter";
import { block, replaceNode, textWith } from "../../../code/edit.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { invarianceOf } from "../../../code/storage.ts";
import { bare, conditionOf, elseOf, field, find } from "../../../code/tree.ts";
import { linesOf, replaceByLines, withoutOwnIndentation } from "./loop-text.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const loopUnswitching: Rewrite = {
  name: "loop-unswitching",
  idea: "Decides once before a loop what it would decide alike in every iteration.",
  reference:
    "F. Allen, J. Cocke, A Catalogue of Optimizing Transformations, 1972; Muchnick, Advanced Compiler Design and Implementation, 1997, section 18.4",
  lessons: {
    faster:
      "The branch went the same way in every iteration; without it the loop is shorter and can be vectorised.",
    slower:
      "The branch was predicted perfectly or the compiler had already taken it out, and the code has grown.",
    wrong: "The condition did change during the loop.",
  },
  opportunities(subject) {
    return loopsIn(subject.function).flatMap((loop) => unswitchings(subject, loop));
  },
};

/** Loops longer than this are not written twice. */
const longestLoop = 3000;

function unswitchings(subject: Subject, loop: Loop): Opportunity[] {
  if (
    loop.node.text.length > longestLoop ||
    find(loop.body, "labeled_statement", "preproc_if", "preproc_ifdef").length > 0
  )
    return [];
  const seen = new Set<string>();
  return find(loop.body, "if_statement").flatMap((branch) => {
    const condition = conditionOf(branch);
    // A loop around that would do as well is preferred: it is decided even less often.
    if (
      !condition ||
      field(branch, "initializer") ||
      find(condition, "declaration").length > 0 ||
      seen.has(condition.text)
    )
      return [];
    const invariance = invarianceOf(condition, loop.node);
    if (!invariance || invariance.mayTrap || isLiteral(condition)) return [];
    if (loop.parent && invarianceOf(condition, loop.parent.node)) return [];
    seen.add(condition.text);
    const versions = [true, false].map((holds) => specialised(subject, loop, branch, holds));
    const [yes = "", no = ""] = versions;
    const lines = `${block(subject.source, `if (${condition.text})`, yes)} ${block(subject.source, "else", no)}`;
    return offer(subject, {
      parameters: {},
      place: `${describeLoop(loop)}, the branch on ${short(condition.text)}`,
      preconditions: ["branch in a loop that does not depend on it"],
      assumptions: invariance.assumptions,
      edits: [replaceByLines(subject, loop.node, lines)],
    });
  });
}

/** The loop with the branch decided; an `else if` chain keeps the rest of its chain. */
function specialised(subject: Subject, loop: Loop, branch: Node, holds: boolean): string {
  const chosen = holds ? field(branch, "consequence") : elseOf(branch);
  const inBlock = branch.parent?.type === "compound_statement";
  const lines = chosen ? linesOf(subject, chosen) : "";
  const declares = chosen !== undefined && find(chosen, "declaration").length > 0;
  const text = inBlock && !declares ? lines : chosen ? block(subject.source, "", lines) : inBlock ? "" : ";";
  return withoutOwnIndentation(subject, loop.node, textWith(loop.node, [replaceNode(branch, text)]));
}

function isLiteral(condition: Node): boolean {
  return /^(number_literal|true|false)$/.test(bare(condition).type);
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
