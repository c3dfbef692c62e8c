/**
 * Which rewrites of JavaScript and TypeScript lie between two versions of a function, told as those of Python are: by what was possible and is no more, and by what
 * is left behind. Only those that change how the work grows can be told so.
 */
import type { Subject } from "../../code/subject.ts";
import type { Transformation } from "../../lesson/lesson.ts";
import { javascriptRewrites } from "../rewrites/javascript/catalogue.ts";
import { recogniseByTraces } from "./python-signs.ts";

const map = /\bnew Map\b|\. groupBy \(|= \{ \}|Object \. create \(/g;

/** What each leaves behind, among tokens with single blanks. */
const traces: Readonly<Record<string, RegExp>> = {
  "set-membership": /\bnew Set\b/g,
  "unique-by-set": /\bnew Set\b/g,
  "index-by-key": new RegExp(`${map.source}|\\bnew Set\\b`, "g"),
  "join-by-key": new RegExp(`${map.source}|\\bnew Set\\b`, "g"),
  "search-by-key": new RegExp(`${map.source}|\\bnew Set\\b`, "g"),
  "aggregate-once":
    /\b(?:const|let|var) \w+ = (?:Math \. \w+ \(|0\b|-? Infinity\b|[\w.$ ]+\. (?:reduce|filter) \()/g,
  "running-aggregate": /\b(\w+) (?:[-+]=|= (?:Math \. (?:max|min) \( )?\1\b)/g,
  "sorted-insertion": /\. splice \(|>>> 1|>> 1|\bMath \. floor \(/g,
  "divisor-square-root": /\bMath \. sqrt \(|\b(\w+) \* \1 <=? /g,
};

/** Empty where none can be told. */
export function recogniseScript(before: Subject, after: Subject): Transformation[] {
  return recogniseByTraces(before, after, javascriptRewrites, traces);
}
