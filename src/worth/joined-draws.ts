/**
 * Draws under the ids of today. A general lesson that was split into parts has other ids than the whole, and whether it is split depends on which lessons
 * are looked at: a run sees the nearest ones, and more are earned every day. What was drawn as the whole then speaks for a part, and what was drawn as a
 * part for the whole, as far as it can be told which; else a draw would be lost whenever its neighbourhood changes.
 */
import type { Showing } from "../lesson/showing.ts";
import type { GeneralLesson } from "./general-lesson.ts";

type Drawn = Showing["drawn"][number];

/**
 * The showings with each draw under the id of the general lesson that it now speaks for. A draw of a whole that is split now goes to the part that has
 * seen the draw's task, where just one has; a draw that advised goes to no lesson that warns, nor the other way round. What belongs nowhere keeps its
 * id. Pure.
 */
export function joinDraws(general: readonly GeneralLesson[], showings: readonly Showing[]): Showing[] {
  const byId = new Map(general.map((lesson) => [lesson.id, lesson]));
  const parts = new Map<string, GeneralLesson[]>();
  for (const lesson of general) {
    if (lesson.part === undefined) continue;
    parts.set(lesson.part, [...(parts.get(lesson.part) ?? []), lesson]);
  }
  return showings.map((showing) => {
    const known = showing.drawn.every(({ lesson }) => byId.has(lesson));
    return known
      ? showing
      : { ...showing, drawn: onceEach(showing.drawn.map((draw) => renamed(draw, showing))) };
  });

  function renamed(draw: Drawn, { task }: Showing): Drawn {
    if (byId.has(draw.lesson)) return draw;
    const whole = draw.whole ?? draw.lesson;
    const candidates = byId.has(whole)
      ? [byId.get(whole)!]
      : (parts.get(whole) ?? []).filter(({ tasks }) => tasks.includes(task));
    const [found, ...others] = candidates.filter(
      ({ polarity }) => draw.polarity === undefined || draw.polarity === polarity,
    );
    return found && others.length === 0 ? { ...draw, lesson: found.id } : draw;
  }
}

/** Two parts of one proposal that are one lesson now are one draw where both were shown, or neither; otherwise they say nothing. */
function onceEach(drawn: readonly Drawn[]): Drawn[] {
  const byLesson = new Map<string, Drawn[]>();
  for (const draw of drawn) byLesson.set(draw.lesson, [...(byLesson.get(draw.lesson) ?? []), draw]);
  return [...byLesson.values()].flatMap(([first, ...others]) =>
    first && others.every(({ shown }) => shown === first.shown) ? [first] : [],
  );
}
