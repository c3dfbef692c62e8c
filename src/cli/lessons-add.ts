/** `lessonbank lessons add`: a lesson of a person's, with the measurement that it rests on. Nothing enters a bank without one. */
import { randomBytes } from "node:crypto";
import { Command } from "commander";
import { loadGrammarsOf } from "../code/parser.ts";
import { sha256 } from "../code/hash.ts";
import { UsageError } from "../errors.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import type { Lesson } from "../lesson/lesson.ts";
import { lessonLimits } from "../lesson/schema.ts";
import { makeLesson } from "../lesson/solicit.ts";
import { outcomeDocument, printDocument } from "../report/documents.ts";
import { shortId } from "../report/lessons.ts";
import { outcomeInFull } from "../report/outcome.ts";
import type { Task } from "../task/task.ts";
import { screenLesson } from "../worth/screen.ts";
import { appearanceOf } from "./appearance.ts";
import { withCandidate } from "./evaluate.ts";
import { useBank, withBankOption, type BankOptions } from "./find-bank.ts";
import { judgeCandidate, type JudgeFlags } from "./judge-candidate.ts";
import { checkWords } from "./lessons-change.ts";
import type { Terminal } from "./terminal.ts";
import { collect } from "./values.ts";

interface AddFlags extends BankOptions, JudgeFlags {
  readonly text: string;
  readonly transformation?: readonly string[];
  readonly precondition?: readonly string[];
  readonly json?: boolean;
}

/** The author, where an agent would be named. */
const person = "person";

export function addCommand(terminal: Terminal): Command {
  return withBankOption(
    withCandidate(new Command("add").description("judge a candidate of yours and keep what it taught")),
  )
    .requiredOption("--text <text>", "what it taught, in one or two sentences")
    .option("--transformation <name>", "what was done, such as loop-tiling; once for each, in order", collect)
    .option("--precondition <text>", "what in the code made it applicable; once for each", collect)
    .option("--json", "print one JSON document")
    .action((argument: string, candidate: string, flags: AddFlags, command: Command) => {
      const { style, progress } = appearanceOf(command, terminal);
      const words = checkWords(flags);
      checkNames(flags.transformation ?? []);
      return useBank(terminal, flags, {}, async (bank) => {
        const { task, source, outcome } = await judgeCandidate(
          terminal,
          { task: argument, candidate },
          flags,
          progress,
        );
        await loadGrammarsOf([task.language]);
        const lesson = lessonOf({ task, source, outcome, flags, words });
        const reason = screenLesson(lesson);
        if (reason !== undefined) {
          throw new UsageError(`the lesson may not be kept: ${reason}`, {
            remedy: "say what holds for other code and on other machines too",
          });
        }
        await bank.add([{ lesson, code: task.source.text }]);
        const place = flags.bank === undefined ? "" : ` --bank ${flags.bank}`;
        terminal.stdout.write(
          flags.json
            ? printDocument({ lesson, outcome: outcomeDocument(task.name, outcome) })
            : `${outcomeInFull(task.name, outcome, style)}\nLesson ${style.accent(shortId(lesson.id))} is in the bank.\nTo undo it: lessonbank lessons remove ${shortId(lesson.id)}${place}\n`,
        );
      });
    });
}

function checkNames(names: readonly string[]): void {
  for (const name of names) {
    if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) && name.length <= lessonLimits.name) continue;
    throw new UsageError(`--transformation ${name} is no name of one`, {
      remedy: "write it as the others are: lower-case words joined by hyphens, such as loop-tiling",
    });
  }
}

function lessonOf(made: {
  readonly task: Task;
  readonly source: string;
  readonly outcome: Outcome;
  readonly flags: AddFlags;
  readonly words: ReturnType<typeof checkWords>;
}): Lesson {
  const { task, source, outcome, flags, words } = made;
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return makeLesson({
    task,
    run: `by-hand-${time}-${randomBytes(3).toString("hex")}`,
    candidate: {
      id: sha256(source).slice(0, 12),
      agent: person,
      round: 0,
      source,
      transformations: (flags.transformation ?? []).map((name) => ({ name, parameters: {}, place: "" })),
      assumptions: [],
      lessons: [],
      summary: words.text ?? "",
    },
    outcome,
    draft: { text: words.text ?? "", preconditions: words.preconditions ?? [] },
  });
}
