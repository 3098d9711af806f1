/**
 * Tokens of agents: an HMAC of agent and generation under the yard's own secret, so nothing needs to be stored and a token
 * names its agent for ever. It opens nothing but that agent's task, and after its end only a late report that is refused.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { agentIdSchema, type AgentId } from '../domain/ids.ts'

export interface TokenHolder {
  readonly agentId: AgentId
  readonly generation: number
}

export function agentToken(secret: Buffer, { agentId, generation }: TokenHolder): string {
  return `yat_${agentId}_${generation}_${mac(secret, agentId, generation).toString('base64url')}`
}

/** Whom a token names; null when it was not made under this secret. Takes the same time whatever is wrong. */
export function readAgentToken(secret: Buffer, token: string): TokenHolder | null {
  const [, name, number, given] =
    /^yat_(agent-\d{1,15})_(\d{1,15})_([A-Za-z0-9_-]{43})$/.exec(token) ?? []
  const agentId = agentIdSchema.safeParse(name)
  if (!agentId.success || number === undefined || given === undefined) return null
  const generation = Number(number)
  const isOurs = timingSafeEqual(
    Buffer.from(given, 'base64url'),
    mac(secret, agentId.data, generation),
  )
  return isOurs ? { agentId: agentId.data, generation } : null
}

const mac = (secret: Buffer, agentId: AgentId, generation: number): Buffer =>
  createHmac('sha256', secret).update(`${agentId}.${generation}`).digest()

/** The yard's secret, made at first use; readable by its user alone. */
export function loadSecret(file: string): Buffer {
  try {
    writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    chmodSync(file, 0o600)
  }
  return Buffer.from(readFileSync(file, 'utf8').trim(), 'hex')
}
