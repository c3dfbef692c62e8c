/**
 * Room for so many tokens: which general lessons have to go for lack of it, and which come back where there is room again. Going means to be retired, so
 * nothing is lost, it stands in the history, and it can be undone; what is brought back by hand stays.
 */
import type { Change, WhatChanged } from "../lesson/change.ts";
import { estimateTokens } from "../model/token-estimate.ts";
import { changesInForce } from "./changes.ts";
import type { GeneralLesson } from "./general-lesson.ts";
import { bySmallest } from "./order.ts";
import {
  byCapacity,
  expectedValue,
  isRetired,
  keepWithin,
  retiredGenerals,
  type CapacityOptions,
} from "./upkeep.ts";

export interface Fitting {
  /** To be made, in order, by `byCapacity`. */
  readonly changes: readonly WhatChanged[];
  /** What may be shown then: what somebody brought back by hand, then the best for its tokens first. */
  readonly kept: readonly GeneralLesson[];
  /** Of their texts. */
  readonly tokens: number;
}

/**
 * What it takes to have no more than so many tokens of general lessons. Those that may be shown compete with those that went for lack of room alone; what
 * was retired for another reason is left as it is. When the changes are made, asking again asks for none. Pure.
 */
export function fitWithin(
  generals: readonly GeneralLesson[],
  changes: readonly Change[],
  options: CapacityOptions,
): Fitting {
  const { tokens, count = estimateTokens } = options;
  const costOf = ({ text }: GeneralLesson): number => Math.max(1, count(text));
  const sum = (those: readonly GeneralLesson[]): number =>
    those.reduce((total, general) => total + costOf(general), 0);
  const gone = goneForRoom(changes);
  const otherwise = retiredGenerals(changesInForce(changes).filter((change) => !isForRoom(change)));
  const eligible = generals.filter(
    (general) => general.admitted !== undefined && !isRetired(general, otherwise),
  );
  const back = broughtBack(changes);
  const pinned = eligible.filter(({ id }) => back.has(id) && !gone.has(id));
  const rest = eligible.filter((general) => !pinned.includes(general));
  const kept = [...pinned, ...keepWithin(rest, { ...options, tokens: Math.max(0, tokens - sum(pinned)) })];
  const leaving = rest.filter((general) => !kept.includes(general) && !gone.has(general.id));
  const returning = new Set(
    kept.flatMap(({ id, part }) => [gone.get(id), part === undefined ? undefined : gone.get(part)]),
  );
  return {
    changes: [
      ...leaving.toSorted(bySmallest(({ id }) => id)).map((general) => ({
        kind: "retired" as const,
        general: general.id,
        reason: reasonFor(general, costOf(general), tokens),
      })),
      ...[...returning]
        .filter((change) => change !== undefined)
        .toSorted()
        .map((change) => ({ kind: "undone" as const, change })),
    ],
    kept,
    tokens: sum(kept),
  };
}

function isForRoom({ by, what }: Change): boolean {
  return what.kind === "retired" && by === byCapacity;
}

/** By general lesson that is gone for lack of room, the change that retired it. */
function goneForRoom(changes: readonly Change[]): ReadonlyMap<string, string> {
  const retired = retiredGenerals(changes);
  return new Map(
    changesInForce(changes).flatMap(({ id, by, what }) =>
      what.kind === "retired" && by === byCapacity && retired.has(what.general) ? [[what.general, id]] : [],
    ),
  );
}

/** General lessons whose retirement for lack of room a person undid: what a person wants is not decided again by rule. */
function broughtBack(changes: readonly Change[]): ReadonlySet<string> {
  const byId = new Map(changes.map((change) => [change.id, change.what]));
  const forRoom = new Set(changes.filter(isForRoom).map(({ id }) => id));
  return new Set(
    changesInForce(changes).flatMap(({ by, what }) => {
      if (what.kind !== "undone" || by === byCapacity || !forRoom.has(what.change)) return [];
      const undone = byId.get(what.change);
      return undone?.kind === "retired" ? [undone.general] : [];
    }),
  );
}

function reasonFor(general: GeneralLesson, cost: number, tokens: number): string {
  const gain = (100 * (Math.exp(expectedValue(general)) - 1)).toFixed(1);
  return `no room within ${tokens} tokens: it takes ${cost}, and showing it once is expected to gain ${gain} %`;
}
