/**
 * Any number of lessons for the bank's benchmark, made from those of the shipped runs: the texts are theirs, and the vectors are their
 * structural vectors with noise, so that they lie in clusters as real ones do. Lesson `n` is the same in every process.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createStructuralEmbedder, readJournal, type Embedder, type Lesson } from "lessonbank";

const dimensions = 512;
/** Lessons that were earned on one task, and share its code. */
const lessonsPerTask = 200;
/** Of the length of a vector; the nearest real lessons of one run are about so far apart. */
const noise = 0.35;

export interface Made {
  readonly lesson: Lesson;
  readonly code: string;
}

export interface LessonMaker {
  readonly embedder: Embedder;
  /** How many real lessons stand behind them. */
  readonly real: number;
  readonly make: (number: number) => Made;
  /** What is asked for: the text and the code of a lesson in C that is not in the bank, and its task. */
  readonly query: (number: number) => { text: string; code: string; task: string };
}

interface Real {
  readonly lessons: readonly Lesson[];
  readonly texts: readonly Float32Array[];
  readonly codes: readonly Float32Array[];
}

/** From `file`, where the process before has left what it needs: reading the recorded runs takes more memory than a bank. */
export async function createLessonMaker(file: string): Promise<LessonMaker> {
  const { lessons, texts, codes } = await realLessons(file);
  const inC = lessons.flatMap(({ context }, index) => (context.language === "c" ? [index] : []));
  /** Beyond the numbers of the lessons in the bank. */
  const asked = (number: number): number =>
    lessons.length * Math.ceil(1e9 / lessons.length + number) + inC[number % inC.length]!;
  const embed = async (sources: readonly string[], bases: readonly Float32Array[], salt: number) =>
    sources.map((source) => {
      const number = Number(/^\D*(\d+)/.exec(source)?.[1] ?? 0);
      return near(bases[number % bases.length]!, number * 2 + salt);
    });
  return {
    real: lessons.length,
    embedder: {
      id: "made-for-the-benchmark-1",
      dimensions,
      embedText: (sources) => embed(sources, texts, 0),
      embedCode: (sources) =>
        embed(
          sources.map(({ text }) => text),
          codes,
          1,
        ),
    },
    make(number) {
      const { id: _id, text, evidence, ...rest } = lessons[number % lessons.length]!;
      const task = Math.floor(number / lessonsPerTask);
      return {
        code: `// ${task}\n`,
        lesson: {
          ...rest,
          id: `lesson-${String(number).padStart(9, "0")}`,
          text: `${number}: ${text}`.slice(0, 400),
          features: rest.features.slice(0, 8),
          evidence: { ...evidence, task: `task-${task}`, run: `run-${task}` },
        },
      };
    },
    query: (number) => ({
      text: `${asked(number)}: asked for`,
      code: `// ${asked(number)}\n`,
      // One that the smallest bank has, too.
      task: `task-${number % 5}`,
    }),
  };
}

async function realLessons(file: string): Promise<Real> {
  if (!existsSync(file)) {
    const lessons = recordedLessons();
    const structural = createStructuralEmbedder();
    const texts = await structural.embedText(lessons.map(({ text }) => text));
    const codes = await structural.embedCode(
      lessons.map(({ context, evidence }) => ({ text: evidence.source, language: context.language })),
    );
    const without = lessons.map((lesson) => ({
      ...lesson,
      evidence: { ...lesson.evidence, source: "", diff: "" },
    }));
    const numbers = (vectors: readonly Float32Array[]) => vectors.map((vector) => [...vector]);
    writeFileSync(file, JSON.stringify({ lessons: without, texts: numbers(texts), codes: numbers(codes) }));
  }
  const { lessons, texts, codes } = JSON.parse(readFileSync(file, "utf8")) as Real;
  const vectors = (each: readonly Float32Array[]) => each.map((numbers) => Float32Array.from(numbers));
  return { lessons, texts: vectors(texts), codes: vectors(codes) };
}

function recordedLessons(): Lesson[] {
  const lessons = new Map<string, Lesson>();
  for (const name of readdirSync("lessons/runs").toSorted()) {
    if (!name.endsWith(".jsonl.gz")) continue;
    for (const line of readJournal(`lessons/runs/${name}`).lines)
      if (line.type === "lesson-banked") lessons.set(line.lesson.id, line.lesson);
  }
  return [...lessons.values()];
}

/** A unit vector near another; which one, the number says. Only places where vectors of hashed terms differ get noise: one in eight. */
function near(base: Float32Array, number: number): Float32Array {
  let state = (Math.imul(number + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const vector = Float32Array.from(base);
  const places = dimensions / 8;
  const size = noise / Math.sqrt(places / 3);
  for (let count = 0; count < places; count++) {
    const place = Math.floor(next() * dimensions);
    vector[place] = vector[place]! + (2 * next() - 1) * size;
  }
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}
