/**
 * An agent that is a language model: it is shown the function and the lessons, and its reply's code becomes the candidate. What it
 * did is told from the code afterwards, since models name their changes unreliably; why it helped or failed, it is asked.
 *
 * Liu et al., "Lessons Learned: A Multi-Agent Framework for Code LLMs to Learn and Improve", NeurIPS 2025: the published sampling,
 * always from the original source. Different, on purpose: a request has a seed; a reply without code costs the turn; a text that
 * does not compile may be mended once; a reply has an end (`defaultReplyTokens`). Where it works on a function of a repository and no new
 * candidate comes of a reply, it is told why and asked once more in the same turn; the functions of tasks, on which methods are compared, keep to the published way.
 */
import { loadGrammarsOf } from "../code/parser.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import { rewriterLesson } from "../lesson/words.ts";
import {
  type ChatMessage,
  type ChatModel,
  type ChatRequest,
  ModelError,
  type Sampling,
} from "../model/chat-model.ts";
import type { GeneralCandidate } from "../select/policy.ts";
import type { Agent, ProposalRequest, Review } from "./agent.ts";
import { type Answer, answerIn, proposalOf, recognised } from "./answer.ts";
import { lessonSentences } from "./lesson-sentences.ts";
import { askAgainPrompt, type Fruitless } from "./prompts/ask-again.ts";
import { clearExperience, generalExperience } from "./prompts/experience.ts";
import { lessonPrompt } from "./prompts/lesson.ts";
import { optimisePrompt } from "./prompts/optimise.ts";
import { optimiseWithLessonsPrompt } from "./prompts/optimise-with-lessons.ts";
import { repairPrompt } from "./prompts/repair.ts";
import { preconditionsOf } from "./recognise.ts";

export interface LlmAgentOptions {
  readonly name: string;
  readonly model: ChatModel;
  /** What it is told to look at first, in a few words: `memory access patterns`. Default: nothing in particular. */
  readonly speciality?: string;
  /** For code. Default: temperature 0.2, top-p 0.95, no penalty, 8,192 tokens. `maxTokens: Infinity` sets no end, as published. */
  readonly sampling?: Partial<Sampling>;
  /** For lessons. Default: temperature 0.2, top-p 0.95, frequency penalty 0.5, 250 tokens. */
  readonly lessonSampling?: Partial<Sampling>;
  /** Whether it mends a text that did not compile, once. Default false. */
  readonly repair?: boolean;
  /** Whether the model is asked for lessons. Otherwise they are made from the outcome alone. Default true. */
  readonly lessons?: boolean;
  /** Clear lessons of other tasks that it is shown. Default 2. */
  readonly experienceLines?: number;
}

/**
 * Published runs set no end. A small model that begins to repeat itself then goes on until its context is full, minutes on a CPU; a
 * function with its helpers, and some thinking before it, takes less than this.
 */
const defaultReplyTokens = 8192;
const leastReplyTokens = 256;
/** Of code, with something to spare. */
const charactersPerToken = 3;
/** Rules, lessons and the like. */
const tokensAround = 900;
const codeSampling: Sampling = { temperature: 0.2, topP: 0.95, maxTokens: defaultReplyTokens };
const lessonSampling: Sampling = { temperature: 0.2, topP: 0.95, frequencyPenalty: 0.5, maxTokens: 250 };

/** At a low temperature a model that gave the old function back gives it back again. */
const livelyTemperature = 0.7;

/**
 * The agent. Same request and same replies, same proposals: it keeps no state. `propose` and `repair` throw a ModelError
 * (`unreadable-reply`) where a reply holds no code that can take the function's place, and pass on every ModelError of the model.
 */
export function createLlmAgent(options: LlmAgentOptions): Agent {
  const { name, model, speciality } = options;
  const forCode = { ...codeSampling, ...options.sampling };
  const forLessons = { ...lessonSampling, ...options.lessonSampling };

  const agent: Agent = {
    name,
    kind: "llm",
    speciality: speciality ?? `whatever ${model.name} finds`,

    async propose(request) {
      const { task, context, lessons, experience, general, random, ask, tried } = request;
      await loadGrammarsOf([task.language]);
      const prompt = {
        task,
        context,
        speciality,
        room: roomForCode(model, forCode),
        experience: [
          ...generalExperience(general),
          ...clearExperience(experience, options.experienceLines ?? 2),
        ],
      };
      const messages =
        lessons.length > 0 ? optimiseWithLessonsPrompt({ ...prompt, lessons }) : optimisePrompt(prompt);
      const reply = await ask(model, "propose", requestOf(model, messages, forCode, random));
      const first = answerIn(reply, task, tried);
      const answer =
        first.why && task.kind === "command"
          ? await askAgain(request, messages, reply.text, first, first.why)
          : first;
      const proposal = proposalOf(answer);
      const cites = citedIn(reply.text, general);
      return proposal && cites.length > 0 ? { ...proposal, cites } : proposal;
    },

    async explain(review) {
      const { task, candidate, outcome } = review;
      await loadGrammarsOf([task.language]);
      // A candidate of an earlier run, recalled, may say itself what it is made of.
      const known = candidate.transformations.length > 0;
      const transformations = known ? candidate.transformations : recognised(task, candidate.source);
      const told = options.lessons === false ? "" : await askWhy(review);
      return {
        text: told || rewriterLesson({ transformations, preconditions: [], outcome }).text,
        preconditions: preconditionsOf(transformations, task.source.text, task.language, task.function),
        transformations,
      };
    },
  };
  if (options.repair !== true) return agent;
  return {
    ...agent,
    async repair({ task, candidate, outcome, context, random, ask }) {
      await loadGrammarsOf([task.language]);
      const messages = repairPrompt({ task, context, source: candidate.source, reason: reasonOf(outcome) });
      const reply = await ask(model, "repair", requestOf(model, messages, forCode, random));
      return proposalOf(answerIn(reply, task, new Set()));
    },
  };

  /** The first answer where there is no budget or no room for another question. */
  async function askAgain(
    { task, random, ask, tried }: ProposalRequest,
    messages: readonly ChatMessage[],
    reply: string,
    first: Answer,
    why: Fruitless,
  ): Promise<Answer> {
    const lively = Math.max(forCode.temperature, livelyTemperature);
    const sampling = "reason" in why ? forCode : { ...forCode, temperature: lively };
    const again = askAgainPrompt(task, messages, reply, why);
    try {
      return answerIn(await ask(model, "propose", requestOf(model, again, sampling, random)), task, tried);
    } catch (error) {
      const full = error instanceof ModelError && /^(?:no-budget|context-overflow)$/.test(error.fault);
      if (full) return first;
      throw error;
    }
  }

  /** Empty where the model says nothing usable, or the budget has no room for asking: then the outcome speaks for itself. */
  async function askWhy({ task, candidate, outcome, random, ask }: Review): Promise<string> {
    const messages = lessonPrompt({ task, source: candidate.source, outcome });
    try {
      const reply = await ask(model, "lesson", requestOf(model, messages, forLessons, random));
      return lessonSentences(reply.text);
    } catch (error) {
      if (error instanceof ModelError && error.fault === "no-budget") return "";
      throw error;
    }
  }
}

/** With a seed from the request's own stream: asked again in the same round, another seed. */
function requestOf(
  model: ChatModel,
  messages: readonly ChatMessage[],
  { maxTokens = Infinity, ...drawn }: Sampling,
  random: () => number,
): ChatRequest {
  const most = Math.min(maxTokens, roomFor(model, messages));
  const seed = Math.floor(random() * 2 ** 31);
  return { messages, sampling: { ...drawn, ...(Number.isFinite(most) && { maxTokens: most }), seed } };
}

/** Tokens that the context leaves for a reply; servers refuse to be asked for more. */
function roomFor({ contextTokens = Infinity }: ChatModel, messages: readonly ChatMessage[]): number {
  const prompt = messages.reduce((sum, { content }) => sum + content.length, 0) / charactersPerToken;
  // Where so little is left that no reply fits, the model says so better than a reply that is cut.
  return contextTokens - prompt < leastReplyTokens ? Infinity : Math.floor(contextTokens - prompt);
}

/** Characters of code, where the context is known: what a reply and the words around the code leave of it. */
function roomForCode({ contextTokens }: ChatModel, { maxTokens = Infinity }: Sampling): number | undefined {
  if (contextTokens === undefined) return undefined;
  const forReply = Math.min(maxTokens, contextTokens / 3);
  return Math.max(0, contextTokens - forReply - tokensAround) * charactersPerToken;
}

/** The general lessons whose transformations the reply names in the words in which it was shown them. */
function citedIn(text: string, general: readonly GeneralCandidate[]): string[] {
  const said = text.toLowerCase();
  return general
    .filter(({ lesson }) => lesson.transformations.every((name) => said.includes(name.replaceAll("-", " "))))
    .map(({ lesson }) => lesson.id);
}

function reasonOf(outcome: Outcome): string {
  return "reason" in outcome && outcome.reason !== undefined ? outcome.reason : "";
}
