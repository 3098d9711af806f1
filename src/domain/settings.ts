/** Profiles, caps and settings as nouns. `config/` parses files into them; no other room knows where a value came from. */
import { z } from 'zod'
import type { MailPolicy } from './messages/message.ts'
import type { Schedule } from './task.ts'
import type {
  AssignmentSettings,
  EvaluationSettings,
  JudgingSettings,
  RoutingSettings,
  TriageSettings,
} from './judging/judging-settings.ts'

/**
 * label: its name for people. provider: whose models it runs; null where it has no provider of its own, or many. tells: what its
 * programs tell of what they used; `free` ones cost nothing that is counted. isCli: it is a coding agent with a model behind it.
 */
export const EXECUTOR_KINDS = {
  shell: { label: 'Shell', provider: null, tells: 'free', isCli: false },
  command: { label: 'Command', provider: null, tells: 'nothing', isCli: false },
  manual: { label: 'Manual', provider: null, tells: 'free', isCli: false },
  schedule: { label: 'Schedule', provider: null, tells: 'free', isCli: false },
  claude: { label: 'Claude Code', provider: 'anthropic', tells: 'cost', isCli: true },
  codex: { label: 'Codex', provider: 'openai', tells: 'tokens', isCli: true },
  gemini: { label: 'Gemini CLI', provider: 'google', tells: 'tokens', isCli: true },
  qwen: { label: 'Qwen Code', provider: 'qwen', tells: 'tokens', isCli: true },
  opencode: { label: 'opencode', provider: null, tells: 'cost', isCli: true },
  pi: { label: 'pi', provider: null, tells: 'cost', isCli: true },
  copilot: { label: 'Copilot CLI', provider: 'github', tells: 'nothing', isCli: true },
  kimi: { label: 'Kimi CLI', provider: 'moonshot', tells: 'nothing', isCli: true },
  acp: { label: 'Agent Client Protocol', provider: null, tells: 'cost', isCli: false },
  native: { label: 'Own loop', provider: null, tells: 'tokens', isCli: false },
  http: { label: 'HTTP service', provider: null, tells: 'nothing', isCli: false },
  external: { label: 'External', provider: null, tells: 'free', isCli: false },
} as const
export type ExecutorType = keyof typeof EXECUTOR_KINDS
export type AgentCliType = {
  [T in ExecutorType]: (typeof EXECUTOR_KINDS)[T]['isCli'] extends true ? T : never
}[ExecutorType]
// Its own keys, and no others.
export const EXECUTOR_TYPES = Object.keys(EXECUTOR_KINDS) as readonly ExecutorType[]
export const executorTypeSchema = z.enum(EXECUTOR_TYPES)

export const isAgentCli = (type: ExecutorType): type is AgentCliType => EXECUTOR_KINDS[type].isCli
export const AGENT_CLIS = EXECUTOR_TYPES.filter(isAgentCli)

export const PERMISSION_LABELS = {
  bypass: 'Everything, unasked',
  workspace: 'Edits in its folder',
  ask: 'Only what needs no question',
} as const
export const permissionsSchema = z.enum(['bypass', 'workspace', 'ask'])
export type Permissions = z.infer<typeof permissionsSchema>

/** What the arguments of a `command` may hold, to be filled at each launch. */
export const PLACEHOLDERS = ['{model}', '{prompt_file}', '{task_id}', '{agent_id}'] as const
/** Finds whatever looks like one; a shell's own `${name}` does not. */
export const PLACEHOLDER = /(?<!\$)\{[a-z_]+\}/g

/** A named way to run an agent. Every type is also a built-in profile of that name. */
export const profileSchema = z.strictObject({
  name: z.string(),
  type: executorTypeSchema,
  /** The model it uses when the task names none; a registry name or a provider's own id. */
  model: z.string().nullable(),
  /** Extra environment; `{from}` names a variable of the owner's environment, so that no secret stands in a file. */
  env: z.record(z.string(), z.union([z.string(), z.strictObject({ from: z.string() })])),
  /** At most so many living agents of this profile; null = only `max_agents` limits. */
  maxAgents: z.number().int().min(0).nullable(),
  timeoutMs: z.number().int().positive(),
  permissions: permissionsSchema,
  /** True leaves alone what an agent left running. */
  keepBackground: z.boolean(),
  /** `any` lets its agents add tasks with every field but `exec` and `repo`. */
  subtasks: z.enum(['own', 'any']),
  /** Its agents edit files, so they work in a worktree of their own inside git, and one per folder outside. */
  coding: z.boolean(),
  /** `command`: the program and its arguments with `{model}`, `{prompt_file}`, `{task_id}`, `{agent_id}`. An agent CLI: the binary to use. */
  command: z.array(z.string()).nullable(),
  stdin: z.enum(['prompt', 'none']),
  /** Where its CLI sends its model requests instead of its usual provider. */
  baseUrl: z.string().nullable(),
  /** Name of the owner's variable that holds the key, read at each launch; the key itself stands nowhere. */
  apiKeyEnv: z.string().nullable(),
  /** `http`: where its tasks are posted; null for the built-in profile, whose tasks name their own address. */
  url: z.string().nullable(),
  method: z.enum(['POST', 'PUT', 'PATCH']),
  /** `http`: how long a service that is unwell, or not to be reached, is asked again before the try has failed. */
  giveUpMs: z.number().int().positive(),
  /** `http`: sent with each request; `{from}` names a variable of the owner's environment. */
  headers: z.record(z.string(), z.union([z.string(), z.strictObject({ from: z.string() })])),
  /** `native`: at most so many model calls per agent. */
  maxSteps: z.number().int().positive().nullable(),
  /** `native`: at most so many tokens per agent, input and output together. */
  maxTokens: z.number().int().positive().nullable(),
  /** `native`: at most so many US dollars per agent, where the registry knows the model's price. */
  maxCostUsd: z.number().positive().nullable(),
  /** The executor that takes its tasks while its provider sleeps; null = they wait. */
  fallback: z.string().nullable(),
  /** `schedule`: the executor that does the work once its time has come. */
  then: z.string().nullable(),
  /** `schedule`: when its tasks fire unless they say so themselves. */
  schedule: z.string().nullable(),
})
export type Profile = z.infer<typeof profileSchema>

/** Types whose agents edit files unless the profile says otherwise. */
export const isCodingAgent = (type: ExecutorType): boolean =>
  isAgentCli(type) || type === 'acp' || type === 'native'

/** Types that ask whichever provider has the model that they are given. */
const ASKS_MODELS_PROVIDER: readonly ExecutorType[] = ['native', 'opencode', 'pi', 'acp']

/** Whose health and limits park a profile's agents: the provider, another address, or another account at either; null where none does. */
export function accountOf(
  profile: Pick<Profile, 'type' | 'baseUrl' | 'apiKeyEnv'>,
  model: Asked | null = null,
): string | null {
  const { type, baseUrl } = profile
  const host = baseUrl === null ? null : (/^https?:\/\/([^/]+)/i.exec(baseUrl)?.[1] ?? baseUrl)
  const models = ASKS_MODELS_PROVIDER.includes(type) ? (model?.provider ?? null) : null
  const provider = host ?? EXECUTOR_KINDS[type].provider ?? models
  const key = keyNameOf(profile, model)
  if (provider === null) return null
  return key === null ? provider : `${provider} (${key})`
}

type Asked = Pick<ModelEntry, 'provider'> & Partial<Pick<ModelEntry, 'apiKeyEnv'>>

const keyNameOf = (
  { type, baseUrl, apiKeyEnv }: Pick<Profile, 'type' | 'baseUrl' | 'apiKeyEnv'>,
  model: Asked | null,
): string | null => (type === 'native' && baseUrl === null ? model?.apiKeyEnv : null) ?? apiKeyEnv

/** Somebody else claims its tasks: a person, or another orchestrator. The coordinator never starts those. */
export const isTakenByPeople = (type: string): boolean => type === 'manual' || type === 'external'

/** A model stands behind it that can be asked a question. */
export const isAnswering = (type: ExecutorType): boolean =>
  isAgentCli(type) || type === 'native' || type === 'acp'

/** Its program speaks no event format: what it prints is its output as it stands, both descriptors in one file. */
export const printsPlainText = (type: string): boolean => type === 'shell' || type === 'command'

/** Whoever it starts is handed a prompt: in a file that its arguments name, on standard input, or by a protocol. */
export const hasPrompt = ({ type, command, stdin }: Profile): boolean => {
  if (type === 'shell') return false
  if (type !== 'command' || stdin === 'prompt') return true
  const [, ...template] = command ?? []
  return template.some((element) => element.includes('{prompt_file}'))
}

/** US dollars per million tokens. */
export const priceSchema = z.strictObject({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  /** Of input that the provider had kept; null = not known, then it counts as any other input. */
  cached: z.number().nonnegative().nullable(),
  /** When it was noted, such as `2026-04`; null = unknown. */
  notedOn: z.string().nullable(),
})
export type Price = z.infer<typeof priceSchema>

const modelEntrySchema = z.strictObject({
  name: z.string(),
  provider: z.string(),
  /** What reaches the CLI. */
  modelId: z.string(),
  endpoint: z.string().nullable(),
  /** Name of the variable that holds the key for `endpoint`. */
  apiKeyEnv: z.string().nullable(),
  tier: z.string().nullable(),
  /** Tokens that one request may hold; null = not known. */
  contextWindow: z.number().int().positive().nullable(),
  price: priceSchema.nullable(),
  /** A word that its CLI alone understands, such as `opus`; asked for elsewhere, it means the provider's model of its tier. */
  isAlias: z.boolean(),
})
export type ModelEntry = z.infer<typeof modelEntrySchema>

/** Types whose agents print what they do: a long silence of one is a question. */
export const reportsProgress = (type: string): boolean => isCodingAgent(type as ExecutorType)

export const missedPolicySchema = z.enum(['once', 'skip', 'all'])
export type MissedPolicy = z.infer<typeof missedPolicySchema>

export const UNCOMMITTED_POLICIES = ['commit', 'keep'] as const
export const LAND_POLICIES = ['keep', 'auto', 'pr'] as const

/** How worktrees are made, and what becomes of the work in them. */
export interface WorktreeSettings {
  /** Globs of ignored files that new worktrees get a copy of, relative to the yard's folder. */
  readonly copy: readonly string[]
  /** A shell line run in each new worktree before its agent. */
  readonly setup: string | null
  readonly setupTimeoutMs: number
  /** What becomes of what an agent leaves uncommitted: part of its result, or left where it is. */
  readonly uncommitted: (typeof UNCOMMITTED_POLICIES)[number]
  /** What becomes of a finished task's result by itself: nothing, landed, or prepared for a pull request. */
  readonly land: (typeof LAND_POLICIES)[number]
  /** Short name of the branch that results land on; null = what the main checkout has when the work begins. */
  readonly target: string | null
  /** `pr`: push what was prepared. */
  readonly push: boolean
  readonly remote: string
  /** Who settles conflicts: `agent`, `person`, or the name of an executor. */
  readonly merger: string
}

/** The merged, frozen result of all layers of configuration. */
export interface Settings {
  readonly coordinator: {
    readonly maxAgents: number
    readonly pollIntervalMs: number
    /** The profile for tasks that name none. Already resolved over flag, `coordinator`, `[agent]`, `[executors.default]`, `claude`. */
    readonly executor: string
    /** Used when the executor's provider knows it; null = the executor's own default. */
    readonly model: string | null
  }
  readonly agent: {
    readonly heartbeatTimeoutMs: number
    /** Between the polite signal and the end of the tree. */
    readonly stopGraceMs: number
    /** So long may an agent go on after it has reported its end. */
    readonly doneGraceMs: number
    /** Ends an agent that was silent for three times `heartbeatTimeoutMs`. */
    readonly endSilent: boolean
    readonly maxSubtasks: number
    /** So long after its task's end the output of an agent stays whole. */
    readonly keepOutputMs: number
  }
  readonly schedule: { readonly missed: MissedPolicy; readonly tz: string | null }
  readonly store: {
    readonly synchronous: 'normal' | 'full'
    /** Rolling backups kept in the user's data folder; 0 = none. */
    readonly backups: number
    readonly backupIntervalMs: number
  }
  readonly worktree: WorktreeSettings
  /** At most so many living agents per model name and per tag. */
  readonly caps: {
    readonly models: Readonly<Record<string, number>>
    readonly tags: Readonly<Record<string, number>>
  }
  readonly executors: Readonly<Record<string, Profile>>
  readonly models: Readonly<Record<string, ModelEntry>>
  /** The model of each role of the yard's own; null = as for any task. A name of the registry, or a tier. */
  readonly roles: Readonly<Record<Role, string | null>>
  /** What may be spent before no new agent starts; null = no cap. */
  readonly budget: Budget
  readonly machine: MachineSettings
  readonly judging: JudgingSettings
  readonly evaluation: EvaluationSettings
  readonly triage: TriageSettings
  readonly assignment: AssignmentSettings
  readonly routing: RoutingSettings
  readonly messages: MessageSettings
  readonly members: Readonly<Record<string, MemberSettings>>
  readonly jobs: Readonly<Record<string, JobSettings>>
  readonly transport: TransportSettings
  readonly fleet: FleetSettings
}

/** How messages are delivered. Durations in ms. */
export interface MessageSettings extends MailPolicy {
  /** Hops of a chain of agents that write to each other. */
  readonly maxHops: number
  /** Messages of one agent to another in a minute. */
  readonly perPair: number
  /** Who is asked what becomes of a task that fails twice running in the same way: a member, or `person`. */
  readonly escalateTo: string
}

/** Somebody with a name that messages are sent to: an executor that is woken by them, or a person. */
export interface MemberSettings extends MailPolicy {
  /** Null = as tasks that name none; of a person it says nothing. */
  readonly executor: string | null
  readonly isPerson: boolean
  readonly conversation: 'new' | 'resume'
  /** A person drives it in a terminal: it is not woken. */
  readonly isPiloted: boolean
}

/** A message that is sent to a member by the clock. */
export interface JobSettings {
  readonly member: string
  readonly message: string
  readonly schedule: Schedule
  readonly conversation: 'new' | 'resume'
  readonly missed: MissedPolicy
  readonly isPaused: boolean
}

/** How mail reaches other machines. */
export interface TransportSettings {
  readonly type: 'local' | 'git' | 'hub'
  readonly remote: string
  /** Each machine writes `BRANCH/MACHINE`. */
  readonly branch: string
  /** Null = made from the host name. */
  readonly machine: string | null
  readonly pollMs: number
  readonly url: string | null
  readonly tokenFile: string | null
  readonly pin: string | null
}

/** The endpoint for other machines. */
export interface FleetSettings {
  /** `ADDRESS:PORT`; null = there is none. */
  readonly listen: string | null
  readonly tls: 'auto' | 'off' | { readonly cert: string; readonly key: string }
  readonly plain: boolean
  readonly maxAgents: number
  readonly lostAfterMs: number
}

/** What holds over all yards of this user on this machine; only the user's own file says it. */
export interface MachineSettings {
  /** Null = no cap but those of the yards. */
  readonly maxAgents: number | null
  /** Bytes below which no new agent starts; null = what fits the machine, 0 = never mind. */
  readonly minFreeMemory: number | null
}

/** Money in US dollars, tokens as input and output together. */
export interface Budget {
  readonly dayUsd: number | null
  readonly dayTokens: number | null
  readonly graphUsd: number | null
  readonly graphTokens: number | null
  /** What ended before this instant does not count towards the graph's caps; null = all counts. */
  readonly graphSince: number | null
}

/** What the yard itself asks models for, beside the tasks of people. Each may have a model of its own. */
export const ROLES = ['default', 'evaluator', 'triage', 'assigner', 'merger', 'summariser'] as const
export type Role = (typeof ROLES)[number]

export const isRole = (word: string): word is Role => ROLES.some((role) => role === word)

/** Roles for which nothing asks a model yet: a model that is named for them is kept, and not used. */
const UNUSED_ROLES: readonly Role[] = ['summariser']
export const isUnusedRole = (role: Role): boolean => UNUSED_ROLES.includes(role)
