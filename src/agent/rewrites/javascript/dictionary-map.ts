/**
 * An object whose keys are only known when the program runs is a dictionary. A Map is made for that: it needs no text of a key, and no
 * hidden class for each new one.
 *
 *     const count = {};                                        const count = new Map();
 *     for (const w of words)                               →   for (const w of words)
 *       count[w] = (count[w] || 0) + 1;                          count.set(w, (count.get(w) || 0) + 1);
 *     return count;                                            return Object.fromEntries(count);
 *
 * Legal where the object stays in the function and is used by computed keys alone. What an object's keys are and a Map's are not – text,
 * the names that every object has, the order of numbers – is said as assumptions.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, insertAt, replaceNode } from "../../../code/edit.ts";
import { argumentsOf, field, find, operatorOf, parts, same } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isNumber, smellsOfText } from "./kinds.ts";
import { isCaptured, isMentioned, mentions, roleOf, variableOf } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { repetitionsAround } from "./repetition.ts";
import { isPure, isTarget } from "./steady.ts";
import { elementOf, isField, plain, singleDeclaration } from "./tree.ts";

export const dictionaryMap: Rewrite = {
  name: "dictionary-map",
  idea: "Keeps a dictionary in a Map instead of an object, so that a new key neither changes the object's shape nor has to become a property name.",
  reference:
    "ECMAScript, §24.1: Map objects, “sublinear on the number of elements”; V8 blog, “Fast properties in V8” (2017)",
  lessons: {
    faster:
      "Each new key changed the object's shape, and each look-up made a property name of its key first.",
    slower: "There are few keys and always the same: then properties are faster than hashing.",
    wrong: "Keys were equal as text only, or the order of the keys mattered and was that of numbers.",
  },
  opportunities(subject) {
    return distinct(find(subject.function, "lexical_declaration").flatMap((node) => mapped(subject, node)));
  },
};

function mapped(subject: Subject, statement: Node): Opportunity[] {
  const declared = singleDeclaration(statement);
  const value = declared?.value && plain(declared.value);
  if (
    !declared ||
    declared.keyword !== "const" ||
    !value ||
    !/^(\{\s*\}|Object\.create\(null\))$/.test(value.text)
  )
    return [];
  const bare = value.text.startsWith("Object");
  const name = declared.name.text;
  const variable = variableOf(subject, name);
  if (!variable) return [];
  const edits: Edit[] = [];
  const keys: Node[] = [];
  let [repeated, listed, counted, returned, looked] = [false, false, false, false, false];
  for (const mention of mentions(name, subject.function)) {
    if (roleOf(mention) === "declared") continue;
    const use = useOf(name, mention);
    if (!use || roleOf(mention) === "written") return [];
    // An object that no prototype has would come back with one.
    if (use.returned && (bare || isCaptured(variable, mention))) return [];
    returned ||= use.returned === true;
    looked ||= use.looked === true;
    edits.push(...use.edits);
    if (use.key) keys.push(use.key);
    listed ||= use.listed === true;
    counted ||= use.sum === true && !isNumber(subject, use.value ?? mention);
    repeated ||= repetitionsAround(subject, mention).some(
      ({ node }) => node.startIndex > statement.startIndex,
    );
  }
  // To make the object of it in the end only pays where it was asked before.
  if (!repeated || keys.length === 0 || (returned && !looked)) return [];
  const textual = keys.every((key) => isText(subject, key));
  const type = declared.type && typeOf(declared.type);
  if (declared.type && type === undefined) return [];
  return offer(subject, {
    parameters: {},
    place: `the dictionary ${name}`,
    preconditions: [
      `${name} is made in this function, does not leave it as it is, and is used by computed keys alone`,
    ],
    assumptions: [
      ...(textual ? [] : [`Keys of ${name} that are equal as text are equal as they are.`]),
      ...(listed && !textual ? [`Keys of ${name} are strings.`] : []),
      ...(listed
        ? [`No key of ${name} looks like a whole number, or the order of its keys does not matter.`]
        : []),
      ...(bare
        ? []
        : [`No key of ${name} is the name of something that every object has, such as "constructor".`]),
      ...(counted ? [`What is added to in ${name} is a number.`] : []),
    ],
    edits: [
      replaceNode(value, `new Map${type ?? (subject.language === "typescript" ? "<any, any>" : "")}()`),
      ...(declared.type ? [{ start: declared.type.startIndex, end: declared.type.endIndex, text: "" }] : []),
      ...(declared.value && !same(declared.value, value)
        ? [{ start: value.endIndex, end: declared.value.endIndex, text: "" }]
        : []),
      ...edits,
    ],
  });
}

/** `Record<string, number>` and `{ [key: string]: number }` as the type arguments of a Map. */
function typeOf(annotation: Node): string | undefined {
  const text = annotation.text.replace(/^:\s*/, "");
  const record = /^Record(<.*>)$/s.exec(text)?.[1];
  const index = /^\{\s*\[\w+:\s*(string|number)\]:\s*([^;,{}]+?)[;,]?\s*\}$/.exec(text);
  return record ?? (index ? `<${index[1]}, ${index[2]}>` : undefined);
}

interface Use {
  readonly edits: Edit[];
  readonly key?: Node;
  /** Whether the order of the keys is seen. */
  readonly listed?: boolean;
  readonly returned?: boolean;
  /** Whether it asks for what is under a key. */
  readonly looked?: boolean;
  /** Whether it adds to a value; `value` is then what is added. */
  readonly sum?: boolean;
  readonly value?: Node;
}

function useOf(name: string, mention: Node): Use | undefined {
  const parent = mention.parent;
  if (!parent) return undefined;
  const element = elementOf(parent);
  if (element && isField(parent, "object", mention))
    return isTarget(parent) ? change(name, parent, element.index) : read(parent, element.index);
  if (
    parent.type === "binary_expression" &&
    operatorOf(parent) === "in" &&
    isField(parent, "right", mention)
  ) {
    const key = field(parent, "left");
    if (!key) return undefined;
    return {
      key,
      looked: true,
      edits: [
        insertAt(parent.startIndex, `${name}.has(`),
        { start: key.endIndex, end: parent.endIndex, text: ")" },
      ],
    };
  }
  if (parent.type === "return_statement")
    return { returned: true, edits: [replaceNode(mention, `Object.fromEntries(${name})`)] };
  if (parent.type === "arguments") return listing(name, mention, parent);
  if (parent.type === "for_in_statement" && isField(parent, "right", mention))
    return walked(name, parent, mention);
  return undefined;
}

function read(node: Node, key: Node): Use | undefined {
  const object = field(node, "object");
  if (!object || isCalledWithIt(node)) return undefined;
  return {
    key,
    looked: true,
    edits: [
      { start: object.endIndex, end: key.startIndex, text: ".get(" },
      { start: key.endIndex, end: node.endIndex, text: ")" },
    ],
  };
}

/** `table[k](…)`, `new table[k]`, `new table[k].Kind()`: a call in that place would be taken for the one that is meant. */
function isCalledWithIt(node: Node): boolean {
  if (node.parent?.type === "call_expression" && isField(node.parent, "function", node)) return true;
  for (let at = node; at.parent; at = at.parent) {
    const parent = at.parent;
    if (parent.type === "new_expression") return isField(parent, "constructor", at);
    if (!["member_expression", "subscript_expression", "non_null_expression"].includes(parent.type))
      return false;
  }
  return false;
}

/** An assignment, a count or a deletion that stands as a statement. */
function change(name: string, node: Node, key: Node): Use | undefined {
  const parent = node.parent;
  const object = field(node, "object");
  if (!parent || !object || parent.parent?.type !== "expression_statement") return undefined;
  const opening = { start: object.endIndex, end: key.startIndex, text: ".set(" };
  if (parent.type === "unary_expression")
    return {
      key,
      edits: [
        { start: parent.startIndex, end: object.startIndex, text: "" },
        { ...opening, text: ".delete(" },
        { start: key.endIndex, end: node.endIndex, text: ")" },
      ],
    };
  const again = isPure(key) && !isMentioned(name, key) && find(key, "call_expression").length === 0;
  if (parent.type === "update_expression") {
    if (!again) return undefined;
    const sign = operatorOf(parent) === "++" ? "+" : "-";
    return {
      key,
      looked: true,
      sum: true,
      value: node,
      edits: [
        { start: parent.startIndex, end: object.startIndex, text: "" },
        opening,
        { start: key.endIndex, end: parent.endIndex, text: `, ${name}.get(${key.text}) ${sign} 1)` },
      ],
    };
  }
  const right = field(parent, "right");
  if (!right || !isField(parent, "left", node)) return undefined;
  if (parent.type === "assignment_expression")
    return {
      key,
      edits: [
        opening,
        { start: key.endIndex, end: right.startIndex, text: ", " },
        insertAt(parent.endIndex, ")"),
      ],
    };
  const operator = operatorOf(parent);
  if (parent.type !== "augmented_assignment_expression" || !again) return undefined;
  if (!/^[+\-*/]=$/.test(operator)) return undefined;
  return {
    key,
    looked: true,
    edits: [
      opening,
      {
        start: key.endIndex,
        end: right.startIndex,
        text: `, ${name}.get(${key.text}) ${operator.charAt(0)} (`,
      },
      insertAt(parent.endIndex, "))"),
    ],
  };
}

/** `Object.keys(count)` and its like. */
function listing(name: string, mention: Node, list: Node): Use | undefined {
  const call = list.parent;
  const method = /^Object\.(keys|values|entries)$/.exec((call && field(call, "function")?.text) ?? "")?.[1];
  if (!call || !method || argumentsOf(call).length !== 1 || !same(parts(list)[0] ?? list, mention))
    return undefined;
  const length =
    call.parent?.type === "member_expression" && field(call.parent, "property")?.text === "length";
  if (length && call.parent && !isTarget(call.parent))
    return { edits: [replaceNode(call.parent, `${name}.size`)] };
  return { listed: true, edits: [replaceNode(call, `[...${name}.${method}()]`)] };
}

/** `for (const key in count)`, where no key comes or goes in the loop. */
function walked(name: string, loop: Node, mention: Node): Use | undefined {
  const body = field(loop, "body");
  const keyword = loop.children.find((child) => child.type === "in");
  if (!body || !keyword || !field(loop, "kind") || field(loop, "left")?.type !== "identifier")
    return undefined;
  const changed = mentions(name, body).some((each) => each.parent && isTarget(each.parent));
  if (changed) return undefined;
  return { listed: true, edits: [replaceNode(keyword, "of"), replaceNode(mention, `${name}.keys()`)] };
}

/** Whether a key is in sight a string. */
function isText(subject: Subject, key: Node): boolean {
  if (smellsOfText(key)) return true;
  const variable = key.type === "identifier" ? variableOf(subject, key.text) : undefined;
  return variable?.type === "string" || (variable?.value !== undefined && smellsOfText(variable.value));
}
