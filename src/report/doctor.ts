/** What `doctor` prints: what is here, what is missing, how to get it. */
import type { MachineProbe } from "../evaluate/probe.ts";
import { padEnd, textWidth, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** As the evaluator finds it, and the command line for what is its own. */
export type Check = MachineProbe;

export function formatChecks(
  checks: readonly Check[],
  { style, width }: { style: Style; width: number },
): string {
  const nameWidth = Math.max(...checks.map(({ name }) => textWidth(name)));
  const lines = checks.map(({ name, status, detail, remedy }) => {
    const symbol = { ok: "✓", absent: "·", missing: "✗" }[status];
    const kind = ({ ok: "good", absent: "quiet", missing: "bad" } as const)[status];
    const lead = `${symbol} ${padEnd(name, nameWidth)}  `;
    const text = wrap(detail, { width, lead });
    const painted = style[kind](text.slice(0, lead.length)) + text.slice(lead.length);
    if (remedy === undefined) return painted;
    return `${painted}\n${style.accent(wrap(remedy, { width, lead: `${" ".repeat(textWidth(lead))}→ ` }))}`;
  });
  const missing = checks.filter(({ status }) => status === "missing").map(({ name }) => name);
  const verdict =
    missing.length === 0
      ? style.good("Everything that is needed is here.")
      : style.bad(`Nothing can be judged here before this is mended: ${missing.join(", ")}.`);
  return [...lines, "", verdict].join("\n");
}
