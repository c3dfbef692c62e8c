/**
 * To cut a text at a character, or into words, a string stream copies all of it, goes through a locale and looks at each character through virtual calls.
 * The string itself can be searched.
 *
 *     std::stringstream stream(line);              for (std::size_t from = 0; from < line.size();) {
 *     std::string part;                              const std::size_t to = std::min(line.find(',', from), line.size());
 *     while (std::getline(stream, part, ','))   →    part.assign(line, from, to - from);
 *       parts.push_back(part);                       from = to + 1;
 *                                                    parts.push_back(part);
 *                                                  }
 *
 * Legal where the stream is used for this alone and nobody looks at the last part after the loop. A text that something else may change meanwhile is
 * copied first, as the stream did.
 */
import type { Node } from "web-tree-sitter";
import {
  block,
  type Edit,
  freshName,
  includeEdits,
  removeStatement,
  replaceNode,
  replaceStatement,
} from "../../../code/edit.ts";
import { constructorArguments, declaredAlone } from "../../../code/construction.ts";
import { isWritten } from "../../../code/effects.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { argumentsOf, calleeOf, conditionOf, contains, field, operatorOf } from "../../../code/tree.ts";
import { containerOf } from "../../../code/types.ts";
import { declaredOnce, mentions, usesOf } from "../../../code/uses.ts";
import { variableOf } from "../../../code/variables.ts";
import { bodyOf } from "./loop-text.ts";
import { hasOwnName } from "./own-name.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const splitInPlace: Rewrite = {
  name: "split-in-place",
  idea: "Cuts a text into parts by searching it where it lies rather than by reading it from a string stream.",
  reference: "K. Guntheroth, Optimized C++, chapters 4 and 11; ISO C++ [string.io]",
  lessons: {
    faster:
      "The stream copied the text and looked at each character through its buffer; a search in the string does not.",
    slower: "The texts are so short, or the parts so long, that copying the parts is all there is to do.",
    wrong: "Something else was read from the stream, or the text changed meanwhile.",
  },
  opportunities(subject) {
    if (subject.language !== "c++") return [];
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition)
        .filter((loop) => loop.kind === "while")
        .flatMap((loop) => cut(subject, definition, loop)),
    );
  },
};

function cut(subject: Subject, definition: Node, loop: Loop): Opportunity[] {
  const reading = readingOf(loop);
  const stream = reading && variableOf(reading.stream);
  const part = reading && variableOf(reading.part);
  if (!reading || !stream || !part || !/^(std::)?i?stringstream$/.test(stream.type.base)) return [];
  if (!/^(std::)?string$/.test(part.type.base) || part.type.reference || part.kind !== "local") return [];
  if (
    !declaredAlone(stream) ||
    !declaredOnce(stream.name, definition) ||
    !declaredOnce(part.name, definition)
  )
    return [];
  const [given, ...more] = constructorArguments(stream) ?? [];
  if (!given || more.length > 0) return [];
  const used = mentions(stream.name, definition).filter(
    (use) => !contains(stream.declaration, use) && !(contains(loop.node, use) && !contains(loop.body, use)),
  );
  const seen = mentions(part.name, definition).some(
    (use) => !contains(loop.node, use) && !contains(part.declaration, use),
  );
  // In a loop around it, the stream is made anew for every text.
  if (used.length > 0 || seen || stream.scope.id !== definitionBlock(loop)?.id) return [];
  const { source } = subject;
  const text = /^[A-Za-z_]\w*$/.test(given.text) ? given.text : undefined;
  const known = text === undefined ? undefined : mentions(text, stream.scope)[0];
  const original = known && variableOf(known);
  const direct =
    text !== undefined &&
    !!original &&
    containerOf(original.type)?.name === "string" &&
    declaredOnce(text, definition) &&
    hasOwnName(original) &&
    usesOf(text, original.scope)
      .filter(
        ({ node }) => node.startIndex > stream.declaration.endIndex && node.startIndex < loop.node.endIndex,
      )
      .every(({ kind }) => kind === "read");
  const name = direct ? text : freshName(source, `${stream.name}_text`);
  const from = freshName(source, "from");
  const to = freshName(source, "to");
  const body = bodyOf(subject, loop);
  const lines =
    reading.delimiter === undefined
      ? block(
          source,
          `for (std::size_t ${from} = ${name}.find_first_not_of(${blanks}); ${from} != std::string::npos;)`,
          [
            `const std::size_t ${to} = ${name}.find_first_of(${blanks}, ${from});`,
            `${part.name}.assign(${name}, ${from}, ${to} - ${from});`,
            `${from} = ${to} == std::string::npos ? ${to} : ${name}.find_first_not_of(${blanks}, ${to});`,
            body,
          ].join("\n"),
        )
      : block(
          source,
          `for (std::size_t ${from} = 0; ${from} < ${name}.size();)`,
          [
            `const std::size_t ${to} = std::min(${name}.find(${reading.delimiter}, ${from}), ${name}.size());`,
            `${part.name}.assign(${name}, ${from}, ${to} - ${from});`,
            `${from} = ${to} + 1;`,
            body,
          ].join("\n"),
        );
  const edits: Edit[] = [
    ...includeEdits(source, subject.root, ["<algorithm>", "<string>"]),
    direct
      ? removeStatement(source, stream.declaration)
      : replaceNode(stream.declaration, `const std::string ${name}(${given.text});`),
    replaceStatement(source, loop.node, lines),
  ];
  return offer(subject, {
    parameters: {},
    place: describeLoop(loop),
    preconditions: ["a string stream is only used to cut a text into parts"],
    assumptions: reading.delimiter === undefined ? ["The global locale is the classic one."] : [],
    edits,
  });
}

/** What `>>` takes for a blank. */
const blanks = '" \\t\\n\\v\\f\\r"';

interface Reading {
  readonly stream: Node;
  readonly part: Node;
  /** The character at which the text is cut; absent where it is cut into words. */
  readonly delimiter: string | undefined;
}

function readingOf(loop: Loop): Reading | undefined {
  const condition = conditionOf(loop.node);
  if (!condition) return undefined;
  if (condition.type === "binary_expression" && operatorOf(condition) === ">>") {
    const [stream, part] = [field(condition, "left"), field(condition, "right")];
    return stream?.type === "identifier" && part?.type === "identifier"
      ? { stream, part, delimiter: undefined }
      : undefined;
  }
  if (condition.type !== "call_expression" || !/^(std::)?getline$/.test(calleeOf(condition)))
    return undefined;
  const [stream, part, delimiter, ...more] = argumentsOf(condition);
  if (stream?.type !== "identifier" || part?.type !== "identifier" || more.length > 0) return undefined;
  if (delimiter && delimiter.type !== "char_literal" && delimiter.type !== "identifier") return undefined;
  if (delimiter?.type === "identifier" && variableOf(delimiter)?.type.base !== "char") return undefined;
  if (delimiter?.type === "identifier" && isWritten(delimiter.text, loop.body)) return undefined;
  return { stream, part, delimiter: delimiter?.text ?? "'\\n'" };
}

/** The block that the loop stands in. */
function definitionBlock(loop: Loop): Node | undefined {
  return loop.node.parent?.type === "compound_statement" ? loop.node.parent : undefined;
}
