/**
 * Inserting, erasing and replacing inside a string moves everything behind, every time. Where a loop's places rise, what is done with can be put
 * down in a second string once and for all, and the rest stays where it is until its turn comes.
 *
 *     for (size_t at = width; at < text.size(); at += width + 1)         pending_edits text_edits(text);
 *       text.insert(at, "\n");                                     →     for (size_t at = width; at < text_edits.size(); at += width + 1)
 *                                                                          text_edits.insert(at, "\n");
 *                                                                        text_edits.settle();
 *
 * The helper counts as the string would, so the loop stays as it is. Always legal: an edit or a look at a place that was passed already first puts
 * the two strings together, as costly as one edit was before, and a place beyond the end is left to the string itself, which throws.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, helperEdit, includeEdits, insertAfter, replaceNode } from "../../../code/edit.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { methodCall, type MethodCall } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { bare, contains, field, find, operatorOf, same, subscript } from "../../../code/tree.ts";
import { containerOf } from "../../../code/types.ts";
import { mentions } from "../../../code/uses.ts";
import { typeOf, type Variable, variableOf } from "../../../code/variables.ts";
import { before, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const editsInOnePass: Rewrite = {
  name: "edits-in-one-pass",
  idea: "Puts a string that a loop edits at rising places together once, rather than moving all that is behind at every edit.",
  reference:
    "J. Bentley, Programming Pearls, 2nd ed., column 2 on moving in place; ISO C++ [string.modifiers]",
  lessons: {
    faster:
      "Every insertion or replacement moved the rest of the string, which made the loop quadratic; now each character moves once.",
    slower: "The string is short, or the places do not rise, so that it is put together at every edit.",
    wrong: "Something else looked at the string before it was put together.",
  },
  changesGrowth: true,
  opportunities(subject) {
    if (subject.language !== "c++") return [];
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition)
        .filter((loop) => loop.parent === undefined)
        .flatMap((loop) => edited(subject, definition, loop)),
    );
  },
};

function edited(subject: Subject, definition: Node, loop: Loop): Opportunity[] {
  if (find(loop.node, "goto_statement", "labeled_statement").length > 0) return [];
  const names = new Set(
    find(loop.body, "call_expression").flatMap((node) => editOf(node)?.object.text ?? []),
  );
  return [...names].flatMap((name) => {
    const uses = mentions(name, loop.node);
    const variable = uses[0] && variableOf(uses[0]);
    if (!variable || !isOwnString(variable, definition) || contains(loop.node, variable.node)) return [];
    const kinds = uses.map((use) => kindOf(use));
    if (!kinds.every((kind) => kind !== undefined) || falls(uses, loop)) return [];
    const { source } = subject;
    const taken = new Set<string>();
    const [type, edits] = [
      freshName(source, "pending_edits", taken),
      freshName(source, `${name}_edits`, taken),
    ];
    return offer(subject, {
      parameters: {},
      place: `${name} in ${describeLoop(loop)}`,
      preconditions: [`${name} is edited inside in a loop that does nothing else with it`],
      assumptions: [],
      edits: [
        ...includeEdits(source, subject.root, ["<string>"]),
        helperEdit(source, definition, helper(source, type, new Set(kinds))),
        ...before(source, loop.node, `${type} ${edits}(${name});`),
        ...uses.map((use) => replaceNode(use, edits)),
        insertAfter(source, loop.node, `${edits}.settle();`),
      ],
    });
  });
}

/** A string that nothing else leads to: a local one, or a parameter that is a copy. */
function isOwnString(variable: Variable, definition: Node): boolean {
  const { type, kind } = variable;
  if (kind === "global" || variable.static || type.reference || type.constant || type.pointers > 0)
    return false;
  if (containerOf(type)?.name !== "string") return false;
  // Nothing looks at it behind the loop's back: no pointer, no reference, no lambda, no handler of an exception.
  const { name } = variable;
  return (
    find(definition, "try_statement").length === 0 &&
    find(definition, "lambda_expression").every((lambda) => mentions(name, lambda).length === 0) &&
    find(definition, "pointer_expression").every(
      (node) => operatorOf(node) !== "&" || field(node, "argument")?.text !== name,
    ) &&
    find(definition, "init_declarator").every(
      (node) =>
        field(node, "declarator")?.type !== "reference_declarator" || field(node, "value")?.text !== name,
    )
  );
}

type Kind = "insert" | "erase" | "replace" | "find" | "size" | "empty" | "element";

/** `text.insert(at, piece);` and the like, as a statement. */
function editOf(node: Node): MethodCall | undefined {
  const call = methodCall(node);
  if (!call || call.object.type !== "identifier" || node.parent?.type !== "expression_statement")
    return undefined;
  const [first, second] = call.arguments;
  const count = call.arguments.length;
  // Iterators would point into the string itself.
  if (!first || isIterator(first) || (second && isIterator(second))) return undefined;
  const known =
    (call.method === "insert" && (count === 2 || count === 3) && isCountedPiece(call, 1)) ||
    (call.method === "replace" && (count === 3 || count === 4) && isCountedPiece(call, 2)) ||
    (call.method === "erase" && count === 2);
  return known ? call : undefined;
}

/** The piece is a whole string, or so many times one character; not a part of another string. */
function isCountedPiece(call: MethodCall, from: number): boolean {
  const piece = call.arguments.slice(from);
  const [first, last] = piece;
  if (!first) return false;
  if (piece.length === 1) return !isCharacter(first);
  return piece.length === 2 && !!last && isCharacter(last);
}

function isCharacter(node: Node): boolean {
  const type = typeOf(node);
  return bare(node).type === "char_literal" || (type?.base === "char" && type.pointers === 0);
}

function isIterator(node: Node): boolean {
  return /\b(c?r?begin|c?r?end)\s*\(/.test(node.text);
}

/** What a mention of the string in the loop does with it; undefined for what the helper does not know. */
function kindOf(use: Node): Kind | undefined {
  const access = use.parent;
  if (!access) return undefined;
  const element = subscript(access);
  if (element) {
    const target = access.parent;
    const written =
      target &&
      ((target.type === "assignment_expression" && same(field(target, "left") ?? target, access)) ||
        /^(update|pointer|field)_expression$/.test(target.type));
    return same(element.array, use) && !written && target?.type !== "init_declarator" && isValue(access)
      ? "element"
      : undefined;
  }
  const call = access.parent && methodCall(access.parent);
  if (!call || !same(call.object, use)) return undefined;
  const edit = editOf(call.node);
  if (edit && /^(insert|erase|replace)$/.test(edit.method)) return edit.method as Kind;
  if (call.method === "empty" && call.arguments.length === 0) return "empty";
  if (/^(size|length)$/.test(call.method) && call.arguments.length === 0) return "size";
  // From the start the search would look at what is done with.
  return call.method === "find" && call.arguments.length === 2 ? "find" : undefined;
}

/** Not bound to a reference by a call. */
function isValue(access: Node): boolean {
  const { parent } = access;
  return parent?.type !== "argument_list" || /^(char|unsigned char)$/.test(typeOf(access)?.base ?? "");
}

/** Whether the places go down: of what they are counted by, something shrinks in the loop and nothing grows. */
function falls(uses: readonly Node[], loop: Loop): boolean {
  return uses.some((use) => {
    const call = use.parent?.parent && editOf(use.parent.parent);
    const names = call?.arguments[0] ? find(call.arguments[0], "identifier").map((each) => each.text) : [];
    const steps = find(loop.node, "update_expression", "assignment_expression").filter((step) =>
      names.includes((field(step, "argument") ?? field(step, "left"))?.text ?? ""),
    );
    const moves = (by: RegExp): boolean => steps.some((step) => by.test(operatorOf(step)));
    return moves(/^(--|-=)$/) && !moves(/^(\+\+|\+=)$/);
  });
}

/** The helper with those of its methods that the loop needs. */
function helper(source: string, type: string, kinds: ReadonlySet<Kind>): string {
  const methods = [
    `std::string &text;`,
    `std::string done;`,
    `std::size_t taken;`,
    ``,
    `explicit ${type}(std::string &whole) : text(whole), done(), taken(0) {}`,
    `std::size_t size() const { return done.size() + (text.size() - taken); }`,
  ];
  if (kinds.has("size")) methods.push(`std::size_t length() const { return size(); }`);
  if (kinds.has("empty")) methods.push(`bool empty() const { return size() == 0; }`);
  if (kinds.has("element"))
    methods.push(
      `char operator[](std::size_t at) const { return at < done.size() ? done[at] : text[at - done.size() + taken]; }`,
    );
  if (kinds.has("find"))
    methods.push(
      block(
        source,
        `template <typename Piece> std::size_t find(const Piece &piece, std::size_t from)`,
        [
          `if (from < done.size()) settle();`,
          `if (from > size()) return std::string::npos;`,
          `const std::size_t found = text.find(piece, from - done.size() + taken);`,
          `return found == std::string::npos ? found : found - taken + done.size();`,
        ].join("\n"),
      ),
    );
  methods.push(
    block(
      source,
      `void replace(std::size_t at, std::size_t count, const std::string &piece)`,
      [
        `if (at < done.size() || at > size()) settle();`,
        `if (at > size()) { text.replace(at, count, piece); return; }`,
        `const std::size_t place = at - done.size() + taken;`,
        `done.append(text, taken, place - taken);`,
        `done += piece;`,
        `taken = place + (count < text.size() - place ? count : text.size() - place);`,
      ].join("\n"),
    ),
  );
  methods.push(
    `void replace(std::size_t at, std::size_t count, std::size_t times, char c) { replace(at, count, std::string(times, c)); }`,
  );
  if (kinds.has("insert"))
    methods.push(
      `void insert(std::size_t at, const std::string &piece) { replace(at, 0, piece); }`,
      `void insert(std::size_t at, std::size_t times, char c) { replace(at, 0, std::string(times, c)); }`,
    );
  if (kinds.has("erase"))
    methods.push(`void erase(std::size_t at, std::size_t count) { replace(at, count, std::string()); }`);
  methods.push(
    block(
      source,
      `void settle()`,
      [
        `done.append(text, taken, std::string::npos);`,
        `text.swap(done);`,
        `done.clear();`,
        `taken = 0;`,
      ].join("\n"),
    ),
  );
  return `// A string that is edited at rising places: what is done with lies in \`done\`, the rest still in \`text\`.\n${block(source, `struct ${type}`, methods.join("\n"))};`;
}
