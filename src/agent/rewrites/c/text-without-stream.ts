/**
 * A string stream that only puts pieces one behind the other costs a locale, a buffer and several virtual calls for each piece. A string does the same.
 *
 *     std::ostringstream out;                  std::string out;
 *     out << name << ',' << count << "\n";  →  out += name; out += ','; out += std::to_string(count); out += "\n";
 *     return out.str();                        return out;
 *
 * Legal where nothing but texts, characters and whole numbers is written, no manipulator changes how, and the stream is only asked for its text. That a
 * pointer to characters is not null is assumed where it is not seen.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, includeEdits, replaceNode } from "../../../code/edit.ts";
import { declaredAlone } from "../../../code/construction.ts";
import { inPlaceOf, methodCall, callOn } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { bare, calleeOf, contains, expressionOf, field, operatorOf, same } from "../../../code/tree.ts";
import { arithmeticOf, containerOf, isInteger, plain, type ValueType } from "../../../code/types.ts";
import { declaredOnce, mentions } from "../../../code/uses.ts";
import { typeOf, type Variable, variableOf, variablesOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const textWithoutStream: Rewrite = {
  name: "text-without-stream",
  idea: "Appends pieces to a string rather than writing them to a string stream.",
  reference: "K. Guntheroth, Optimized C++, chapter 4: Optimize String Use; chapter 11: Optimize I/O",
  lessons: {
    faster:
      "Each piece went through the stream's locale, buffer and virtual calls; appending to a string copies its characters.",
    slower: "The pieces are so long that copying them is all there is to do.",
    wrong: "The stream formatted something in a way of its own.",
  },
  opportunities(subject) {
    if (subject.language !== "c++") return [];
    return reachedFunctions(subject).flatMap((definition) =>
      variablesOf(definition).flatMap((variable) => appended(subject, definition, variable)),
    );
  },
};

function appended(subject: Subject, definition: Node, variable: Variable): Opportunity[] {
  const { name, kind, type, declaration, initial } = variable;
  const typeNode = field(declaration, "type");
  if (kind !== "local" || initial || !typeNode || !/^(std::)?o?stringstream$/.test(type.base)) return [];
  if (type.reference || type.pointers > 0 || !declaredAlone(variable) || !declaredOnce(name, definition))
    return [];
  const plainly = declaration
    .childrenForFieldName("declarator")
    .some((each) => each?.type === "identifier" && each.text === name);
  if (!plainly) return [];
  const edits: Edit[] = [];
  let writes = 0;
  let numbers = false;
  const pointers = new Set<string>();
  for (const use of mentions(name, definition)) {
    if (contains(declaration, use)) continue;
    const statement = written(use);
    if (statement) {
      if (statement.pieces.some((piece) => mentions(name, piece).length > 0)) return [];
      const steps = statement.pieces.map((piece) => step(name, piece));
      if (steps.some((each) => each === undefined)) return [];
      numbers ||= steps.some((each) => each?.includes("to_string"));
      for (const piece of statement.pieces) if (mayBeNull(piece)) pointers.add(bare(piece).text);
      edits.push(
        replaceNode(
          statement.node,
          inPlaceOf(
            subject.source,
            statement.node,
            steps.map((each) => each ?? ""),
          ),
        ),
      );
      writes += 1;
      continue;
    }
    const edit = asked(use, name);
    if (!edit) return [];
    edits.push(edit);
  }
  if (writes === 0) return [];
  return offer(subject, {
    parameters: {},
    place: name,
    preconditions: ["a string stream puts texts, characters and whole numbers one behind the other"],
    assumptions: [
      ...(numbers ? ["The global locale is the classic one."] : []),
      ...[...pointers].map((each) => `${each} is never a null pointer.`),
    ],
    edits: [
      ...includeEdits(subject.source, subject.root, ["<string>"]),
      replaceNode(typeNode, "std::string"),
      ...edits,
    ],
  });
}

/** The statement `out << a << b;` that begins with this mention. */
function written(use: Node): { node: Node; pieces: readonly Node[] } | undefined {
  const pieces: Node[] = [];
  let at = use;
  for (let { parent } = use; parent; parent = at.parent) {
    const [left, right] = [field(parent, "left"), field(parent, "right")];
    if (parent.type !== "binary_expression" || operatorOf(parent) !== "<<") break;
    if (!left || !right || !same(left, at)) return undefined;
    pieces.push(right);
    at = parent;
  }
  const statement = at.parent;
  const whole = statement && expressionOf(statement);
  return pieces.length > 0 && statement && whole && same(whole, at) ? { node: statement, pieces } : undefined;
}

/** What appends the piece; undefined for what a string takes otherwise than a stream. */
function step(name: string, piece: Node): string | undefined {
  const value = bare(piece);
  if (/^(std::)?endl$/.test(value.text)) return `${name} += '\\n';`;
  if (/^(string_literal|concatenated_string)$/.test(value.type) || isCharacter(value))
    return `${name} += ${value.text};`;
  // Several characters in one literal are a number, and a choice between a character and a number is one, too.
  if (holdsByte(value)) return undefined;
  if (value.type === "call_expression") {
    const callee = calleeOf(value);
    const call = methodCall(value);
    const cut = call?.method === "substr" && isText(call.object);
    if (cut || /^(std::)?to_string$/.test(callee)) return `${name} += ${value.text};`;
  }
  if (isText(value)) return `${name} += ${value.text};`;
  // Floating-point numbers are written in a format of the stream's own.
  if (!isInteger(typeOf(value))) return undefined;
  return `${name} += std::to_string(${value.text});`;
}

/** A `char`, also one of two. */
function isCharacter(node: Node): boolean {
  const value = bare(node);
  const arms = armsOf(value);
  if (arms.length > 0) return arms.every((arm) => isCharacter(arm));
  if (value.type === "char_literal") return character.test(value.text);
  const type = typeOf(value);
  return type?.base === "char" && type.pointers === 0;
}

/** One character of one byte, in a literal without a prefix. */
const character = /^'(?:[ !"#-&(-[\]-~]|\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|[abefnrtv\\'"?]))'$/;

/** Whether it is a byte, or may be one of two values of which one is: a stream writes bytes as characters. */
function holdsByte(node: Node): boolean {
  const value = bare(node);
  if (value.type === "char_literal") return true;
  const arms = armsOf(value);
  if (arms.length > 0) return arms.some((arm) => holdsByte(arm));
  const type = typeOf(value);
  return arithmeticOf(type)?.bits === 8 && !/^(bool|_Bool)$/.test(type?.base ?? "");
}

function armsOf(value: Node): Node[] {
  if (value.type !== "conditional_expression") return [];
  return ["consequence", "alternative"].flatMap((arm) => field(value, arm) ?? []);
}

function isText(node: Node): boolean {
  const type = typeOf(node);
  if (!type) return false;
  const container = containerOf(type ?? plain(""))?.name ?? "";
  return /^string(_view)?$/.test(container) || (type.base === "char" && type.pointers === 1);
}

/** Whether it is a pointer to characters that is not seen to point to some: a stream takes null for an error, a string crashes. */
function mayBeNull(node: Node): boolean {
  const value = bare(node);
  const arms = armsOf(value);
  if (arms.length > 0) return arms.some((arm) => mayBeNull(arm));
  if (/^(string_literal|concatenated_string)$/.test(value.type)) return false;
  const type = typeOf(value);
  if (type?.base !== "char" || type.pointers !== 1 || isArray(value, type)) return false;
  const call = methodCall(value);
  // A std::string_view and an empty vector may have no memory at all.
  return !(
    call &&
    /^(c_str|data)$/.test(call.method) &&
    containerOf(typeOf(call.object) ?? plain(""))?.name === "string"
  );
}

/** Whether the characters lie in an array: one of a struct, or a variable; a parameter `const char name[8]` is a pointer. */
function isArray(value: Node, type: ValueType): boolean {
  if (value.type === "field_expression") return type.dimensions.some((size) => size !== "");
  const variable = value.type === "identifier" ? variableOf(value) : undefined;
  if (!variable || variable.declaration.type.endsWith("parameter_declaration")) return false;
  return variable.node.parent?.type === "array_declarator";
}

/** Whether the text is copied at once, so that it makes no difference that the stream's own was a copy already. */
function isTaken(call: Node): boolean {
  const { parent } = call;
  if (parent?.type === "return_statement") return true;
  if (parent?.type === "init_declarator") return field(parent, "declarator")?.type === "identifier";
  if (parent?.type === "binary_expression") return operatorOf(parent) === "+";
  if (parent?.type !== "assignment_expression" || operatorOf(parent) !== "=") return false;
  return same(field(parent, "right") ?? parent, call);
}

/** `out.str()`; `out.str("");` and `out.clear();` as statements. */
function asked(use: Node, name: string): Edit | undefined {
  const call = callOn(use);
  if (!call) return undefined;
  const [given, ...more] = call.arguments;
  const alone = call.node.parent?.type === "expression_statement";
  if (call.method === "str" && !given)
    return alone ? undefined : replaceNode(call.node, isTaken(call.node) ? name : `std::string{${name}}`);
  const empty =
    given !== undefined &&
    more.length === 0 &&
    /^(""|std::string\(\)|std::string\{\}|\{\})$/.test(given.text);
  if (call.method === "str" && empty && alone) return replaceNode(call.node, `${name}.clear()`);
  // Clears the stream's state, of which a string has none.
  return call.method === "clear" && !given && alone ? replaceNode(call.node, `(void)${name}`) : undefined;
}
