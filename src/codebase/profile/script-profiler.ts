/**
 * Profiles of JavaScript and TypeScript by V8's own sampler, started in every Node process of the benchmark. Functions of scripts that were translated are
 * led back to their sources by source maps.
 */
import { z } from "zod";
import { loadedScripts } from "../proof/loaded-scripts.ts";
import { originalPlace, pathOfUrl, readSourceMap, type SourceMap } from "../proof/source-map.ts";
import { below, type Place, profileFolder, type Profiler, type Sample } from "./profiler.ts";

/** `--cpu-prof` is not allowed in NODE_OPTIONS before Node 22; the inspector is, in every version. */
const hook = `"use strict";
const inspector = require("node:inspector");
const { writeFileSync } = require("node:fs");
const { threadId } = require("node:worker_threads");
${loadedScripts}
const session = new inspector.Session();
// \`node --test\` itself has no inspector; the processes that it starts have one.
try {
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: 500 });
  session.post("Profiler.start");
} catch { return; }
process.on("exit", () => {
  session.post("Profiler.stop", (error, result) => {
    if (error) return;
    const name = process.env.LESSONBANK_SAMPLES + "/" + process.pid + "-" + threadId + ".cpuprofile";
    try {
      const ran = new Set(result.profile.nodes.map(({ callFrame }) => callFrame.scriptId));
      const scripts = [...loadedScripts(session, require("node:path").dirname(__dirname))];
      const maps = scripts.filter(([id, { map }]) => map !== undefined && ran.has(id)).map(([id, { map, beside }]) => ({ id, map, beside }));
      writeFileSync(name, JSON.stringify({ ...result.profile, maps }));
    } catch {}
  });
});
`;

export const scriptProfiler: Profiler = {
  languages: ["javascript", "typescript"],
  method: "V8's CPU profile, two samples a millisecond",
  enoughMs: 400,
  files: new Map([[`${profileFolder}/hook.cjs`, hook]]),
  command: (bench) => `lb="$PWD/${profileFolder}"
printf '%s' "$PWD" > "$lb/root"
export LESSONBANK_SAMPLES="$lb" NODE_OPTIONS="--require $lb/hook.cjs"
${bench}`,
  collect: [`${profileFolder}/*.cpuprofile`, `${profileFolder}/root`],
  read: readScript,
};

const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      hitCount: z.number().default(0),
      children: z.array(z.number()).default([]),
      callFrame: z.object({
        functionName: z.string(),
        scriptId: z.string().default(""),
        url: z.string(),
        lineNumber: z.number(),
        columnNumber: z.number().default(0),
      }),
    }),
  ),
  maps: z.array(z.object({ id: z.string(), map: z.string(), beside: z.string() })).default([]),
  startTime: z.number(),
  endTime: z.number(),
});
type Profile = z.infer<typeof profileSchema>;
type ProfileNode = Profile["nodes"][number];

/** Time of what V8 does for a function (native methods, the garbage collector's own node aside) belongs to whoever called it. */
export function readScript(files: ReadonlyMap<string, string>): Sample[] {
  const root = files.get("root") ?? "";
  return [...files].flatMap(([name, text]) => (name.endsWith(".cpuprofile") ? samplesOf(text, root) : []));
}

function samplesOf(text: string, root: string): Sample[] {
  const profile = parse(text);
  if (!profile) return [];
  const maps = new Map(profile.maps.map(({ id, map, beside }) => [id, readSourceMap(map, beside)]));
  const parents = new Map<number, ProfileNode>();
  for (const node of profile.nodes) for (const child of node.children) parents.set(child, node);
  const hits = profile.nodes.reduce((sum, { hitCount }) => sum + hitCount, 0);
  const msPerHit = hits === 0 ? 0 : Math.max(0, profile.endTime - profile.startTime) / 1000 / hits;
  return profile.nodes
    .filter(({ hitCount, callFrame }) => hitCount > 0 && callFrame.functionName !== "(idle)")
    .map((node) => ({
      ms: node.hitCount * msPerHit,
      candidates: ancestry(node, parents).flatMap(({ callFrame }) => placeOf(callFrame, maps, root) ?? []),
      outside: outsideName(node),
    }));
}

function parse(text: string): Profile | undefined {
  try {
    return profileSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The node and, as long as they are V8's own code, what called it. */
function ancestry(node: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): ProfileNode[] {
  const found = [node];
  for (let at = node; at.callFrame.url === "" && !at.callFrame.functionName.startsWith("(");) {
    const parent = parents.get(at.id);
    if (!parent || found.length > 64) break;
    found.push(parent);
    at = parent;
  }
  return found;
}

function outsideName({ callFrame: { functionName, url } }: ProfileNode): string {
  if (url.startsWith("node:")) return "Node's own modules";
  return functionName.startsWith("(") ? functionName.slice(1, -1) : functionName || "anonymous code";
}

/** In the source, where the script was translated from one. */
function placeOf(
  { functionName, scriptId, url, lineNumber, columnNumber }: ProfileNode["callFrame"],
  maps: ReadonlyMap<string, SourceMap | undefined>,
  root: string,
): Place | undefined {
  const map = maps.get(scriptId);
  const original = map && originalPlace(map, lineNumber, columnNumber);
  const file = below(root, original?.path ?? pathOfUrl(url) ?? "");
  return file === undefined
    ? undefined
    : { name: functionName, file, line: (original?.line ?? lineNumber) + 1 };
}
