/**
 * JavaScript that runs in the Node processes of a benchmark or a test command, and says which scripts V8 has loaded, each with its source map. Many
 * were translated in memory (by a loader, a test runner), so files alone would not tell.
 */

/**
 * Defines `loadedScripts(session, root)`: scripts of files below the root, by id, each with its `path` and, where there is one, the text of its source `map`
 * and the path of the file `beside` which the sources lie. The debugger is asked for them, which is why this is called last: a program that is
 * debugged is slower.
 */
export const loadedScripts = `
const pathOf = (url) => {
  try { return url.startsWith("file:") ? require("node:url").fileURLToPath(url) : url; } catch { return ""; }
};
const mapOf = ({ sourceMapURL }, path) => {
  const { readFileSync } = require("node:fs");
  const { dirname, resolve } = require("node:path");
  try {
    if (!sourceMapURL) return undefined;
    if (sourceMapURL.startsWith("data:")) {
      const [kind, data] = [sourceMapURL.slice(0, sourceMapURL.indexOf(",")), sourceMapURL.slice(sourceMapURL.indexOf(",") + 1)];
      return { map: kind.endsWith(";base64") ? Buffer.from(data, "base64").toString() : decodeURIComponent(data), beside: path };
    }
    const file = resolve(dirname(path), pathOf(sourceMapURL));
    return { map: readFileSync(file, "utf8"), beside: file };
  } catch { return undefined; }
};
const loadedScripts = (session, root) => {
  const scripts = new Map();
  session.on("Debugger.scriptParsed", ({ params }) => {
    const path = pathOf(params.url);
    if (!path.startsWith(root + "/") || path.includes("/node_modules/")) return;
    scripts.set(params.scriptId, { url: params.url, path, ...mapOf(params, path) });
  });
  session.post("Debugger.enable");
  return scripts;
};
`;
