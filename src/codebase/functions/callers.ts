/**
 * Where a small helper takes the time, the remedy often lies in who calls it: a count that is taken anew in every iteration costs little once.
 * The rewrites for C and C++ see a function with the helpers of its file, so such a caller is worked on beside the helper.
 */
import { clearName, functionsNamed, listFunctions } from "../../code/find-function.ts";
import { isCompiled } from "../../code/language.ts";
import { loopsIn } from "../../code/loops.ts";
import { loadGrammarsOf, parse } from "../../code/parser.ts";
import { contains, field, find } from "../../code/tree.ts";
import { plainName } from "../../code/uses.ts";
import { amdahl, type HotFunction } from "../profile/hot-functions.ts";
import { languageIn, readSourceText } from "./sources.ts";

/**
 * The functions with, for each in turn and while there are fewer than `most`, the dearest function of its file that calls it in a loop. A caller's
 * share is its own with the helper's.
 */
export async function withCallers(
  root: string,
  paying: readonly HotFunction[],
  all: readonly HotFunction[],
  most: number,
): Promise<HotFunction[]> {
  const chosen = [...paying];
  for (const helper of paying) {
    if (chosen.length >= most) break;
    const callers = (await callersOf(root, helper)).filter(
      (caller) => !chosen.some((each) => each.file === helper.file && each.function === caller.name),
    );
    const ranked = callers
      .map((caller) => ({ ...caller, own: ownOf(all, helper.file, caller.name) }))
      .toSorted((a, b) => (b.own?.share ?? 0) - (a.own?.share ?? 0));
    const [best] = ranked;
    if (!best) continue;
    const share = Math.min(1, helper.share + (best.own?.share ?? 0));
    chosen.push({
      file: helper.file,
      function: best.name,
      line: best.line,
      ownMs: best.own?.ownMs ?? 0,
      share,
      wholeIfTwice: amdahl(share, 2),
    });
  }
  return chosen;
}

function ownOf(all: readonly HotFunction[], file: string, name: string): HotFunction | undefined {
  return all.find((each) => each.file === file && each.function === name);
}

/** The functions of the helper's file, itself aside, that call it in a loop; in source order. None where its name is not the only one. */
async function callersOf(root: string, helper: HotFunction): Promise<{ name: string; line: number }[]> {
  const language = await languageIn(root, helper.file);
  if (!language || !isCompiled(language)) return [];
  const read = await readSourceText(root, helper.file);
  if ("failure" in read) return [];
  await loadGrammarsOf([language]);
  const tree = parse(read.text, language);
  try {
    const all = listFunctions(tree.rootNode);
    const [own, ...namesakes] = functionsNamed(tree.rootNode, helper.function);
    const name = helper.function.replace(/\(.*$/s, "").split("::").at(-1) ?? "";
    if (!own || namesakes.length > 0 || all.filter((each) => each.name === name).length > 1) return [];
    return all
      .filter(({ node, name: other }) => other !== name && !node.hasError && callsInLoop(node, name))
      .map((definition) => ({
        name: clearName(tree.rootNode, definition),
        line: definition.node.startPosition.row + 1,
      }));
  } finally {
    tree.delete();
  }
}

function callsInLoop(definition: Parameters<typeof loopsIn>[0], name: string): boolean {
  const loops = loopsIn(definition);
  return find(definition, "call_expression").some((call) => {
    const callee = field(call, "function");
    return (
      callee !== undefined &&
      callee.type !== "field_expression" &&
      plainName(callee) === name &&
      loops.some((loop) => contains(loop.node, call))
    );
  });
}
