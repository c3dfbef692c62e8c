/** The table of a profile, for a person. */
import { describeUnread, type ProjectProfile } from "../codebase/profile/profile-project.ts";
import { formatDuration, formatRatio } from "./figures.ts";
import { table, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** Functions with less than this share are summed up in a line. */
const least = 0.01;

export function formatProfile(
  profile: ProjectProfile,
  { style, width }: { readonly style: Style; readonly width: number },
): string {
  const shown = profile.functions.filter(({ share }) => share >= least);
  const rest = profile.functions.length - shown.length;
  const rows = shown.map(({ file, line, function: name, share, ownMs, wholeIfTwice }) => [
    percent(share),
    formatDuration(ownMs),
    formatRatio(wholeIfTwice),
    String(line),
    `${file}:${name}`,
  ]);
  const elsewhere = profile.elsewhere
    .filter(({ share }) => share >= least)
    .map(({ name, share }) => `${percent(share)} in ${name}`);
  return [
    table(
      [
        { title: "own time", align: "right" },
        { title: "", align: "right" },
        { title: "whole at 2×", align: "right" },
        { title: "line", align: "right" },
        // Last and never cut: it is what a person names the function by.
        { title: "function" },
      ],
      rows,
      { width, paintTitle: style.quiet },
    ),
    "",
    style.quiet(
      wrap(
        `Whole at 2×: the speedup of the whole if that function were twice as fast. ${formatDuration(profile.totalMs)} were seen (${profile.method}).${elsewhere.length > 0 ? ` Not in the repository's functions: ${elsewhere.join(", ")}.` : ""}${rest > 0 ? ` ${rest} more have less than 1 %.` : ""}${profile.unread === undefined ? "" : ` Files whose functions it cannot name: ${describeUnread(profile.unread)}.`}`,
        { width },
      ),
    ),
  ].join("\n");
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share >= 0.1 ? 0 : 1)} %`;
}
