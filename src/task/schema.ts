/**
 * The task file's format. `tasks/task.schema.json` is made from it (`write-schema.ts`), for editors.
 */
import { z } from "zod";

const integerText = z.string().min(1).max(1000);
const expression = z
  .union([z.number(), integerText])
  .describe(
    "A number, or an integer expression over the sizes. Integers beyond 2^53 are written as strings.",
  );
const bounds = z.tuple([expression, expression]);

/** The rule of one parameter, field or nested element. */
export interface RawRule {
  value?: number | string | boolean | undefined;
  length?: number | string | undefined;
  uniform?: [number | string, number | string] | undefined;
  normal?: [number | string, number | string] | undefined;
  integers?: [number | string, number | string] | undefined;
  constant?: number | string | boolean | undefined;
  permutation?: true | undefined;
  text?: string | undefined;
  sorted?: RawRule | undefined;
  fields?: Record<string, RawRule> | undefined;
  each?: RawEachRule | undefined;
  output?: true | undefined;
  scratch?: true | undefined;
  used?: number | string | undefined;
}

export interface RawEachRule extends Omit<RawRule, "length"> {
  length: number | string | [number | string, number | string];
}

const valueKeys = {
  uniform: bounds.optional().describe("Floating-point numbers drawn evenly from [low, high)."),
  normal: bounds.optional().describe("Floating-point numbers with this mean and standard deviation."),
  integers: bounds.optional().describe("Integers drawn evenly, both bounds included."),
  constant: z.union([expression, z.boolean()]).optional().describe("Every element has this value."),
  permutation: z.literal(true).optional().describe("0 … length-1, shuffled."),
  text: z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .describe("Characters drawn from this alphabet; a repeated one is likelier."),
  sorted: z
    .lazy((): z.ZodType<RawRule> => rule)
    .optional()
    .describe("The inner rule's values in ascending order."),
  fields: z
    .record(
      z.string(),
      z.lazy((): z.ZodType<RawRule> => rule),
    )
    .optional()
    .describe("One rule a field of a struct."),
  each: z
    .lazy((): z.ZodType<RawEachRule> => eachRule)
    .optional()
    .describe("How the inner vectors or strings of nested data are made."),
};

const rule: z.ZodType<RawRule> = z
  .strictObject({
    value: z
      .union([expression, z.boolean()])
      .optional()
      .describe("The value of a single number: a literal, or an expression over the sizes."),
    length: expression
      .optional()
      .describe("Elements behind a pointer, or of a string or vector before the call."),
    ...valueKeys,
    output: z.literal(true).optional().describe("Write-only: holds random bytes before every call."),
    scratch: z.literal(true).optional().describe("A workspace: random before the call, not compared after."),
    used: expression
      .optional()
      .describe('How many leading elements count: an expression over sizes, "return" and integer outputs.'),
  })
  .meta({ id: "rule" });

const eachRule: z.ZodType<RawEachRule> = z
  .strictObject({
    length: z.union([expression, bounds]).describe("A length, or [low, high]."),
    ...valueKeys,
  })
  .meta({ id: "each" });

const sizeName = z.string().regex(/^[A-Za-z_]\w*$/, "a size's name is letters, digits and _");
const sizes = z.record(sizeName, z.int().min(0).max(Number.MAX_SAFE_INTEGER));

export const taskFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    $guesses: z
      .record(z.string(), z.string())
      .optional()
      .describe("What `task init` guessed, by key, and why. Nothing reads it."),
    kind: z.literal("function").optional(),
    name: z
      .string()
      .regex(/^[\w.-]{1,100}$/, "a name is letters, digits, _, - and .")
      .optional()
      .describe("The folder's name where absent."),
    description: z.string().max(2000).optional(),
    language: z.enum(["c", "c++"]).optional().describe("From the source's ending where absent."),
    source: z
      .string()
      .min(1)
      .describe("The file with the function, and the types, helpers and includes that it needs."),
    function: z
      .string()
      .min(1)
      .describe("Its plain or qualified name, with parameter types where there are overloads."),
    entry: z
      .string()
      .min(1)
      .optional()
      .describe("A function of the source through which a static function or a template instance is called."),
    compiler: z
      .strictObject({
        command: z.string().min(1).optional(),
        standard: z
          .string()
          .regex(/^[\w+:]+$/, "a standard is a word such as c++17")
          .optional(),
        flags: z.array(z.string().min(1)).max(100).optional(),
      })
      .optional(),
    sizes: z
      .strictObject({
        timed: sizes.optional().describe("Of one timed call: about 10 ms of reference work."),
        checked: z
          .array(sizes)
          .max(32)
          .optional()
          .describe("For correctness. 0, 1 and odd sizes are added unless minimum forbids them."),
        minimum: sizes.optional(),
        maximum: sizes.optional(),
        require: z.array(z.string().min(1)).max(20).optional().describe('Conditions such as "w >= k".'),
      })
      .optional(),
    inputs: z.record(z.string(), rule).optional().describe("A rule a parameter, by name."),
    tolerance: z
      .strictObject({ relative: z.number().min(0).optional(), absolute: z.number().min(0).optional() })
      .optional()
      .describe("Two floating-point numbers agree where |a - b| <= absolute + relative * |b|."),
    threads: z.int().min(1).max(256).optional(),
    generator: z.string().min(1).optional().describe("A trusted file that fills what rules cannot say."),
  })
  .meta({ title: "lessonbank task" });

export type TaskFile = z.infer<typeof taskFileSchema>;

/** The format as JSON Schema (draft 2020-12). */
export function taskJsonSchema(): object {
  return z.toJSONSchema(taskFileSchema, { io: "input", reused: "inline" });
}
