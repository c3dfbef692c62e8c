/**
 * The public API of lessonbank.
 */
export { LessonbankError, MachineError, TaskError, UsageError, type ErrorKind } from "./errors.ts";

export type { Language } from "./code/language.ts";
export type { CommandTask, Expression, FunctionTask, InputRule, Metric, Sizes, Task } from "./task/task.ts";
export { listTasks, loadTask } from "./task/load.ts";

export {
  ModelError,
  type ChatMessage,
  type ChatModel,
  type ChatReply,
  type ChatRequest,
  type ModelFault,
  type Sampling,
  type TokenPrice,
  type TokenUsage,
} from "./model/chat-model.ts";
export { createEndpointModel, type EndpointModelOptions } from "./model/endpoint-model.ts";
export {
  formatExchange,
  parseExchanges,
  recordExchanges,
  requestKey,
  type Exchange,
} from "./model/exchange.ts";
export { createGgufModel, type GgufModelOptions } from "./model/gguf-model.ts";
export { defaultLimits, type LimitSettings, type ModelLimits } from "./model/limits.ts";
export { formatSpec, parseSpec, type ModelSpec } from "./model/model-spec.ts";
export type { GgufGpu, NodeLlamaCpp } from "./model/node-llama-cpp.ts";
export { openModel, type OpenModelOptions } from "./model/open-model.ts";
export { costOf, priceOf } from "./model/prices.ts";
export { createRecordedModel, openRecordedModel, type RecordedModelOptions } from "./model/recorded-model.ts";
export {
  createScriptedModel,
  type ScriptedModel,
  type ScriptedModelOptions,
  type ScriptedReply,
} from "./model/scripted-model.ts";
export {
  parseTeam,
  parseTeamFile,
  readTeamFile,
  rewriterSpec,
  type TeamMember,
  type TeamPlaces,
} from "./model/team.ts";
export { estimateTokens } from "./model/token-estimate.ts";

export type {
  Agent,
  AskModel,
  CallPurpose,
  Candidate,
  Proposal,
  ProposalRequest,
  Review,
} from "./agent/agent.ts";
export { createLlmAgent, type LlmAgentOptions } from "./agent/llm.ts";
export { createRewriter, type RewriterOptions } from "./agent/rewriter.ts";
export type { Opportunity, Rewrite, Subject } from "./agent/rewrites/rewrite.ts";
export { rewrites } from "./agent/rewrites/c/catalogue.ts";
export { defaultTeam } from "./agent/team.ts";

export type { EvaluateOptions, EvaluationStage, Evaluator, TimingRound } from "./evaluate/evaluator.ts";
export type { Outcome, OutcomeStatus, Speedup } from "./evaluate/outcome.ts";
export { createEvaluator, type EvaluatorOptions } from "./evaluate/sandboxed-evaluator.ts";

export { describeContext } from "./lesson/context.ts";
export type { Lesson, LessonContext, LessonDraft, LessonEvidence, Transformation } from "./lesson/lesson.ts";

export type {
  Bank,
  BankEntry,
  BankStatistics,
  Embedder,
  EntryOptions,
  LessonFilter,
  LessonHit,
  LessonQuery,
  NewestLessons,
  ShowingFilter,
} from "./bank/bank.ts";
export { openBank, type OpenBankOptions } from "./bank/lance-bank.ts";
export type { ObjectStorageOptions } from "./bank/object-place.ts";
export type { Change, WhatChanged } from "./lesson/change.ts";
export type { Showing } from "./lesson/showing.ts";
export { estimateCredit } from "./worth/credit.ts";
export { generalise } from "./worth/generalise.ts";
export type { Credit, Estimate, GeneralLesson } from "./worth/general-lesson.ts";
export { readOnlyBank, type BankSnapshot } from "./bank/read-only-bank.ts";
export { snapshotName } from "./bank/snapshot.ts";
export { createMemoryBank } from "./bank/memory-bank.ts";
export { createHybridEmbedder, type HybridEmbedderOptions } from "./bank/hybrid-embedder.ts";
export { openEmbedder, type OpenEmbedderOptions } from "./bank/open-embedder.ts";
export type { EmbeddingPurpose } from "./bank/purpose.ts";
export { reembed, type Reembedded, type ReembedOptions } from "./bank/reembed.ts";
export { createStructuralEmbedder } from "./bank/structural-embedder.ts";

export type { SelectionPolicy } from "./select/policy.ts";

export { lessonl, type LessonlOptions } from "./strategy/lessonl.ts";
export type {
  Attempt,
  Progress,
  RunTime,
  Spend,
  StopCondition,
  Strategy,
  StrategyBank,
  StrategyContext,
  StrategyEvent,
  StrategyResult,
} from "./strategy/strategy.ts";

export { evaluate } from "./run/evaluate.ts";
export type { RunEvent } from "./run/events.ts";
export {
  optimize,
  type OptimizeOptions,
  type OptimizeRun,
  type RunLimitOptions,
  type RunResources,
} from "./run/optimize.ts";
export { openTeam, silentTeam, type OpenTeam, type OpenTeamOptions } from "./run/open-team.ts";
export { readJournal, type ReadJournal } from "./run/read-journal.ts";
export { resume, type ResumeOptions } from "./run/resume.ts";
export { replay, type ReplayOptions } from "./run/replay.ts";
export { whatIf, type WhatIf, type WhatIfOptions } from "./run/what-if.ts";
export { retime, type Retimed, type RetimedCandidate, type RetimeOptions } from "./run/retime.ts";
export { ReplayDifference } from "./run/tape.ts";
export type { AttemptSummary, OptimizeResult, Winner } from "./run/result.ts";
export { propose, type Proposed, type ProposeOptions } from "./run/propose.ts";

export { commandTask } from "./codebase/functions/command-task.ts";
export { combineChanges, patchOf, type FileChange, type FunctionChange } from "./codebase/combine.ts";
export { findNamed, type NamedFunction } from "./codebase/functions/named-function.ts";
export { openProject } from "./codebase/open-project.ts";
export { optimizeRepository, type OptimizeRepositoryOptions } from "./codebase/optimize-repository.ts";
export type { HotFunction } from "./codebase/profile/hot-functions.ts";
export {
  profileProject,
  type ProfileOptions,
  type ProjectProfile,
} from "./codebase/profile/profile-project.ts";
export { parseProjectFile, readProjectFile, type ProjectFile } from "./codebase/project/project-file.ts";
export type {
  Baseline,
  CollectedRun,
  CommandLimits,
  MutantResult,
  OpenOptions,
  OpenProgress,
  OpenProject,
  ProjectSettings,
  Proof,
  ProveOptions,
  RunInCopyOptions,
} from "./codebase/project/project.ts";
export type {
  CombinedResult,
  FunctionResult,
  RepositoryEvent,
  RepositoryResult,
} from "./codebase/repository-result.ts";
export type { RepositoryTeam } from "./codebase/work-on-function.ts";
export { formatPullRequest, type PullRequestOptions } from "./report/pull-request.ts";
