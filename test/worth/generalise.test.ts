import { describe, expect, test } from "vitest";
import type { Lesson } from "../../src/lesson/lesson.ts";
import {
  learnContextVariances,
  priorContextVariances,
  type ContextVariances,
} from "../../src/worth/context-key.ts";
import type { GeneralLesson } from "../../src/worth/general-lesson.ts";
import { generalise } from "../../src/worth/generalise.ts";
import { chance, processorMs, shuffled, trialLesson, type TrialFields } from "./simulate.ts";

const generalsOf = (trials: readonly TrialFields[]): readonly GeneralLesson[] =>
  generalise(trials.map(trialLesson)).general;

function only(trials: readonly TrialFields[]): GeneralLesson {
  const [general, ...others] = generalsOf(trials);
  if (!general || others.length > 0) throw new Error(`not one general lesson, but ${others.length + 1}`);
  return general;
}

const tasks = (count: number, of: (index: number) => Omit<TrialFields, "task">): TrialFields[] =>
  Array.from({ length: count }, (_, index) => ({ task: `task ${index}`, ...of(index) }));

const disagreeing = (count: number, features: (gains: boolean, index: number) => readonly string[]) =>
  tasks(count, (index) => {
    const gains = index % 2 === 0;
    return { logSpeedup: gains ? 0.5 : -0.3, features: features(gains, index) };
  });

/** As `generalise` learns them. */
const learnedFrom = (lessons: readonly Lesson[]): ContextVariances =>
  learnContextVariances(
    lessons.map(({ evidence, transformations, context }) => ({
      subject: JSON.stringify([evidence.task, transformations.map(({ name }) => name)]),
      context,
      value: Math.log(evidence.speedup?.ratio ?? 1),
      variance: 0.01 ** 2 + 0.1 ** 2,
    })),
  );

/** Tasks measured by two compilers, whose effects lie apart by so much. */
const inTwoContexts = (effect: number): Lesson[] =>
  tasks(8, (index) => ({ logSpeedup: 0.5 + (index % 2 === 0 ? effect : -effect) })).flatMap((trial) => [
    trialLesson({ ...trial, logSpeedup: 0.5 }),
    trialLesson({ ...trial, context: { compiler: "clang version 14.0.6" } }),
  ]);

describe("a general lesson", () => {
  test("pools a transformation over tasks and says so in words", () => {
    const general = only(
      tasks(4, (index) => ({
        logSpeedup: Math.log(2) + (index - 1.5) / 10,
        preconditions: ["the loop strides by a row"],
      })),
    );
    expect(general).toMatchObject({
      transformations: ["loop-tiling"],
      preconditions: [],
      seen: ["the loop strides by a row"],
      polarity: "gain",
      measured: 4,
      gained: 4,
      lost: 0,
      failed: 0,
      admitted: "replicated",
      architecture: "x86-64",
      threads: "one",
      languages: ["c++"],
    });
    expect(general.effect.mean).toBeCloseTo(Math.log(2), 6);
    expect(general.effect.low).toBeLessThan(general.meanEffect.low);
    expect(general.text).toMatch(
      /^Loop tiling made the code faster on 4 of 4 tasks, running at 2\.00 times its former speed \(on the next task [\d.]+ to [\d.]+, 95 % interval\)\. Seen where it was tried: the loop strides by a row\.$/,
    );
  });

  test("counts the tasks, and not how often each was tried", () => {
    const once = tasks(1, () => ({ logSpeedup: 1.2 }));
    const often = Array.from({ length: 30 }, () => ({ task: "task x", logSpeedup: 0.1 }));
    const balanced = only([...once, ...often]);
    expect(balanced.measured).toBe(2);
    expect(balanced.effect.mean).toBeGreaterThan(0.5);
    const failures = Array.from({ length: 30 }, () => ({ task: "task y" }));
    const success = tasks(3, () => ({ logSpeedup: 0.5 }));
    expect(only([...failures, ...success])).toMatchObject({ failed: 1, polarity: "gain" });
    expect(only([...failures, ...success]).correctness.mean).toBeCloseTo((1.4 + 3) / (2 + 4), 9);
  });

  test("is of what was added, and not of what the basis brought", () => {
    const general = only(
      tasks(2, () => ({
        names: ["loop-interchange", "loop-tiling", "loop-tiling"],
        logSpeedup: Math.log(6),
        basis: { lesson: "0123456789abcdef", transformations: 1, speed: 3 },
      })),
    );
    expect(general.transformations).toEqual(["loop-tiling"]);
    expect(general.effect.mean).toBeCloseTo(Math.log(2), 6);
  });

  test("of one task is admitted only where the transformation alone was measured again and did the same", () => {
    const first = { task: "a", logSpeedup: 0.5, run: "1", candidate: "x" };
    expect(only([first]).admitted).toBeUndefined();
    expect(only([first, { ...first, run: "2" }]).admitted).toBe("reproduced");
    expect(only([first, { ...first, run: "2", logSpeedup: -0.5 }]).admitted).toBeUndefined();
    expect(only([first, { ...first, run: "2", logSpeedup: 0.001 }]).admitted).toBeUndefined();
    const pair = { ...first, names: ["loop-tiling", "loop-unrolling"] };
    expect(only([pair, { ...pair, run: "2" }]).admitted).toBeUndefined();
    const basis = { lesson: "0123456789abcdef", transformations: 0, speed: 1 };
    expect(only([first, { ...first, run: "2", basis }]).admitted).toBeUndefined();
    // One verdict that was kept, reported by two runs, is one measurement.
    const lesson = trialLesson(first);
    const again = { ...lesson, id: "f".repeat(16), evidence: { ...lesson.evidence, run: "2" } };
    expect(generalise([lesson, again]).general[0]).toMatchObject({ evidence: [expect.any(String)] });
    expect(generalise([lesson, again]).general[0]?.admitted).toBeUndefined();
  });

  test("within the noise is neither a gain nor a loss", () => {
    expect(only(tasks(2, () => ({ logSpeedup: 0.1, error: 0.06 })))).toMatchObject({ gained: 0, lost: 0 });
    const unclear = only(tasks(3, () => ({ logSpeedup: 0.01, error: 0.001 })));
    expect(unclear).toMatchObject({ gained: 0, polarity: "loss" });
    expect(unclear.text).toContain("made no clear difference on 3 tasks");
  });

  test("is told for useless where three tasks, and most of all, were measured so well that no gain can have gone unseen", () => {
    const exact = () => ({ logSpeedup: 0.01, error: 0.001 });
    expect(only(tasks(12, exact))).toMatchObject({ polarity: "loss", admitted: "replicated" });
    expect(only(tasks(3, exact))).toMatchObject({ polarity: "loss", admitted: "replicated" });
    expect(only(tasks(2, exact)).admitted).toBeUndefined();
    const half = (index: number) => (index < 3 ? exact() : { logSpeedup: 0.01, error: 0.6 });
    expect(only(tasks(6, half)).admitted).toBeUndefined();
    expect(only(tasks(12, () => ({ logSpeedup: 0.01, error: 0.6 }))).admitted).toBeUndefined();
  });

  test("warns of a loss and of what is mostly wrong", () => {
    const loss = only(tasks(3, () => ({ logSpeedup: -0.3 })));
    expect(loss).toMatchObject({ polarity: "loss", lost: 3, admitted: "replicated" });
    expect(loss.text).toContain("made the code slower on 3 of 3 tasks, running at 0.74 times");
    const failure = only(tasks(3, () => ({})));
    expect(failure).toMatchObject({ polarity: "failure", failed: 3, measured: 0, admitted: "replicated" });
    expect(failure.text).toMatch(
      /^Loop tiling mostly failed on 3 of 3 tasks: .* chance of 28 % \(95 % interval/,
    );
  });

  test("is apart for another architecture, several threads, or a flag of one compiler, and together for the rest", () => {
    const trial = { task: "a", logSpeedup: 0.5 };
    const separate = generalsOf([
      trial,
      { ...trial, context: { isa: "arm64 neon" } },
      { ...trial, context: { threads: 4 } },
      { ...trial, context: { flags: ["-O3", "-mllvm"] } },
    ]);
    expect(new Set(separate.map(({ id }) => id)).size).toBe(4);
    const together = only([
      trial,
      { ...trial, task: "b", context: { isa: "x86-64 avx512", language: "c" } },
      { ...trial, task: "c", context: { threads: 1, cpu: "Another", sizes: { n: 1e6 } } },
    ]);
    expect(together).toMatchObject({ languages: ["c", "c++"], measured: 3 });
  });

  test("keeps its id whatever evidence is added", () => {
    const few = only(tasks(2, () => ({ logSpeedup: 0.5 })));
    const many = only(tasks(20, (index) => ({ logSpeedup: index / 10, context: { cpu: `CPU ${index}` } })));
    expect(many.id).toBe(few.id);
    expect(few.id).toMatch(/^[0-9a-f]{16}$/);
  });

  test("is less certain where the context is another one, never smaller", () => {
    const lessons = tasks(5, () => ({ logSpeedup: 0.5 })).map(trialLesson);
    const [first] = lessons;
    if (!first) throw new Error("no lesson");
    const at = (context: Partial<Lesson["context"]>) =>
      generalise(lessons, { here: { ...first.context, ...context } }).general[0];
    const same = at({});
    const other = at({ compiler: "clang version 14.0.6", isa: "x86-64 avx512" });
    expect(same?.effect.error).toBeCloseTo(generalise(lessons).general[0]?.effect.error ?? 0, 9);
    expect(other?.effect.mean).toBeCloseTo(same?.effect.mean ?? 0, 9);
    expect(other?.effect.error).toBeGreaterThan((same?.effect.error ?? 0) * 1.3);
    expect(other?.id).toBe(same?.id);
    // More evidence from elsewhere does not take away that it is from elsewhere.
    const many = tasks(200, () => ({ logSpeedup: 0.5 })).map(trialLesson);
    const widened = generalise(many, { here: { ...first.context, compiler: "clang version 14.0.6" } });
    expect(widened.general[0]?.meanEffect.error).toBeGreaterThan(0.2);
  });

  test("is less certain still where contexts were seen to matter", () => {
    const errorOf = (lessons: readonly Lesson[]): number => {
      const [gcc] = lessons.filter(({ context }) => !context.compiler.includes("clang"));
      const onGcc = lessons.filter(({ context }) => context.compiler === gcc?.context.compiler);
      const here = gcc && { ...gcc.context, compiler: "clang version 14.0.6" };
      const learned = learnedFrom(lessons);
      return generalise(onGcc, { here, contextVariances: learned }).general[0]?.effect.error ?? 0;
    };
    expect(errorOf(inTwoContexts(1.5))).toBeGreaterThan(errorOf(inTwoContexts(0)) * 1.5);
    // Without being given, they are learned from the lessons themselves.
    const lessons = inTwoContexts(1.5);
    const here = lessons[0]?.context;
    expect(generalise(lessons, { here })).toEqual(
      generalise(lessons, { here, contextVariances: learnedFrom(lessons) }),
    );
    expect(generalise(lessons, { here })).not.toEqual(
      generalise(lessons, { here, contextVariances: priorContextVariances }),
    );
  });

  test("says so where the effect is beyond what trials count", () => {
    expect(only(tasks(3, () => ({ logSpeedup: Math.log(200) }))).text).toContain("at least 20.0 times");
  });

  test("leaves out lessons that must not enter, and says which and why", () => {
    const honest = tasks(2, () => ({ logSpeedup: 0.5 })).map(trialLesson);
    const bad = {
      ...trialLesson({ task: "b", logSpeedup: 3 }),
      text: "The evaluator was lost before it answered.",
    };
    const { general, screened } = generalise([...honest, bad]);
    expect(general[0]?.tasks).toEqual(["task 0", "task 1"]);
    expect(screened).toEqual([{ lesson: bad.id, reason: expect.stringMatching(/harness/) }]);
  });
});

describe("lessons that disagree", () => {
  const row = "inner loop strides by a row";
  test("are split by the feature that tells them apart, each with its condition", () => {
    const found = generalsOf(
      disagreeing(12, (gains, index) => [...(gains ? [row] : []), `noise ${index % 3}`]),
    );
    const gain = found.find(({ polarity }) => polarity === "gain");
    const loss = found.find(({ polarity }) => polarity === "loss");
    expect(found).toHaveLength(2);
    expect(gain).toMatchObject({ preconditions: [row], gained: 6, lost: 0, admitted: "replicated" });
    expect(loss).toMatchObject({
      preconditions: [`not: ${row}`],
      gained: 0,
      lost: 6,
      admitted: "replicated",
    });
    expect(gain?.id).not.toBe(loss?.id);
    const whole = only(tasks(1, () => ({ logSpeedup: 1 })));
    expect([gain?.part, loss?.part]).toEqual([whole.id, whole.id]);
    expect(gain?.text).toContain(`Loop tiling, in code with "${row}", made the code faster on 6 of 6 tasks`);
  });

  test("are split by the context too", () => {
    const found = generalsOf(
      tasks(12, (index) => ({
        logSpeedup: index < 6 ? 0.5 : -0.3,
        context: { sizes: { n: index < 6 ? 1e6 : 1e3 } },
      })),
    );
    expect(found.map(({ preconditions }) => preconditions[0])).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^sizes of 2\^\d+ or more/),
        expect.stringMatching(/^not: sizes/),
      ]),
    );
  });

  test("are split where that leaves but one side contested, and not where both go on saying the same", () => {
    const trials = (without: number) =>
      tasks(24, (index) => ({
        logSpeedup: index < 12 || index % 4 < without ? 0.5 : -0.3,
        features: index < 12 ? [row] : [],
      }));
    expect(generalsOf(trials(2)).map(({ polarity }) => polarity)).toEqual(
      expect.arrayContaining(["gain", "contested"]),
    );
    const alike = tasks(60, (index) => ({
      logSpeedup: index < 30 ? 0.5 : index % 5 === 0 ? -0.3 : 0.5,
      features: index < 30 ? [row] : [],
    }));
    expect(only(alike)).toMatchObject({ polarity: "gain", gained: 54, lost: 6 });
  });

  test("stay together, contested and counted, where no feature explains it", () => {
    const general = only(disagreeing(12, (_, index) => [`noise ${index % 3}`]));
    expect(general).toMatchObject({ polarity: "contested", gained: 6, lost: 6, admitted: "replicated" });
    expect(general.text).toContain(
      "faster on 6 and slower on 6 of 12 tasks, and it is not known what decides it",
    );
  });

  test("are not split on too few tasks, nor for a single exception", () => {
    expect(generalsOf(disagreeing(4, (gains) => (gains ? [row] : [])))).toHaveLength(1);
    const exception = only(tasks(9, (index) => ({ logSpeedup: index === 0 ? -0.3 : 0.5 })));
    expect(exception).toMatchObject({ polarity: "gain", gained: 8, lost: 1 });
    expect(exception.text).toContain("faster on 8 of 9 tasks and slower on 1,");
  });

  test("are split by chance in no more than one world of twenty, of 40 features that mean nothing", () => {
    const random = chance(7);
    let split = 0;
    const worlds = 80;
    for (let world = 0; world < worlds; world++) {
      const trials = tasks(14, () => ({
        logSpeedup: random.uniform() < 0.5 ? 0.5 : -0.5,
        features: Array.from({ length: 40 }, (_, index) => `feature ${index}`).filter(
          () => random.uniform() < 0.4,
        ),
      }));
      if (generalsOf(trials).length > 1) split++;
    }
    expect(split).toBeLessThanOrEqual(worlds * 0.05 + 4);
  });
});

describe("the interval of the next use", () => {
  test("holds it about as often as it says, from two tasks on", () => {
    const random = chance(11);
    for (const [count, deviation] of [
      [2, 0.3],
      [5, 0.3],
      [12, 0.5],
    ] as const) {
      let within = 0;
      const worlds = 160;
      for (let world = 0; world < worlds; world++) {
        const mean = random.normal() * 0.4;
        const draw = (): number => mean + deviation * random.normal();
        const general = only(
          tasks(count, () => ({ logSpeedup: draw() + 0.02 * random.normal(), error: 0.02 })),
        );
        const next = draw();
        if (next >= general.effect.low && next <= general.effect.high) within++;
      }
      expect(within / worlds).toBeGreaterThan(0.89);
      // From many tasks it is no wider than it has to be.
      if (count === 12) expect(within / worlds).toBeLessThan(0.99);
    }
  });
});

describe("all of it", () => {
  const random = chance(3);
  const pick = (): string => `transformation-${Math.floor(random.uniform() * 30)}`;
  const world = Array.from({ length: 5000 }, (_lesson, index) => {
    const fields: TrialFields = {
      task: `task ${Math.floor(random.uniform() * 60)}`,
      names: random.uniform() < 0.6 ? [pick()] : [pick(), pick()],
      preconditions: [`precondition ${index % 7}`, `precondition ${index % 11}`],
      features: Array.from({ length: 40 }, (_, feature) => `feature ${feature}`).filter(
        () => random.uniform() < 0.3,
      ),
      context: { cpu: `CPU ${index % 3}`, sizes: { n: 2 ** (index % 20) } },
    };
    const logSpeedup = random.normal() * 0.4;
    return trialLesson(random.uniform() < 0.3 ? fields : { ...fields, logSpeedup });
  });

  test("does not depend on the order of the lessons, nor on one being there twice", () => {
    const few = world.slice(0, 700);
    const here = few[0]?.context;
    const result = generalise(few, { here });
    expect(generalise(shuffled([...few, ...few.slice(0, 50)], random), { here })).toEqual(result);
  });

  test("is quick enough for every start of a run: 5,000 lessons, on a machine that may be busy", () => {
    let fastest = Infinity;
    for (let attempt = 0; attempt < 3 && fastest > 1000; attempt++) {
      const started = processorMs();
      expect(generalise(world, { here: world[0]?.context }).general.length).toBeGreaterThan(300);
      fastest = Math.min(fastest, processorMs() - started);
    }
    expect(fastest).toBeLessThan(3000);
  });
});
