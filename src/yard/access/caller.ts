/**
 * Who calls: a person, or an agent of this yard. The agent's variables are looked for in this process and, on Linux, in the
 * processes above it as they were started, so that an agent that takes them out of its environment is still known. The marker
 * that everything below an agent bears is enough. An agent of another yard is an agent here, too, and no person: it may do nothing.
 * That guards against mistakes, not against malice.
 */
import { orElse } from '../../base/result.ts'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { failure, type Failure } from '../../domain/failure.ts'
import { join } from 'node:path'
import { STAGE_FILES } from '../../agents/process/stage-files.ts'
import { yardPaths } from '../../config/paths.ts'
import { type AgentId, agentNumberOf, isAgentId, MARKER_VARIABLE } from '../../domain/ids.ts'
import { agentToken, openSecret, readAgentToken } from '../handlers/agent-token.ts'

export type Caller =
  | { readonly kind: 'person' }
  | {
      readonly kind: 'agent'
      readonly agentId: string
      /** Empty where only its token is known. */
      readonly taskId: string
      readonly generation: number
      readonly token: string
      /** Where the host was when the agent was started; it may be gone. */
      readonly url: string | null
    }
  /** Below an agent of another yard, or not known of which: it may do nothing. */
  | { readonly kind: 'nameless' }

type Env = Readonly<Record<string, string | undefined>>

/** `root` is the folder of the yard that is meant, or where one would be. */
export function findCaller(
  env: Env,
  root: string,
  ancestors: () => Iterable<Env> = ancestorEnvironments,
): Caller {
  // The markers of one chain of processes are the same: each is looked up once.
  const known = new Map<string, MarkedAgent | null>()
  const markedIn = (one: Env): Caller | null => {
    const marker = one[MARKER_VARIABLE]
    if (!marker) return null
    if (!known.has(marker)) known.set(marker, findMarkedAgent(root, marker))
    const marked = known.get(marker)
    return marked ? { kind: 'agent', ...marked, url: one['YARD_URL'] || null } : null
  }
  let isBelowAgent = false
  for (const one of chain(env, ancestors)) {
    const agent = agentIn(one, root) ?? markedIn(one) ?? tokenBearerIn(one, root)
    if (agent) return agent
    isBelowAgent ||= bearsAgent(one)
  }
  return isBelowAgent ? { kind: 'nameless' } : { kind: 'person' }
}

function* chain(own: Env, ancestors: () => Iterable<Env>): Generator<Env> {
  yield own
  yield* ancestors()
}

export const namelessRefusal = (): Failure =>
  failure('not-allowed', 'this was started by an agent, and by none of this yard that is known', {
    hint: 'an agent may speak to its own yard alone; YARD_TOKEN and YARD_DIR are set by the host that starts it and must be left as they are',
  })

/** Of any yard, by the marker or by the variables that every agent is given. */
const bearsAgent = (env: Env): boolean =>
  Boolean(env[MARKER_VARIABLE]) || (Boolean(env['YARD_TOKEN']) && Boolean(env['YARD_AGENT_ID']))

function agentIn(env: Env, root: string): Caller | null {
  const { YARD_TOKEN, YARD_AGENT_ID, YARD_TASK_ID, YARD_GENERATION, YARD_DIR, YARD_URL } = env
  const generation = Number(YARD_GENERATION)
  if (!YARD_TOKEN || !YARD_AGENT_ID || !YARD_TASK_ID || !YARD_DIR) return null
  if (!Number.isInteger(generation) || !isSameFolder(YARD_DIR, root)) return null
  return {
    kind: 'agent',
    agentId: YARD_AGENT_ID,
    taskId: YARD_TASK_ID,
    generation,
    token: YARD_TOKEN,
    url: YARD_URL || null,
  }
}

/** Who claimed a task was given a token and no other variable: a token of this yard is enough. */
function tokenBearerIn({ YARD_TOKEN, YARD_TASK_ID, YARD_URL }: Env, root: string): Caller | null {
  const { secret } = yardPaths(root).service
  if (!YARD_TOKEN || !existsSync(secret)) return null
  const named = orElse(() => readAgentToken(openSecret(secret), YARD_TOKEN), null) // not ours to read
  return (
    named && {
      kind: 'agent',
      ...named,
      taskId: YARD_TASK_ID ?? '',
      token: YARD_TOKEN,
      url: YARD_URL || null,
    }
  )
}

function isSameFolder(a: string, b: string): boolean {
  return orElse(() => realpathSync(a) === realpathSync(b), false) // one is not there
}

/** Deeper chains than this are no real ones. */
const MOST_ANCESTORS = 64

/** Of a process and those above it, as they were started; nothing where the system does not tell. */
export function* ancestorEnvironments(from = process.pid): Generator<Env> {
  if (process.platform !== 'linux') return
  let pid = from
  for (let steps = 0; steps < MOST_ANCESTORS && pid > 1; steps++) {
    const environment = readProcess(pid, 'environ')
    if (environment !== null) yield parseEnvironment(environment)
    const parent = parentOf(readProcess(pid, 'stat') ?? '')
    if (parent === null) return
    pid = parent
  }
}

function readProcess(pid: number, file: string): string | null {
  return orElse(() => readFileSync(`/proc/${pid}/${file}`, 'utf8'), null) // gone, or another user's
}

function parseEnvironment(text: string): Env {
  const env: Record<string, string> = {}
  for (const entry of text.split('\0')) {
    const at = entry.indexOf('=')
    if (at > 0 && entry.startsWith('YARD_')) env[entry.slice(0, at)] = entry.slice(at + 1)
  }
  return env
}

/** The name in the second field may hold anything, so count from its closing bracket. */
export function parentOf(stat: string): number | null {
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  return Number.isInteger(parent) && parent > 0 ? parent : null
}

/** Whose marker a process carries: every agent's folder holds what it was started with, the marker's value included. */
interface StartRecord {
  readonly agent: AgentId
  readonly task: string
  readonly generation: number
  readonly key: string
}

type MarkedAgent = Omit<Extract<Caller, { kind: 'agent' }>, 'kind' | 'url'>

/** Null when no agent of the yard in `root` was started with this marker, or its token cannot be made here. */
function findMarkedAgent(root: string, marker: string): MarkedAgent | null {
  const { agents, service } = yardPaths(root)
  for (const id of newestFirst(agents)) {
    const record = readRecord(join(agents, id, STAGE_FILES.launch))
    if (record?.key !== marker) continue
    const { agent: agentId, task: taskId, generation } = record
    try {
      const token = agentToken(openSecret(service.secret), agentId, generation)
      return { agentId, taskId, generation, token }
    } catch {
      return null // the secret is not ours to read
    }
  }
  return null
}

/** Ids are counted up. */
function newestFirst(folder: string): AgentId[] {
  try {
    const ids = readdirSync(folder).filter(isAgentId)
    return ids.toSorted((a, b) => agentNumberOf(b) - agentNumberOf(a))
  } catch {
    return [] // no agent was ever started
  }
}

function readRecord(file: string): StartRecord | null {
  const record = orElse((): unknown => JSON.parse(readFileSync(file, 'utf8')), null) // not written, torn, or another user's
  return isStartRecord(record) ? record : null
}

// By hand: every command asks who calls it, and most need no zod.
const isStartRecord = (value: unknown): value is StartRecord =>
  typeof value === 'object' &&
  value !== null &&
  'agent' in value &&
  typeof value.agent === 'string' &&
  isAgentId(value.agent) &&
  'task' in value &&
  typeof value.task === 'string' &&
  'generation' in value &&
  Number.isSafeInteger(value.generation) &&
  Number(value.generation) > 0 &&
  'key' in value &&
  typeof value.key === 'string'
