/**
 * A search that tries every place of a text fails at nearly all of them on the first character. The library finds the next place where
 * the first character, or the whole word, stands with vector instructions, and the loop goes on from there.
 *
 *     for (size_t i = 0; i + m <= n; i++) {          for (size_t i = 0; i + m <= n; i++) {
 *       size_t j = 0;                                  if (m > 0) {
 *       while (j < m && text[i + j] == word[j])          const void *hit = memchr(text + i, word[0], n - (i + m) + 1);
 *         j++;                                  →        if (!hit) break;
 *       if (j == m) found++;                             i = (const char *)hit - text;
 *     }                                                }
 *                                                      … as before …
 *                                                    }
 *
 * Legal where an iteration does nothing unless the first character fits, characters are bytes, and nobody asks where the loop stopped.
 */
import type { Node } from "web-tree-sitter";
import {
  block,
  type Edit,
  freshName,
  helperEdit,
  indentationAt,
  indented,
  insertAt,
  newlineOf,
  nested,
  includeEdits,
} from "../../../code/edit.ts";
import { isWritten } from "../../../code/effects.ts";
import { constantOf, polynomial, subtract } from "../../../code/linear.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { bare, field, operatorOf, subscript } from "../../../code/tree.ts";
import { arithmeticOf, containerOf, elementType, spellType } from "../../../code/types.ts";
import { keeps, mentions, onlyReads } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { type Need, needOf, pointerTo } from "./search-loops.ts";

export const skipAhead: Rewrite = {
  name: "skip-ahead",
  idea: "Lets the library find the next place where a search can succeed at all, with vector instructions, rather than trying every place.",
  reference:
    "R. Boyer and J. Moore, A fast string searching algorithm, CACM 1977, on skipping; GNU C library: memchr, memmem",
  lessons: {
    faster:
      "Nearly every place failed on its first character; the library skipped those many bytes at a time.",
    slower:
      "The first character is so common that the call at each place costs more than the comparison it saves.",
    wrong: "An iteration did something even where the first character differed.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => skips(subject, loop)),
    );
  },
};

function skips(subject: Subject, loop: Loop): Opportunity[] {
  const i = counter(loop);
  const condition = field(loop.node, "condition");
  if (i === undefined || !condition || loop.body.type !== "compound_statement") return [];
  const need = needOf(loop, i);
  if (!need || !isBytes(need.text) || !keeps(need.text.text, loop.node)) return [];
  if (!onlyReads(need.text.text, loop.node)) return [];
  const room = roomIn(condition, i, need.text.text);
  if (!room) return [];
  const type = variableOf(mentions(i, loop.node)[0] ?? loop.node)?.type;
  const { source, language } = subject;
  const text = pointerTo(need.text);
  const hit = freshName(source, "hit");
  const bytes = bytesLeft(need, room.places, i);
  const kinds = bytes === undefined ? ["first byte"] : ["first byte", "whole word"];
  return kinds.flatMap((kind) => {
    const call =
      kind === "whole word" && need.word
        ? `memmem(${text} + ${i}, ${bytes}, ${need.word.pointer}, ${need.word.length})`
        : room.places
          ? `memchr(${text} + ${i}, ${need.byte}, ${room.places})`
          : `strchr(${text} + ${i}, ${need.byte})`;
    const lines = [
      `const void *${hit} = ${call};`,
      `if (!${hit}) break;`,
      `${i} = (${type ? spellType({ ...type, constant: false, reference: false }) : "size_t"})((const char *)${hit} - (const char *)${text});`,
    ].join("\n");
    const inside = need.guard === "" ? block(source, "", lines) : block(source, `if (${need.guard})`, lines);
    const newline = newlineOf(source);
    const indentation = indentationAt(source, loop.node.startIndex);
    const edits: Edit[] = [
      ...includeEdits(source, subject.root, language === "c" ? ["<string.h>"] : ["<cstring>"]),
      insertAt(
        loop.body.startIndex + 1,
        `${newline}${indentation}${indented(source, nested(source, inside), indentation)}`,
      ),
    ];
    if (kind === "whole word" && language === "c") {
      edits.push(
        helperEdit(
          source,
          subject.function,
          "/* GNU: the C library's header shows it only when asked to. */\nvoid *memmem(const void *, size_t, const void *, size_t);",
        ),
      );
    }
    return offer(subject, {
      parameters: { find: kind },
      place: describeLoop(loop),
      preconditions: ["an iteration does nothing unless a byte of the text has one value"],
      assumptions: [],
      edits,
    });
  });
}

/** How much text is left to find the whole word in, where that can be told. */
function bytesLeft(need: Need, places: string | undefined, i: string): string | undefined {
  if (!need.word) return undefined;
  const type = typeOf(need.text);
  if (type && containerOf(type)) return `${need.text.text}.size() - ${i}`;
  // The last place must leave room for the word.
  return places?.includes(need.word.length)
    ? `(size_t)(${places}) + (size_t)(${need.word.length}) - 1`
    : undefined;
}

/** The variable that the header declares and counts up by one, and that the body leaves alone. */
function counter(loop: Loop): string | undefined {
  if (loop.kind !== "for") return undefined;
  const initializer = field(loop.node, "initializer");
  const update = field(loop.node, "update");
  const variable =
    update?.type === "update_expression" && operatorOf(update) === "++"
      ? field(update, "argument")?.text
      : undefined;
  if (variable === undefined || initializer?.type !== "declaration") return undefined;
  const declares = initializer
    .childrenForFieldName("declarator")
    .some((each) => field(each, "declarator")?.text === variable);
  return declares && !isWritten(variable, loop.body) ? variable : undefined;
}

/** How many places are left: right side less left side of the condition, which holds at the top of the body. */
function roomIn(condition: Node, i: string, text: string): { places: string | undefined } | undefined {
  const test = bare(condition);
  const ended =
    test.type === "binary_expression" &&
    operatorOf(test) === "!=" &&
    /^('\\0'|0)$/.test(field(test, "right")?.text ?? "")
      ? field(test, "left")
      : test;
  const looked = ended && subscript(bare(ended));
  if (looked && looked.array.text === text && looked.indices[0]?.text === i) return { places: undefined };
  const [left, right] = [field(test, "left"), field(test, "right")];
  const operator = operatorOf(test);
  if (
    test.type !== "binary_expression" ||
    !left ||
    !right ||
    !/^<=?$/.test(operator) ||
    mentions(i, right).length > 0
  )
    return undefined;
  const [value, step] = [polynomial(left), new Map([[i, 1]])];
  if (!value || (constantOf(subtract(value, step)) === undefined && !/^\w+ ?\+ ?[\w.()]+$/.test(left.text)))
    return undefined;
  return { places: `${right.text} - (${left.text})${operator === "<=" ? " + 1" : ""}` };
}

/** Whether the elements are bytes, side by side. */
function isBytes(node: Node): boolean {
  const type = node.type === "identifier" ? typeOf(node) : undefined;
  const element = type && elementType(type);
  const arithmetic = arithmeticOf(element);
  return (
    arithmetic?.kind === "integer" &&
    arithmetic.bits === 8 &&
    element?.base !== "bool" &&
    containerOf(type!)?.name !== "deque"
  );
}
