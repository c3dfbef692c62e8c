/** Who is on the team, by flags: names of the built-in agents, or members with models. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import type { Agent } from "../agent/agent.ts";
import type { Language } from "../code/language.ts";
import { nearest } from "../code/nearest.ts";
import { UsageError } from "../errors.ts";
import type { ChatModel } from "../model/chat-model.ts";
import { namedPlace, parseRecordedMembers, parseTeam, readTeamFile, type TeamMember } from "../model/team.ts";
import { openTeam, silentTeam } from "../run/open-team.ts";
import type { ReadJournal } from "../run/read-journal.ts";
import type { Terminal } from "./terminal.ts";
import { nameList } from "./values.ts";

export interface TeamFlags {
  readonly team?: string;
  readonly agents?: readonly string[];
  readonly repair?: boolean;
}

export interface ChosenTeam {
  readonly agents: readonly Agent[];
  readonly models: readonly ChatModel[];
  /** For the journal. */
  readonly members: readonly TeamMember[];
  close(): Promise<void>;
}

export function addTeamOptions(command: Command): Command {
  return command
    .option(
      "--team <members>",
      "NAME=MODEL,… or a team file (.json); `rewriter` is the team that needs no model (default)",
    )
    .option("--agents <names>", "only these agents of the team, separated by commas", nameList)
    .option("--repair", "let models mend, once, what does not compile");
}

/** Opens the team that the flags name. Throws a UsageError, and what opening a model throws. */
export async function chooseTeam(
  flags: TeamFlags,
  terminal: Terminal,
  language?: Language,
): Promise<ChosenTeam> {
  const members = withRepair(await membersOf(flags.team, terminal.directory), flags.repair);
  const team = await openTeam(members, { environment: terminal.environment, language });
  try {
    return {
      agents: only(team.agents, flags.agents),
      models: team.models,
      members,
      close: () => team.close(),
    };
  } catch (error) {
    await team.close();
    throw error;
  }
}

/** Who that team is, for a record: without keys. */
export async function membersOfTeam(flags: TeamFlags, terminal: Terminal): Promise<unknown> {
  const members = withRepair(await membersOf(flags.team, terminal.directory), flags.repair);
  return { members, ...(flags.agents && { agents: flags.agents }) };
}

/** Opens what `membersOfTeam` said, with the same care as `reopenTeam`. */
export async function reopenMembers(
  record: unknown,
  flags: TeamFlags,
  terminal: Terminal,
  language: Language,
): Promise<ChosenTeam> {
  const { members: recorded, agents } = recordSchema.parse(record);
  const members = parseRecordedMembers(recorded);
  refuseNamedPlaces(members);
  const team = await openTeam(members, { environment: terminal.environment, language });
  return {
    agents: only(team.agents, flags.agents ?? agents),
    models: team.models,
    members,
    close: () => team.close(),
  };
}

const recordSchema = z.object({ members: z.unknown(), agents: z.array(z.string()).optional() });

/**
 * The team of a recorded run, opened again: that of the flags, or the journal's. A journal may come from anywhere, so an endpoint or a key's
 * variable that it names is used only where the flags name it too. Throws a UsageError.
 */
export async function reopenTeam(
  { started }: ReadJournal,
  flags: TeamFlags,
  terminal: Terminal,
): Promise<ChosenTeam> {
  const names = started.agents.map(({ name }) => name);
  if (flags.team !== undefined)
    return chooseTeam({ ...flags, agents: flags.agents ?? names }, terminal, started.task.language);
  const members = membersOfRecord(started);
  refuseNamedPlaces(members);
  const team = await openTeam(members, {
    environment: terminal.environment,
    language: started.task.language,
  });
  return { agents: only(team.agents, names), models: team.models, members, close: () => team.close() };
}

function refuseNamedPlaces(members: readonly TeamMember[]): void {
  for (const member of members) {
    const place = namedPlace(member);
    if (place !== undefined)
      throw new UsageError(`the journal's ${member.name} uses ${place}`, {
        remedy: "if that is right, name the team again: --team",
      });
  }
}

/** The team of a recorded run for a replay, in which no model is asked. */
export function recordedTeam({ started }: ReadJournal): Agent[] {
  const names = started.agents.map(({ name }) => name);
  return only(silentTeam(membersOfRecord(started), started.task.language), names);
}

function membersOfRecord(started: ReadJournal["started"]): TeamMember[] {
  if (Array.isArray(started.team)) return parseRecordedMembers(started.team);
  if (started.team === undefined && started.agents.every(({ kind }) => kind === "rewriter"))
    return [rewriters];
  throw new UsageError("the run's agents were brought along by a program", {
    remedy: "bring the same agents to `resume` or `replay` of the library",
  });
}

const rewriters: TeamMember = { name: "rewriter", spec: "rewriter" };

async function membersOf(team: string | undefined, directory: string): Promise<TeamMember[]> {
  if (team === undefined) return [rewriters];
  if (team.endsWith(".json") && !team.includes("=")) return readTeamFile(resolve(directory, team));
  return parseTeam(team, { directory });
}

function withRepair(members: readonly TeamMember[], repair: boolean | undefined): TeamMember[] {
  return members.map((member) =>
    repair === true && member.spec !== rewriters.spec ? { ...member, repair } : member,
  );
}

function only(agents: readonly Agent[], names: readonly string[] | undefined): Agent[] {
  if (!names) return [...agents];
  const known = agents.map((agent) => agent.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const near = nearest(unknown, known);
    throw new UsageError(`there is no agent called "${unknown}"`, {
      remedy: `${near === undefined ? "" : `did you mean ${near}? `}The team is ${known.join(", ")}.`,
    });
  }
  return agents.filter((agent) => names.includes(agent.name));
}
