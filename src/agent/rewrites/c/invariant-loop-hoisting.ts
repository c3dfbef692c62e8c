/**
 * A loop inside a loop that computes the same value in every iteration of the outer one needs to run once. It is kept where it stands and
 * runs in the first iteration, so that nothing is read that would not have been read.
 *
 *     for (int i = 0; i < n; i++) {                   double mean_once = 0;
 *       double mean = 0;                              int mean_known = 0;
 *       for (int j = 0; j < n; j++) mean += x[j];     for (int i = 0; i < n; i++) {
 *       …                                      →        double mean = 0;
 *     }                                                 if (!mean_known) {
 *                                                         for (int j = 0; j < n; j++) mean += x[j];
 *                                                         mean_once = mean;
 *                                                         mean_known = 1;
 *                                                       }
 *                                                       mean = mean_once;
 *                                                       …
 *                                                     }
 *
 * Legal where the inner loop writes one scalar alone, which starts from the same value each time, and reads nothing that the outer loop changes.
 */
import { block, freshName, outdented, replaceStatement } from "../../../code/edit.ts";
import { effectsOf, isElementWritten } from "../../../code/effects.ts";
import { describeLoop, isInvariant, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { contains, same } from "../../../code/tree.ts";
import { arithmeticOf, spellType } from "../../../code/types.ts";
import { isPure, mentions } from "../../../code/uses.ts";
import { variableOf } from "../../../code/variables.ts";
import { startOf } from "./moving-range.ts";
import { before, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const invariantLoopHoisting: Rewrite = {
  name: "invariant-loop-hoisting",
  idea: "Runs an inner loop once whose result is the same in every iteration of the outer loop.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Code Motion Out of Loops",
  lessons: {
    faster: "The inner loop computed the same value in every iteration of the outer one; once is enough.",
    slower: "The outer loop runs only once or twice, so there was nothing to save.",
    wrong: "Something that the inner loop reads changed from one iteration to the next.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((inner) => once(subject, inner)),
    );
  },
};

function once(subject: Subject, inner: Loop): Opportunity[] {
  const outer = inner.parent;
  if (
    !outer ||
    inner.leavesEarly ||
    inner.hasUnknownCalls ||
    !inner.node.parent ||
    !same(inner.node.parent, outer.body) ||
    outer.body.type !== "compound_statement"
  )
    return [];
  const effects = effectsOf(inner.node);
  const own = effects.declared;
  const written = new Set(
    effects.accesses
      .filter((access) => access.writes && !own.has(access.root))
      .map((access) => (access.kind === "variable" ? access.base : "")),
  );
  const counter = inner.count && !inner.count.declared ? inner.count.variable : undefined;
  if (counter !== undefined) written.delete(counter);
  const [name, ...more] = written;
  const target = name ? mentions(name, inner.node)[0] : undefined;
  const variable = target && variableOf(target);
  if (
    !target ||
    !variable ||
    more.length > 0 ||
    variable.kind === "global" ||
    !arithmeticOf(variable.type) ||
    variable.type.reference
  )
    return [];
  if (
    effects.opaque ||
    effects.escaping.size > 0 ||
    (counter !== undefined && usedElsewhere(counter, inner, outer))
  )
    return [];
  const start = startOf(target, inner, outer);
  if (!start || !isPure(start) || !isInvariant(start, outer.node)) return [];
  // Between the start value and the loop nothing else happens to the variable.
  const between = outer.statements.filter(
    (each) => each.startIndex > start.endIndex && each.endIndex <= inner.node.startIndex,
  );
  if (between.some((each) => mentions(variable.name, each).length > 0)) return [];
  const declared = effectsOf(outer.node).declared;
  const steady = effects.accesses.every((access) => {
    if (access.root === variable.name || own.has(access.root) || access.root === counter) return true;
    if (access.root === "" || declared.has(access.root)) return false;
    return access.kind === "variable"
      ? isInvariant(access.node, outer.node)
      : !isElementWritten(access.base, outer.node);
  });
  if (!steady) return [];
  const { source } = subject;
  const taken = new Set<string>();
  const [kept, known] = [
    freshName(source, `${variable.name}_once`, taken),
    freshName(source, `${variable.name}_known`, taken),
  ];
  const type = spellType({ ...variable.type, constant: false, reference: false });
  return offer(subject, {
    parameters: {},
    place: describeLoop(inner),
    preconditions: ["an inner loop computes the same value in every iteration of the outer loop"],
    assumptions: ["Arrays that are written and arrays that are read do not overlap."],
    edits: [
      ...before(source, outer.node, `${type} ${kept} = 0;\nint ${known} = 0;`),
      replaceStatement(
        source,
        inner.node,
        `${block(source, `if (!${known})`, `${outdented(source, inner.node)}\n${kept} = ${variable.name};\n${known} = 1;`)}\n${variable.name} = ${kept};`,
      ),
    ],
  });
}

/** Whether the outer body reads the inner loop's variable outside it; other loops set it anew. */
function usedElsewhere(counter: string, inner: Loop, outer: Loop): boolean {
  const loops = loopsIn(outer.body);
  return mentions(counter, outer.node).some(
    (use) =>
      !contains(inner.node, use) &&
      variableOf(use)?.node.startIndex !== use.startIndex &&
      !loops.some((loop) => loop.count?.variable === counter && contains(loop.node, use)),
  );
}
