/**
 * Tells the compiler that arrays do not overlap: it may then keep what it loaded in registers across stores, and vectorise without
 * testing for overlap at run time.
 *
 *     void f(double *a, const double *b)   →   void f(double *restrict a, const double *restrict b)
 *
 * The tests of a task cannot show that no caller ever passes overlapping arrays, so it is an assumption.
 */
import { type Edit, insertAt, insertDirective } from "../../../code/edit.ts";
import { isParallel, noOverlap } from "../../../code/dependences.ts";
import { elementsOf } from "../../../code/effects.ts";
import { describeLoop, innermostLoops, isCounted, type Loop } from "../../../code/loops.ts";
import { reductionsOf } from "../../../code/reductions.ts";
import { type Variable, variablesOf } from "../../../code/variables.ts";
import { hasPragma } from "./loop-unrolling.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const noAlias: Rewrite = {
  name: "no-alias",
  idea: "Tells the compiler that arrays do not overlap, so that it may keep values in registers and vectorise.",
  reference: "ISO/IEC 9899:2011, 6.7.3.1; GCC manual, sections Restricted Pointers and Loop-Specific Pragmas",
  lessons: {
    faster:
      "The compiler had to allow for a store changing what it had loaded; told that arrays do not overlap, it keeps values in registers and vectorises.",
    slower: "The compiler had already told the arrays apart, by their types or by a test at run time.",
    wrong: "The arrays do overlap in this task.",
  },
  opportunities(subject) {
    return [...restrictedParameters(subject), ...independentLoops(subject)];
  },
};

function restrictedParameters(subject: Subject): Opportunity[] {
  const pointers = variablesOf(subject.function).filter(
    (variable) => variable.kind === "parameter" && isPointer(variable),
  );
  const open = pointers.filter((pointer) => !/\brestrict\b|__restrict/.test(pointer.declaration.text));
  if (pointers.length < 2 || open.length === 0 || pointers.every(({ type }) => type.constant)) return [];
  const keyword = subject.language === "c" ? "restrict" : "__restrict";
  return offer(subject, {
    parameters: { form: "restrict" },
    place: `the pointers ${open.map(({ name }) => name).join(", ")}`,
    preconditions: ["two pointers that may overlap"],
    assumptions: [noOverlap],
    edits: open.map(({ node }): Edit => insertAt(node.startIndex, `${keyword} `)),
  });
}

function isPointer({ type }: Variable): boolean {
  return type.pointers > 0 && type.dimensions.length === 0 && type.base !== "function" && !type.reference;
}

/** Innermost loops whose iterations do not depend on each other unless arrays overlap. */
function independentLoops(subject: Subject): Opportunity[] {
  const loops = innermostLoops(subject.function).filter(
    (loop) =>
      isIndependent(loop) && loop.node.parent?.type === "compound_statement" && !hasPragma(loop, /ivdep/),
  );
  const [first] = loops;
  if (!first) return [];
  return offer(subject, {
    parameters: { form: "ivdep", loops: loops.length },
    place: loops.length === 1 ? describeLoop(first) : `${describeLoop(first)} and ${loops.length - 1} more`,
    preconditions: ["inner loop writes one array and reads others"],
    assumptions: [noOverlap],
    edits: loops.map((loop) => insertDirective(subject.source, loop.node, "#pragma GCC ivdep")),
  });
}

function isIndependent(loop: Loop): boolean {
  if (!isCounted(loop) || loop.kind !== "for" || loop.leavesEarly) return false;
  const elements = elementsOf(loop.body);
  const bases = new Set(elements.map(({ base }) => base));
  if (!elements.some(({ writes }) => writes) || bases.size < 2) return false;
  return isParallel(
    loop.body,
    loop.count.variable,
    reductionsOf(loop).filter(({ inMemory }) => !inMemory),
  ).legal;
}
