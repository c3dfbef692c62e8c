/**
 * A source in which one function writes down the arguments of its calls, and how what it wrote is read. Used in copies that are thrown away.
 */
import type { Node } from "web-tree-sitter";
import { findFunction } from "../../code/find-function.ts";
import { loadGrammarsOf, parse } from "../../code/parser.ts";
import { field, find } from "../../code/tree.ts";
import { parseExpression, type Node as Expression } from "../../task/expression.ts";
import { isFlat, type Parameter } from "../../task/signature.ts";
import type { CompiledLanguage } from "../../task/task.ts";

/** Calls that are kept of each process, how large one may be, and all of them together. */
const mostCalls = 48;
export const mostCallBytes = 1 << 16;
const mostBytes = 1 << 21;

export interface Recorded {
  readonly name: string;
  /** Address and bytes, in C, of what the parameter holds. */
  readonly at: string;
  readonly bytes: string;
}

/** One argument as it was before the call. */
export interface Piece {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** In the order of the parameters. */
export type RecordedCall = readonly Piece[];

/** What C reads of a parameter, or why it cannot be recorded. `length`: elements behind a pointer, as the task's expressions spell it. */
export function recordedOf(
  { name, type, passing, spelling }: Parameter,
  length: string | undefined,
  values: ReadonlySet<string>,
): Recorded | string {
  if (type.kind === "vector" && (!isFlat(type.element) || /vector<bool>/.test(spelling)))
    return `\`${name}\` holds containers of its own`;
  if (type.kind === "string" || type.kind === "vector") {
    if (passing === "pointer") return `\`${name}\` is a pointer to a container`;
    return { name, at: `${name}.data()`, bytes: `${name}.size() * sizeof *${name}.data()` };
  }
  if (!isFlat(type)) return `\`${name}\` holds containers of its own`;
  if (passing !== "pointer") return { name, at: `&${name}`, bytes: `sizeof ${name}` };
  const elements = length === undefined ? undefined : asC(length, values);
  if (elements !== undefined)
    return { name, at: name, bytes: `lessonbank_room(${name}, ${elements}, sizeof *${name})` };
  if (/^const (?:(?:un)?signed )?char ?\*/.test(spelling))
    return { name, at: name, bytes: `lessonbank_text((const char *)${name})` };
  return `how long \`${name}\` is cannot be seen in the code`;
}

/** An expression over parameters as C computes it in 64 bits; undefined where it names anything else. */
function asC(text: string, values: ReadonlySet<string>): string | undefined {
  const write = (node: Expression): string | undefined => {
    if (node.kind === "number") return `${node.value}LL`;
    if (node.kind === "name") return values.has(node.name) ? `(long long)${node.name}` : undefined;
    if (node.kind === "binary" && ["+", "-", "*"].includes(node.operator)) {
      const [left, right] = [write(node.left), write(node.right)];
      return left === undefined || right === undefined ? undefined : `(${left} ${node.operator} ${right})`;
    }
    if (node.kind !== "call" || node.arguments.length !== 2) return undefined;
    const [a, b] = node.arguments.map(write);
    if (a === undefined || b === undefined) return undefined;
    return `(${a} ${node.name === "min" ? "<" : ">"} ${b} ? ${a} : ${b})`;
  };
  return write(parseExpression(text));
}

/** The source with a wrapper around the function's body; a sentence where that cannot be written. */
export async function withRecorder(
  source: string,
  language: CompiledLanguage,
  functionName: string,
  {
    parameters,
    returns,
    folder,
  }: { readonly parameters: readonly Recorded[]; readonly returns: boolean; readonly folder: string },
): Promise<{ readonly source: string } | { readonly reason: string }> {
  await loadGrammarsOf([language]);
  const tree = parse(source, language);
  try {
    const found = findFunction(tree.rootNode, functionName);
    const body = found && field(found.node, "body");
    if (!found || !body || found.template) return { reason: "it is a template, or cannot be read" };
    const header = source.slice(found.node.startIndex, body.startIndex);
    const name = nameNode(found.node);
    if (
      !name ||
      /\b(?:constexpr|consteval|virtual|explicit|operator|try)\b|=/.test(header) ||
      body.type !== "compound_statement"
    )
      return { reason: "no wrapper can be written around it" };
    const offset = name.startIndex - found.node.startIndex;
    const inner = `${name.text}_lessonbank_body`;
    const renamed = header.slice(0, offset) + inner + header.slice(offset + name.text.length);
    const own = /\b(?:static|extern)\b/.test(header) ? renamed : `static ${renamed}`;
    const pieces = parameters.map(({ at, bytes }) => `{${at}, (unsigned long)(${bytes})}`).join(", ");
    const names = parameters.map((parameter) => parameter.name).join(", ");
    // Its own calls are written down too.
    const declared = `${header.trimEnd()};`;
    const wrapper = `${header}{
  { const struct lessonbank_piece pieces[] = {${pieces}};
    lessonbank_record(pieces, ${parameters.length}); }
  ${returns ? "return " : ""}${inner}(${names});
}`;
    const top = outermost(found.node);
    const whole = `${declared}\n\n${own}${body.text}\n\n${wrapper}`;
    return {
      source: `${source.slice(0, top.startIndex)}${support(folder)}${source.slice(top.startIndex, found.node.startIndex)}${whole}${source.slice(found.node.endIndex)}`,
    };
  } finally {
    tree.delete();
  }
}

/** The identifier in a definition's declarator. */
function nameNode(definition: Node): Node | undefined {
  const declarator = field(definition, "declarator");
  const [inner] = declarator ? find(declarator, "function_declarator") : [];
  const name = inner && field(inner, "declarator");
  return name?.type === "identifier" ? name : undefined;
}

/** Includes cannot stand in a namespace. */
function outermost(node: Node): Node {
  let top = node;
  while (top.parent && top.parent.type !== "translation_unit") top = top.parent;
  return top;
}

/** What the wrapper calls. Nothing of it changes what the program computes; where a file cannot be written, nothing is recorded. */
function support(folder: string): string {
  return `#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
struct lessonbank_piece { const void *at; unsigned long size; };
static inline unsigned long lessonbank_room(const void *at, long long elements, unsigned long each) {
  if (elements <= 0) return 0;
  return !at || elements > ${mostCallBytes} ? ~0ul : (unsigned long)elements * each;
}
static inline unsigned long lessonbank_text(const char *text) { return text ? (unsigned long)strlen(text) + 1 : ~0ul; }
static inline void lessonbank_record(const struct lessonbank_piece *pieces, unsigned count) {
  static unsigned long calls, kept, known[${mostCalls}];
  static unsigned long total;
  unsigned long call = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED), size = 4, hash = 14695981039346656037ul;
  if (kept >= ${mostCalls} || (call > 64 && (call & (call - 1)) != 0 && call % 4096 != 0)) return;
  for (unsigned i = 0; i < count; i++) {
    if (pieces[i].size > ${mostCallBytes}) return;
    size += 16 + pieces[i].size;
    hash = (hash ^ pieces[i].size) * 1099511628211ul;
    for (unsigned long at = 0; at < pieces[i].size; at++) hash = (hash ^ ((const unsigned char *)pieces[i].at)[at]) * 1099511628211ul;
  }
  if (size > ${mostCallBytes} || total + size > ${mostBytes}) return;
  for (unsigned long i = 0; i < kept; i++) if (known[i] == hash) return;
  unsigned long slot = __atomic_fetch_add(&kept, 1, __ATOMIC_RELAXED);
  if (slot >= ${mostCalls}) return;
  known[slot] = hash;
  total += size;
  unsigned char *record = (unsigned char *)malloc(size), *end = record;
  if (!record) return;
  memcpy(end, &count, 4), end += 4;
  for (unsigned i = 0; i < count; i++) {
    unsigned long long head[2] = {(unsigned long long)pieces[i].at, pieces[i].size};
    memcpy(end, head, 16), end += 16;
    if (pieces[i].size) memcpy(end, pieces[i].at, pieces[i].size), end += pieces[i].size;
  }
  char path[4096];
  snprintf(path, sizeof path, "%s/%ld.calls", ${JSON.stringify(folder)}, (long)getpid());
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file >= 0) { if (write(file, record, size) < 0) {} close(file); }
  free(record);
}
`;
}

/** Written by processes that ran the project's code: whatever does not fit is left out. */
export function readCalls(file: Uint8Array, parameters: number): RecordedCall[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const calls: RecordedCall[] = [];
  let at = 0;
  while (at + 4 <= file.length && view.getUint32(at, true) === parameters) {
    at += 4;
    const pieces: Piece[] = [];
    for (let piece = 0; piece < parameters && at + 16 <= file.length; piece++) {
      const address = view.getBigUint64(at, true);
      const size = Number(view.getBigUint64(at + 8, true));
      at += 16;
      if (at + size > file.length) return calls;
      pieces.push({ address, bytes: file.slice(at, at + size) });
      at += size;
    }
    if (pieces.length < parameters) return calls;
    calls.push(pieces);
  }
  return calls;
}
