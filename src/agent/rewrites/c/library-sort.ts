/**
 * Bubble, exchange, selection and insertion sort compare every pair of elements. The library sorts in n log n.
 *
 *     for (int i = 0; i < n - 1; i++)
 *       for (int j = 0; j < n - 1 - i; j++)           →    if (n > 1) std::sort(a, a + n);
 *         if (a[j] > a[j + 1]) std::swap(a[j], a[j + 1]);
 *
 * Legal where the loops do nothing else and numbers or strings are compared as they are: equal ones cannot be told apart. Records that are compared by
 * one field keep their order where they are equal, so only the stable sorts among these (bubble, insertion) are replaced, by `std::stable_sort`.
 */
import type { Node } from "web-tree-sitter";
import { freshName, helperEdit, replaceStatement, includeEdits } from "../../../code/edit.ts";
import { equal, type Polynomial, polynomial, spell } from "../../../code/linear.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { methodCall } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { find } from "../../../code/tree.ts";
import { arithmeticOf, containerOf, spellType } from "../../../code/types.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { insertion, neighbours, selection } from "./sorting-loops.ts";

export const librarySort: Rewrite = {
  name: "library-sort",
  idea: "Sorts with the library in n log n steps where two nested loops compared every pair.",
  reference: "D. Knuth, The Art of Computer Programming, volume 3, section 5.2; ISO C++ [alg.sort]",
  lessons: {
    faster: "A hand-written sort compared every pair of elements; the library's takes n log n comparisons.",
    slower:
      "There are only a few elements, or they are nearly sorted already, which the simple sort finishes in one pass.",
    wrong: "The loops did not sort the whole range, or equal elements could be told apart.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => sorted(subject, loop)),
    );
  },
};

function sorted(subject: Subject, outer: Loop): Opportunity[] {
  const [inner, ...more] = outer.children;
  if (!inner || more.length > 0 || inner.children.length > 0) return [];
  const sort = neighbours(outer, inner) ?? selection(outer, inner) ?? insertion(outer, inner);
  if (!sort) return [];
  const { element, key, kind, descending } = sort;
  const plain = arithmeticOf(element) !== undefined || /^(std::)?string$/.test(element.base);
  if (element.pointers > 0 || (key === "" ? !plain : kind === "exchange" || kind === "selection")) return [];
  if (subject.language === "c" && (key !== "" || !arithmeticOf(element))) return [];
  const array = sort.array.text;
  const isVector = containerOf(typeOf(sort.array) ?? element) !== undefined;
  const whole = isVector && sizeOf(sort.array, outer, sort.length);
  const length = spell(sort.length).replaceAll("+ -", "- ");
  if (!whole && length.includes("[")) return [];
  const { source } = subject;
  const assumptions = arithmeticOf(element)?.kind === "floating" ? ["No element is NaN."] : [];
  if (subject.language === "c") {
    const type = spellType({ ...element, constant: false, reference: false });
    const helper = freshName(source, "compare_elements");
    const [low, high] = descending ? ["b", "a"] : ["a", "b"];
    return offer(subject, {
      parameters: {},
      place: describeLoop(outer),
      preconditions: ["nested loops sort an array"],
      assumptions,
      edits: [
        ...includeEdits(source, subject.root, ["<stdlib.h>"]),
        helperEdit(
          source,
          subject.function,
          `static int ${helper}(const void *left, const void *right) {\n  const ${type} a = *(const ${type} *)left, b = *(const ${type} *)right;\n  return (${low} > ${high}) - (${low} < ${high});\n}`,
        ),
        replaceStatement(
          source,
          outer.node,
          `if (${length} > 1) qsort(${array}, ${length}, sizeof(${array}[0]), ${helper});`,
        ),
      ],
    });
  }
  const range = whole
    ? `${array}.begin(), ${array}.end()`
    : isVector
      ? `${array}.begin(), ${array}.begin() + (${length})`
      : `${array}, ${array} + (${length})`;
  const order =
    key === ""
      ? descending
        ? ", std::greater<>()"
        : ""
      : `, [](const auto &left, const auto &right) { return left${key} ${descending ? ">" : "<"} right${key}; }`;
  const call = `std::${key === "" ? "sort" : "stable_sort"}(${range}${order});`;
  return offer(subject, {
    parameters: {},
    place: describeLoop(outer),
    preconditions: ["nested loops sort an array"],
    assumptions,
    edits: [
      ...includeEdits(source, subject.root, [
        "<algorithm>",
        ...(order.includes("greater") ? ["<functional>"] : []),
      ]),
      replaceStatement(source, outer.node, whole ? call : `if (${length} > 1) ${call}`),
    ],
  });
}

/** Whether the length is that of the whole container. */
function sizeOf(array: Node, loop: Loop, length: Polynomial): boolean {
  const definition = variableOf(array)?.scope ?? loop.node;
  return find(definition, "call_expression").some((call) => {
    const method = methodCall(call);
    const value =
      method?.object.text === array.text && method.method === "size" ? polynomial(call) : undefined;
    return !!value && equal(value, length);
  });
}
