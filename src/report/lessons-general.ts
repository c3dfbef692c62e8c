/** General lessons as a list. */
import { cleanProse } from "../code/clean-text.ts";
import type { GeneralLesson } from "../worth/general-lesson.ts";
import type { GlobalTier } from "../worth/global-tier.ts";
import { describeCondition } from "../worth/context-key.ts";
import { formatCredit, formatFactor, formatTasks, headline, paintAs } from "./estimates.ts";
import { cut, wrap } from "./layout.ts";
import { shortId, type LessonLayout } from "./lessons.ts";

export function formatGenerals(
  generals: readonly GeneralLesson[],
  tier: Pick<GlobalTier, "isRetired">,
  layout: LessonLayout,
): string {
  if (generals.length === 0)
    return "No general lessons. They are made of lessons that say the same on several tasks.";
  return generals.map((general) => entry(general, tier.isRetired(general), layout)).join("\n");
}

function entry(general: GeneralLesson, retired: boolean, { style, width }: LessonLayout): string {
  const { effect, polarity, credit, transformations, preconditions, untried } = general;
  const names = untried ? "what no lesson is about" : cleanProse(transformations.join(" + "));
  const where = cleanProse(preconditions.map(describeCondition).join(" and "));
  const result = headline(general);
  const state = standing(general, retired);
  const room = width - shortId(general.id).length - result.length - state.length - 4;
  const head = `${style.accent(shortId(general.id))}  ${paintAs(general, result, style)}  ${cut(names, room)}${style.quiet(state)}`;
  const facts = [
    ...(where === "" ? [] : [`only ${where}`]),
    ...(polarity === "failure" ? [] : [`on the next ${untried ? "one" : "task"} ${formatFactor(effect)}`]),
    formatTasks(general),
    ...(credit ? [`shown ${credit.shown}, withheld ${credit.withheld}: ${formatCredit(credit)}`] : []),
  ];
  return `${head}\n${wrap(facts.join("; "), { width, lead: "          " })}`;
}

/** What keeps it from being shown. */
function standing({ admitted }: GeneralLesson, retired: boolean): string {
  return retired ? "  retired" : admitted === undefined ? "  not replicated" : "";
}
