/** Agents and jobs of AgentWeave as members, executors and jobs of a yard's config. */
import { z } from 'zod'
import { oneLine } from '../../base/text.ts'
import { BUILT_IN_MODELS } from '../../config/models.ts'
import { quote, toLiteral } from '../../config/edit-text.ts'
import { formatKey } from '../../config/keys.ts'
import { scheduleForm } from '../../config/times.ts'
import { isStorableText, UNSTORABLE_TEXT } from '../../domain/bounds.ts'
import { slugOf } from '../../domain/ids.ts'
import { isMemberName, MAX_MESSAGE, MEMBER_PATTERN } from '../../domain/messages/message.ts'
import { EXECUTOR_KINDS, EXECUTOR_TYPES, type ExecutorType } from '../../domain/settings.ts'
import { type Findings, type Placed, some } from './source.ts'

const RUNNERS = {
  claude: 'claude',
  native: 'claude',
  claude_proxy: 'claude',
  kimi: 'kimi',
  opencode: 'opencode',
  codex: 'codex',
  codex_mcp: 'codex',
  copilot: 'copilot',
  manual: null,
} as const satisfies Record<string, ExecutorType | null>
type Runner = keyof typeof RUNNERS
const RUNNER_NAMES = Object.keys(RUNNERS) as readonly Runner[]

/** Addresses that AgentWeave knows by the name of the agent. */
const PROXIES: Readonly<Record<string, { url: string; key: string; model: string }>> = {
  minimax: {
    url: 'https://api.minimax.io/anthropic',
    key: 'MINIMAX_API_KEY',
    model: 'MiniMax-M2.7',
  },
  glm: { url: 'https://open.bigmodel.cn/api/anthropic', key: 'ZHIPU_API_KEY', model: 'glm-5' },
}

const OWN_RUNNERS: Readonly<Record<string, Runner>> = {
  claude: 'claude',
  kimi: 'kimi',
  minimax: 'claude_proxy',
  glm: 'claude_proxy',
  cursor: 'manual',
  windsurf: 'manual',
  copilot: 'copilot',
  opencode: 'opencode',
  codex: 'codex',
}

const common = {
  runner: z.enum(RUNNER_NAMES).optional(),
  model: some.text,
  yolo: some.flag,
  pilot: some.flag,
  cli: some.text,
}
/** In `session.json`. */
export const sessionAgentSchema = z.looseObject({
  ...common,
  env_vars: z.record(z.string(), z.string()).default({}),
})
/** In `agentweave.yml`, where `env` names variables. */
export const declaredAgentSchema = z.looseObject({
  ...common,
  env: some.texts,
  base_url: some.text,
})

export interface TeamAgent {
  readonly name: string
  readonly runner: Runner
  readonly model: string | null
  readonly isYolo: boolean
  readonly isPilot: boolean
  readonly cli: string | null
  /** A value that is its own name comes from the environment. */
  readonly env: Readonly<Record<string, string>>
  readonly baseUrl: string | null
  readonly keyVariable: string | null
}

const TAKEN = ['runner', 'model', 'yolo', 'pilot', 'cli', 'env_vars', 'env', 'base_url']

type SessionAgent = z.infer<typeof sessionAgentSchema>
type DeclaredAgent = z.infer<typeof declaredAgentSchema>

/** What the running session says of an agent stands over what the project declares. */
export function teamAgent(
  findings: Findings,
  name: string,
  session: SessionAgent | undefined,
  declared: DeclaredAgent | undefined,
): TeamAgent {
  for (const key of Object.keys({ ...declared, ...session }))
    if (!TAKEN.includes(key)) findings.left.add(`agents.${key}`)
  const said = { ...declared, ...session }
  const runner = said.runner ?? OWN_RUNNERS[name] ?? 'native'
  if (runner === 'codex_mcp') findings.left.add('agents.runner codex_mcp (codex here)')
  const { model = null, yolo: isYolo = false, pilot: isPilot = false, cli = null } = said
  const environment = { ...namedVariables(declared), ...session?.env_vars }
  const own = { name, runner, model, isYolo, isPilot, cli }
  return runner === 'claude_proxy'
    ? { ...own, ...proxyOf(own, environment, declared) }
    : { ...own, env: environment, baseUrl: null, keyVariable: null }
}

const namedVariables = (declared: DeclaredAgent | undefined): Record<string, string> =>
  Object.fromEntries((declared?.env ?? []).map((variable) => [variable, variable]))

/** Claude Code at another address, with a key of another name. */
function proxyOf(
  { name, model }: Pick<TeamAgent, 'name' | 'model'>,
  environment: Record<string, string>,
  declared: DeclaredAgent | undefined,
): Pick<TeamAgent, 'model' | 'env' | 'baseUrl' | 'keyVariable'> {
  const preset = Object.hasOwn(PROXIES, name) ? PROXIES[name] : undefined
  const only = declared?.env.length === 1 ? declared.env[0] : undefined
  const { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY_VAR: key, ...env } = environment
  const keyVariable = firstOf(key, only, preset?.key)
  const others = Object.entries(env).filter(([variable]) => variable !== keyVariable)
  return {
    model: firstOf(model, preset?.model),
    env: Object.fromEntries(others),
    baseUrl: firstOf(url, declared?.base_url, preset?.url),
    keyVariable,
  }
}

/** The first that is said. */
const firstOf = (...said: readonly (string | null | undefined)[]): string | null =>
  said.find((text) => text !== undefined && text !== null) ?? null

/** Why it can be no member; null where it can. */
export const nameFault = (name: string): string | null =>
  isMemberName(name)
    ? null
    : MEMBER_PATTERN.test(name)
      ? `an agent called ${JSON.stringify(name)} can be no member here: the name means something else; rename it first`
      : `${JSON.stringify(name.slice(0, 60))} is no name of an agent: 1 to 32 letters, digits, _ and -`

/** The keys of one agent. */
export function memberLines(agent: TeamAgent): { key: string; value: string }[] {
  const member = ['members', agent.name]
  const pilot = agent.isPilot ? [line([...member, 'pilot'], 'true')] : []
  const type = RUNNERS[agent.runner]
  if (type === null) return [line([...member, 'person'], 'true'), ...pilot]
  const profile = profileLines(agent, type)
  const executor = profile.length === 0 ? type : profileName(agent.name)
  return [line([...member, 'executor'], quote(executor)), ...pilot, ...profile]
}

const profileName = (name: string): string => `member-${name}`

const line = (path: readonly string[], value: string) => ({ key: formatKey(path), value })

/** Nothing where the built-in profile of the type does as it should. */
function profileLines(agent: TeamAgent, type: ExecutorType): { key: string; value: string }[] {
  const { name, runner, model, isYolo, cli, env, baseUrl, keyVariable } = agent
  const command = cli ?? (runner === 'native' && name !== 'claude' ? name : null)
  const at = (...field: string[]) => ['executors', profileName(name), ...field]
  const said = (field: string, value: unknown) =>
    value === null ? [] : [line(at(field), toLiteral(value))]
  const lines = [
    ...(model === null ? [] : modelLines(model, type, at('model'))),
    ...said('permissions', isYolo ? null : 'workspace'),
    ...said('command', command === null ? null : [command]),
    ...said('base_url', baseUrl),
    ...said('api_key_env', keyVariable),
    ...Object.entries(env).map(([variable, value]) =>
      line(at('env', variable), value === variable ? toLiteral({ from: value }) : quote(value)),
    ),
  ]
  return lines.length === 0 ? [] : [line(at('type'), quote(type)), ...lines]
}

/** The model, and an entry of the registry where none is built in. */
export function modelLines(model: string, type: ExecutorType, at: readonly string[]) {
  const isKnown =
    Object.hasOwn(BUILT_IN_MODELS, model) ||
    Object.values(BUILT_IN_MODELS).some(({ modelId }) => modelId === model)
  const provider = EXECUTOR_KINDS[type].provider ?? model.split('/')[0] ?? type
  const entry = [
    line(['models', model, 'provider'], quote(provider)),
    line(['models', model, 'model_id'], quote(model)),
  ]
  return [line(at, quote(model)), ...(isKnown ? [] : entry)]
}

/** A runner of AgentWeave for an executor; null where it has none. */
export function runnerOf(type: string, baseUrl: string | null): Runner | null {
  if (type === 'claude') return baseUrl === null ? 'claude' : 'claude_proxy'
  const isType = EXECUTOR_TYPES.some((known) => known === type)
  return isType
    ? (RUNNER_NAMES.find((runner) => runner === type && RUNNERS[runner] !== null) ?? null)
    : null
}

// Jobs.

export const jobFileSchema = z.looseObject({
  id: some.text,
  name: z.string().min(1).max(500),
  agent: z.string().min(1).max(200),
  message: z.string().min(1).max(MAX_MESSAGE).refine(isStorableText, UNSTORABLE_TEXT),
  cron: z.string().refine((cron) => scheduleForm(cron) === 'cron', 'must be a cron expression'),
  session_mode: z.enum(['new', 'resume']).default('new'),
  enabled: z.boolean().default(true),
})
export const declaredJobSchema = z
  .looseObject({
    schedule: jobFileSchema.shape.cron,
    agent: jobFileSchema.shape.agent,
    prompt: jobFileSchema.shape.message,
    enabled: z.boolean().default(true),
  })
  .transform(({ schedule, prompt, ...rest }) => ({ ...rest, cron: schedule, message: prompt }))

export interface TeamJob {
  readonly name: string
  readonly agent: string
  readonly message: string
  readonly cron: string
  readonly session_mode: 'new' | 'resume'
  readonly enabled: boolean
}

const JOB_KEYS = ['id', 'name', 'agent', 'message', 'cron', 'session_mode', 'enabled']

/** The keys of all jobs, whose times are in UTC. Paused where nothing may start by itself. */
export function jobLines(
  findings: Findings,
  jobs: readonly Placed<TeamJob>[],
  { members, isStarted }: { members: ReadonlySet<string>; isStarted: boolean },
): { key: string; value: string }[] {
  const taken = new Set(jobs.map(({ value }) => value.name))
  const named = jobs.flatMap(({ value: job }) => {
    for (const key of Object.keys(job))
      if (!JOB_KEYS.includes(key)) findings.left.add(`jobs.${key}`)
    if (members.has(job.agent)) return [[jobName(findings, job.name, taken), job] as const]
    findings.left.add(`jobs of ${oneLine(job.agent, 60)}, who is not in the session`)
    return []
  })
  // In an order that does not come from the names of files.
  const sorted = named.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return sorted.flatMap(([name, job]) => {
    const of = (field: string, value: string) => line(['jobs', name, field], value)
    return [
      of('member', quote(job.agent)),
      of('message', quote(job.message)),
      of('schedule', quote(job.cron)),
      of('tz', quote('UTC')),
      of('conversation', quote(job.session_mode)),
      ...(job.enabled && isStarted ? [] : [of('paused', 'true')]),
    ]
  })
}

/** One that may stand in the config, and that no other job has. */
function jobName(findings: Findings, name: string, taken: Set<string>): string {
  if (isMemberName(name)) return name
  findings.left.add('jobs.name (named anew)')
  const slug = slugOf(name).slice(0, 28)
  for (let number = 1; ; number++) {
    const free = number === 1 ? slug : `${slug}-${number}`
    if (taken.has(free) || !isMemberName(free)) continue
    taken.add(free)
    return free
  }
}
