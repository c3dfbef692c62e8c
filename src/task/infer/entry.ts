/**
 * A wrapper for a function that cannot be linked with because it is static, inline or in an unnamed namespace.
 */
import type { CompiledLanguage } from "../../code/language.ts";
import { TaskError } from "../../errors.ts";
import { findFunction } from "../find-function.ts";
import { signatureOf } from "../parse-signature.ts";
import { readSource } from "../read-source.ts";
import type { Parameter } from "../signature.ts";

/** The source's text with a wrapper appended and its name, where one is needed and can be written. Throws a TaskError. */
export async function withEntry(request: {
  readonly file: string;
  readonly text: string;
  readonly language: CompiledLanguage;
  readonly function: string;
}): Promise<{ text: string; entry?: string }> {
  const source = await readSource(request);
  try {
    findFunction(source, request.function, { callable: true });
    return { text: request.text };
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    const target = findFunction(source, request.function, { callable: false });
    const isMember =
      target.inClass || source.declarations.types.get(target.scope.join("::"))?.kind === "class";
    if (target.template || (isMember && !target.static) || target.name === "main") throw error;
    const { parameters, returns } = signatureOf(source, target);
    let entry = `${target.name.split("::").at(-1)}_entry`;
    while (source.declarations.functions.some((one) => one.name === entry)) entry += "_";
    const list = parameters.map((parameter) => declared(parameter)).join(", ");
    const values = parameters.map((parameter) => passed(parameter)).join(", ");
    const empty = request.language === "c" ? "void" : "";
    const text = `${request.text.replace(/\n*$/, "\n")}
/* Calls ${target.name}, which has no symbol of its own. */
${returns?.spelling ?? "void"} ${entry}(${list || empty}) { ${returns ? "return " : ""}${target.name}(${values}); }
`;
    return { text, entry };
  }
}

function declared({ spelling, name }: Parameter): string {
  const inside = /^(.*)\(([*&]+)\)(.*)$/.exec(spelling);
  return inside ? `${inside[1]}(${inside[2]}${name})${inside[3]}` : `${spelling} ${name}`;
}

/** What is passed by value or as an rvalue is moved on, not copied. */
function passed({ spelling, name, passing }: Parameter): string {
  const moved = /^std::(?:string$|vector<)/.test(spelling) && passing === "value";
  return moved || spelling.endsWith("&&") ? `static_cast<${spelling.replace(/&&$/, "")}&&>(${name})` : name;
}
