/**
 * Tokens of agents: `yat_<agent>_<generation>_<mac>`, where the mac is HMAC-SHA256 of `<agent>.<generation>` under the yard's
 * secret. Nothing is stored, so they outlive the owner; a token names its agent for ever and is worth what that agent still may.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { YardPaths } from '../../config/paths.ts'
import type { PilotStart } from '../../contract/task.ts'
import type { Agent } from '../../domain/agent.ts'
import { type AgentId, isAgentId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/command.ts'
import type { Yard } from '../yard.ts'

const SECRET_BYTES = 32
const FORM = /^yat_(agent-[1-9][0-9]{0,14})_([1-9][0-9]{0,14})_([A-Za-z0-9_-]{43})$/

/** Reads the secret, or makes it (mode 0600). Two that make it at once end up with the same one. Throws where it cannot be written. */
export function openSecret(file: string): Buffer {
  const known = readSecret(file)
  if (known) return known
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  const text = `${randomBytes(SECRET_BYTES).toString('hex')}\n`
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(fresh, file)
  } catch (error) {
    const made = readSecret(file)
    if (!made) throw error // neither ours nor another's stands there
    return made
  } finally {
    rmSync(fresh, { force: true })
  }
  return Buffer.from(text.trim(), 'hex')
}

function readSecret(file: string): Buffer | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch {
    return null // not there yet
  }
  if (!/^[0-9a-f]{64}$/.test(text)) {
    rmSync(file, { force: true }) // torn or tampered with: what was signed under it is lost anyway
    return null
  }
  chmodSync(file, 0o600)
  return Buffer.from(text, 'hex')
}

export function agentToken(secret: Buffer, agentId: AgentId, generation: number): string {
  return `yat_${agentId}_${generation}_${macOf(secret, agentId, generation)}`
}

const macOf = (secret: Buffer, agentId: string, generation: number): string =>
  createHmac('sha256', secret).update(`${agentId}.${generation}`).digest('base64url')

/** Whom the token names; null when it is none of ours. */
export function readAgentToken(
  secret: Buffer,
  token: string,
): { readonly agentId: AgentId; readonly generation: number } | null {
  const [, agentId, generationText, mac] = FORM.exec(token) ?? []
  if (agentId === undefined || !isAgentId(agentId) || mac === undefined) return null
  const generation = Number(generationText)
  const expected = Buffer.from(macOf(secret, agentId, generation))
  const given = Buffer.from(mac)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  return { agentId, generation }
}

/** How an agent's process finds the yard, and shows who it is. */
export const agentVariables = (
  { id, taskId, generation, model }: Agent,
  paths: Pick<YardPaths, 'root'>,
  secret: Buffer,
  url: string | null,
): Record<string, string> => {
  const token = agentToken(secret, id, generation)
  return pilotVariables({ agent: id, task: taskId, generation, token, model }, paths, url)
}

/** The same for a piloted agent, and for what reports for it. */
export const pilotVariables = (
  start: Pick<PilotStart, 'agent' | 'task' | 'generation' | 'token' | 'model'>,
  { root }: Pick<YardPaths, 'root'>,
  url: string | null,
): Record<string, string> => ({
  YARD_DIR: root,
  ...(url === null ? {} : { YARD_URL: url }),
  YARD_TOKEN: start.token,
  YARD_TASK_ID: start.task,
  YARD_AGENT_ID: start.agent,
  YARD_GENERATION: String(start.generation),
  ...(start.model === null ? {} : { YARD_MODEL: start.model }),
})

/** The actor behind a token, living or ended; null when it names no agent that this yard knows. */
export function agentActor(
  yard: Pick<Yard, 'plan' | 'store' | 'config'>,
  secret: Buffer,
  token: string,
): Extract<Actor, { kind: 'agent' }> | null {
  const named = readAgentToken(secret, token)
  if (!named) return null
  const agent = yard.plan.agents.get(named.agentId) ?? yard.store.agent(named.agentId)
  if (!agent || agent.generation !== named.generation) return null
  const { settings } = yard.config()
  const profile = Object.hasOwn(settings.executors, agent.executor)
    ? settings.executors[agent.executor]
    : undefined
  return {
    kind: 'agent',
    agentId: agent.id,
    taskId: agent.taskId,
    generation: agent.generation,
    subtasks: profile?.subtasks ?? 'own',
    maxSubtasks: settings.agent.maxSubtasks,
  }
}
