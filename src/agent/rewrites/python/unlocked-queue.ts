/**
 * `queue.Queue` is made for threads: each `put` and `get` takes a lock and wakes whoever waits. A queue that one function has for itself needs none of that.
 *
 *     waiting = Queue()                   →   waiting = deque()
 *     waiting.put(start)                      waiting.append(start)
 *     while not waiting.empty():              while waiting:
 *         node = waiting.get()                    node = waiting.popleft()
 *
 * A `LifoQueue` becomes a list. Legal where the name is the function's own and nothing is done with it but `put`, `get`, `empty` and `qsize`.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, replaceNode } from "../../../code/edit.ts";
import { field, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { importing, isBinding, isModule, isNested, isPrivate, methodOn, usesOf } from "./scope.ts";

export const unlockedQueue: Rewrite = {
  name: "python-unlocked-queue",
  idea: "Uses a deque or a list for a queue that no other thread can see, without a lock for each element.",
  reference: "Python documentation, Library Reference, queue: deque is for data structures without locking",
  lessons: {
    faster: "Each put and get took a lock that nobody else could want.",
    slower: "The queue is hardly used, and importing or making the deque costs as much.",
    wrong: "Another thread had the queue, or the function waited for an element.",
  },
  opportunities(subject) {
    return subject.function.descendantsOfType("assignment").flatMap((assignment) => {
      const [left, right] = [field(assignment, "left"), field(assignment, "right")];
      const kind = right && queueMade(subject, right);
      return left?.type === "identifier" && kind && !isNested(assignment, subject.function)
        ? ofQueue(subject, { assignment, name: left.text, made: right, kind })
        : [];
    });
  },
};

type Kind = "Queue" | "SimpleQueue" | "LifoQueue";

/** `Queue()` where the file imports it from `queue`, or `queue.Queue()`. */
function queueMade(subject: Subject, call: Node): Kind | undefined {
  const list = call.type === "call" ? field(call, "arguments") : undefined;
  if (list?.type !== "argument_list" || parts(list).length > 0) return undefined;
  const [, module, kind] =
    /^(?:(queue)\.)?(Queue|SimpleQueue|LifoQueue)$/.exec(field(call, "function")?.text ?? "") ?? [];
  const known = module === undefined ? isImportedFromQueue(subject, kind ?? "") : isModule(subject, module);
  return kind !== undefined && known ? (kind as Kind) : undefined;
}

function isImportedFromQueue(subject: Subject, name: string): boolean {
  const bindings = usesOf(subject.root, name).filter(isBinding);
  return (
    bindings.length > 0 &&
    bindings.every(({ parent }) => {
      const statement = parent?.type === "dotted_name" ? parent.parent : undefined;
      return statement?.type === "import_from_statement" && field(statement, "module_name")?.text === "queue";
    })
  );
}

interface Made {
  readonly assignment: Node;
  readonly name: string;
  readonly made: Node;
  readonly kind: Kind;
}

function ofQueue(subject: Subject, { assignment, name, made, kind }: Made): Opportunity[] {
  const uses = usesOf(subject.function, name);
  if (!isPrivate(subject, name) || uses.filter(isBinding).length !== 1) return [];
  const bound = usesOf(subject.root, "deque").filter(isBinding);
  const stack = kind === "LifoQueue";
  if (!stack && bound.some((use) => !/^from collections import\b/.test(use.parent?.parent?.text ?? "")))
    return [];
  const type = stack ? "list" : "deque";
  const annotation = field(assignment, "type");
  const edits: Edit[] = [
    replaceNode(made, stack ? "[]" : "deque()"),
    ...(annotation ? [replaceNode(annotation, type)] : []),
  ];
  for (const use of uses) {
    if (isBinding(use)) continue;
    const call = use.parent?.type === "attribute" ? use.parent.parent : null;
    const method = call?.type === "call" ? methodOn(call) : undefined;
    const edit = call && method?.object.id === use.id ? edited(call, method, name, stack) : undefined;
    if (!edit) return [];
    edits.push(edit);
  }
  return offer(subject, {
    parameters: {},
    place: `the queue ${name}`,
    preconditions: ["a queue for threads is used by one function alone"],
    assumptions: [`${name} is never asked for an element when it is empty: it would wait for ever.`],
    edits: [...edits, ...(stack ? [] : importing(subject, "from collections import deque"))],
  });
}

function edited(
  call: Node,
  { method, values }: { method: string; values: readonly Node[] },
  name: string,
  stack: boolean,
): Edit | undefined {
  const [value, ...more] = values;
  if (
    method === "put" &&
    value &&
    more.length === 0 &&
    !/^(?:keyword_argument|list_splat|generator_expression)$/.test(value.type)
  )
    return replaceNode(call, `${name}.append(${value.text})`);
  if (value) return undefined;
  if (method === "get") return replaceNode(call, `${name}.${stack ? "pop" : "popleft"}()`);
  if (method === "qsize") return replaceNode(call, `len(${name})`);
  if (method !== "empty") return undefined;
  const { parent } = call;
  if (parent && isCondition(parent, call)) return replaceNode(call, `not ${name}`);
  if (parent?.type === "not_operator")
    return parent.parent && isCondition(parent.parent, parent)
      ? replaceNode(parent, name)
      : replaceNode(parent, `(len(${name}) > 0)`);
  return replaceNode(call, `(len(${name}) == 0)`);
}

function isCondition(statement: Node, node: Node): boolean {
  return (
    /^(?:while_statement|if_statement|elif_clause)$/.test(statement.type) &&
    field(statement, "condition")?.id === node.id
  );
}
