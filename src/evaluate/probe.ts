/**
 * What a look at this machine finds, one line each.
 */
import type { LessonbankError } from "../errors.ts";

export interface MachineProbe {
  readonly name: string;
  /** `missing` keeps work from being done; `absent` does not. */
  readonly status: "ok" | "absent" | "missing";
  readonly detail: string;
  readonly remedy?: string;
}

/** The detail that `find` gives, or what it threw. */
export async function probe(name: string, find: () => Promise<string>): Promise<MachineProbe> {
  try {
    return { name, status: "ok", detail: await find() };
  } catch (error) {
    const { message, remedy } = error as LessonbankError;
    return { name, status: "missing", detail: message, ...(remedy !== undefined && { remedy }) };
  }
}

/** Something that hostile code has to be kept from, and the function of `sandbox/attempts.c` that tries it. */
export interface Fence {
  readonly name: string;
  readonly attempt: string;
  /** What holds it where the attempt came back empty-handed. Default: "holds". */
  readonly by?: string;
}

/** Whether a fence held, and how that showed. */
export function fenceProbe(
  where: string,
  { name, by = "holds" }: Fence,
  held: boolean,
  how = by,
): MachineProbe {
  return {
    name: `${where}: ${name}`,
    status: held ? "ok" : "missing",
    detail: held ? how : "a hostile program that was run to try it got through",
    ...(!held && {
      remedy:
        "Nothing that is not trusted should be judged here: please report this, with your kernel and system.",
    }),
  };
}

/** `sandbox/attempts.c` for this machine, and the attempts in their order behind `lessonbank_attempt(number)`. */
export function attemptsSource(text: string, canary: string, fences: readonly Fence[]): string {
  const cases = fences.map(
    ({ attempt }, index) => `case ${index}: return ${attempt}(${attempt === "write_input" ? "input" : ""});`,
  );
  return `#define CANARY ${JSON.stringify(canary)}
#define OUTSIDER ${process.pid}
${text}
static int lessonbank_attempt(int number, volatile int *input) {
  (void)input;
  switch (number) { ${cases.join(" ")} }
  return 1;
}
`;
}
