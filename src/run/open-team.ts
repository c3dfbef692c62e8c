/**
 * From the members of a team to its agents: models are opened, `rewriter` is the built-in team.
 */
import type { Agent } from "../agent/agent.ts";
import { createLlmAgent } from "../agent/llm.ts";
import { defaultTeam } from "../agent/team.ts";
import type { Language } from "../code/language.ts";
import { UsageError } from "../errors.ts";
import { ModelError, type ChatModel, type Sampling } from "../model/chat-model.ts";
import { openModel } from "../model/open-model.ts";
import { modelName } from "../model/model-spec.ts";
import { rewriterSpec, type TeamMember } from "../model/team.ts";

export interface OpenTeam {
  readonly agents: readonly Agent[];
  readonly models: readonly ChatModel[];
  close(): Promise<void>;
}

export interface OpenTeamOptions {
  /** Where keys are. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Of the code to work on: each has rewriters of its own. Default: C and C++. */
  readonly language?: Language | undefined;
}

/** Opens every member's model. Throws as `openModel` does, and a UsageError where two agents have one name; what was opened is closed then. */
export async function openTeam(
  members: readonly TeamMember[],
  { environment, language }: OpenTeamOptions = {},
): Promise<OpenTeam> {
  const models: ChatModel[] = [];
  const close = async (): Promise<void> => {
    for (const model of models.splice(0)) await model.close();
  };
  try {
    const agents = await Promise.all(
      members.map(async (member): Promise<Agent[]> => {
        if (member.spec === rewriterSpec) return defaultTeam(language);
        const { name: _name, spec, sampling: _sampling, ...settings } = member;
        const model = await openModel(spec, { ...settings, environment });
        models.push(model);
        return [agentOf(member, model)];
      }),
    );
    return { agents: withoutNamesakes(agents.flat()), models: [...models], close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same agents, whose models have nothing to say: for replays, where nobody asks them. */
export function silentTeam(members: readonly TeamMember[], language?: Language): Agent[] {
  return withoutNamesakes(
    members.flatMap((member) =>
      member.spec === rewriterSpec ? defaultTeam(language) : [agentOf(member, silentModel(member.spec))],
    ),
  );
}

function agentOf(member: TeamMember, model: ChatModel): Agent {
  const { name, speciality, sampling, lessonSampling, lessons, repair } = member;
  return createLlmAgent({
    name,
    model,
    ...(speciality !== undefined && { speciality }),
    ...(sampling && { sampling: given(sampling) }),
    ...(lessonSampling && { lessonSampling: given(lessonSampling) }),
    ...(lessons !== undefined && { lessons }),
    ...(repair !== undefined && { repair }),
  });
}

function silentModel(spec: string): ChatModel {
  const name = modelName(spec);
  return {
    name,
    complete: () => Promise.reject(new ModelError("no-reply", `${name} is not asked in a replay`)),
    close: async () => {},
  };
}

/** Without what is there but undefined. */
function given(settings: {
  readonly [Name in keyof Sampling]?: Sampling[Name] | undefined;
}): Partial<Sampling> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function withoutNamesakes(agents: readonly Agent[]): Agent[] {
  const names = new Set<string>();
  for (const { name } of agents) {
    if (names.has(name))
      throw new UsageError(`two agents of the team are called ${name}`, {
        remedy: "give the model another name: NAME=SPEC",
      });
    names.add(name);
  }
  return [...agents];
}
