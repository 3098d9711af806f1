/** What a service is sent for one agent, and what its answer means. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { bareEvidence, type Evidence } from '../../domain/completion.ts'
import {
  artifactsInputSchema,
  toArtifacts,
  type Artifact,
  type LaunchOrder,
} from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { formatDuration } from '../../domain/format.ts'
import type { Profile } from '../../domain/settings.ts'
import { replaceFile } from '../../files/replace-file.ts'
import type { Environment } from '../executors/executor.ts'
import { parseJson } from '../executors/readers/reader.ts'
import type { HttpAnswer, HttpRequest } from './request.ts'

/** How a service reaches the yard. */
export interface Callback {
  /** Good for this agent's own task while it lives. */
  readonly token: string
  /** `http://127.0.0.1:PORT/api`; null while nobody can reach the yard. */
  readonly api: string | null
}

export function taskRequest(
  order: LaunchOrder,
  callback: Callback,
  env: Environment,
): Result<HttpRequest, WorkFailure> {
  const { profile, agent } = order
  const { name: executor, url } = profile
  if (url === null)
    return err(
      workFailure('launch', `executor ${executor} has no url: set executors.${executor}.url`),
    )
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'yard',
    // The same for every repetition of this agent's request, and for no other agent of the task.
    'idempotency-key': `${agent.taskId}.${agent.generation}.${agent.id}`,
  }
  for (const [name, value] of Object.entries(profile.headers)) {
    const text = typeof value === 'string' ? value : env[value.from]
    if (!text) {
      const missing = typeof value === 'string' ? name : value.from
      const reason = `${missing} is not set: it holds the header ${name} of executor ${executor}`
      return err(workFailure('auth', reason))
    }
    headers[name.toLowerCase()] = text
  }
  return ok({
    url: new URL(url),
    method: profile.method,
    headers,
    body: JSON.stringify(payloadOf(order, callback)),
  })
}

/** Documented in docs/services.md; fields are added and never changed. */
function payloadOf(
  { task, agent, dependencies, notes, messages }: LaunchOrder,
  { token, api }: Callback,
) {
  const { id, title, description, priority, tags, skills, deliverables, lastFailure } = task
  const own = api === null ? null : `${api}/task/${encodeURIComponent(id)}`
  return {
    task: {
      id,
      title,
      description,
      priority,
      tags,
      skills,
      deliverables,
      dependencies: dependencies.map((one) => ({
        id: one.id,
        title: one.title,
        state: one.state,
        commit: one.resultCommit,
        branch: one.branch,
        artifacts: one.artifacts,
      })),
      notes: notes.map(({ at, by, text, place }) => ({
        at: new Date(at).toISOString(),
        by,
        text,
        ...(place ? { place } : {}),
      })),
      lastFailure: lastFailure && { class: lastFailure.class, reason: lastFailure.reason },
    },
    messages: messages.map((message) => ({ ...message, at: new Date(message.at).toISOString() })),
    agent: agent.id,
    generation: agent.generation,
    // What the person asked for; a service may know nothing of models.
    model: agent.model === null ? null : { name: agent.model, id: agent.modelId },
    token,
    callback: own,
    heartbeat: api === null ? null : `${api}/agent/${agent.id}/heartbeat`,
  }
}

export type Meaning =
  | {
      readonly kind: 'done'
      readonly artifacts: readonly Artifact[]
      readonly text: string | null
    }
  | { readonly kind: 'failed'; readonly failure: WorkFailure }
  /** Taken; the end comes by callback. */
  | { readonly kind: 'accepted' }
  /** Unwell, or not to be reached: the same request is sent again, not before `afterMs`. */
  | { readonly kind: 'again'; readonly reason: string; readonly afterMs: number | null }

const settledSchema = z.object({
  status: z.enum(['done', 'failed']),
  artifacts: artifactsInputSchema.optional(),
  reason: z.string().max(4000).optional(),
  text: z.string().max(100_000).optional(),
})

/** Total: whatever a service answers has one meaning. `now` in ms, for a `Retry-After` that names a date. */
export function meaningOf(answer: Exclude<HttpAnswer, { kind: 'aborted' }>, now: number): Meaning {
  if (answer.kind === 'no-answer') return { kind: 'again', reason: answer.reason, afterMs: null }
  if (answer.kind === 'refused') return failed(answer.reason, null)
  const { status, body } = answer
  if (status >= 200 && status < 300) return ofBody(body)
  if (status === 429 || status >= 500 || status === 408)
    return {
      kind: 'again',
      reason: `it answered ${status}`,
      afterMs: retryAfterMs(answer.headers['retry-after'], now),
    }
  return failed(`it answered ${status}`, body)
}

const failed = (reason: string, body: string | null): Meaning => ({
  kind: 'failed',
  failure: workFailure('exit', reason, { detail: body?.trim() || null }),
})

/** A body that is no JSON, or speaks of something else, only says that the task was taken. */
function ofBody(body: string): Meaning {
  // Plain words are an answer too.
  const json = parseJson(body)
  if (typeof json !== 'object' || json === null || !('status' in json)) return { kind: 'accepted' }
  if (json.status !== 'done' && json.status !== 'failed') return { kind: 'accepted' }
  const read = settledSchema.safeParse(json)
  if (!read.success) {
    const [issue] = read.error.issues
    const what = issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown'
    return failed(`its answer says ${json.status}, but cannot be read: ${what}`, body)
  }
  const { status, artifacts, reason, text } = read.data
  if (status === 'done')
    return { kind: 'done', artifacts: toArtifacts(artifacts), text: text ?? reason ?? null }
  const failure = workFailure('reported', reason ?? 'the service says that it failed')
  return { kind: 'failed', failure }
}

/** Seconds or a date, as RFC 9110 10.2.3 has it; null when it says neither. */
function retryAfterMs(value: string | string[] | undefined, now: number): number | null {
  if (typeof value !== 'string' || value.trim() === '') return null
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

// What is known of the end of an agent that is a service.

/** What a service answers in words is its result, as an agent's final answer is. */
export const answerOf = ({ final }: Evidence): readonly Artifact[] =>
  final?.ok && final.text ? [{ kind: 'text', name: 'Answer', text: final.text }] : []

/** It did not take its task for so long. */
export const unreachable = (
  { giveUpMs }: Pick<Profile, 'giveUpMs'>,
  why: string,
  tries: number,
): WorkFailure =>
  workFailure(
    'unreachable',
    `its service did not take it within ${formatDuration(giveUpMs)}: ${why} (asked ${tries} ${tries === 1 ? 'time' : 'times'})`,
  )

/** Its word is all that there is. */
export const reported = (failure: WorkFailure | null, text: string | null = null): Evidence =>
  bareEvidence('reported', {
    final: text === null ? null : { ok: failure === null, text },
    failure,
  })

export const stopped = (): Evidence =>
  bareEvidence('exited', { exit: { code: null, signal: 'SIGTERM' } })

export const unlaunched = (why: string | WorkFailure): Evidence =>
  bareEvidence('not-launched', {
    failure: typeof why === 'string' ? workFailure('launch', why) : why,
  })

// How far the sending of one agent's task has come, in its folder: what a later owner goes by. Written whole by rename.

const exchangeSchema = z.object({
  version: z.literal(1),
  agent: z.string(),
  generation: z.number(),
  /** sending: nobody has said yet that it was taken. accepted: the end comes by callback. */
  phase: z.enum(['sending', 'accepted']),
  /** Ms since 1970. */
  since: z.number(),
})
export type Exchange = z.infer<typeof exchangeSchema>

const NAME = 'exchange.json'

/** Throws where it cannot be written. */
export const writeExchange = (folder: string, exchange: Omit<Exchange, 'version'>): void =>
  replaceFile(join(folder, NAME), `${JSON.stringify({ version: 1, ...exchange })}\n`)

/** Null when nothing was begun, or nobody can read what was. */
export function readExchange(folder: string): Exchange | null {
  try {
    return exchangeSchema.parse(JSON.parse(readFileSync(join(folder, NAME), 'utf8')))
  } catch {
    return null // a crash may have come before it was written
  }
}

/** Before the second try; doubles from there. */
const FIRST_PAUSE_MS = 1000
const MAX_PAUSE_MS = 60_000

/** Doubles, spread by up to a half, and never shorter than the service asks for. */
export const pauseOf = (tries: number, askedMs: number | null, random: number): number =>
  Math.max(askedMs ?? 0, Math.min(FIRST_PAUSE_MS * 2 ** tries, MAX_PAUSE_MS) * (0.5 + random / 2))

// What a service was told in confidence does not come back by its answer: some of them echo what they were sent.

/** Shorter values would be found in any text. */
const MIN_LENGTH = 4
const HIDDEN = '[hidden]'

/** Values of headers that came from variables, the agent's token, and the values in the address's query. */
export function secretsOf(
  { url }: Pick<HttpRequest, 'url'>,
  given: readonly (string | undefined)[],
): readonly string[] {
  const all = [...given, ...url.searchParams.values()].flatMap((value) => {
    if (value === undefined || value.length < MIN_LENGTH) return []
    // `Bearer x` is as secret as `x`, and JSON writes some letters in another way.
    const bare = value.replace(/^(?:Bearer|Basic|Token)\s+/i, '')
    return [value, bare, JSON.stringify(value).slice(1, -1), JSON.stringify(bare).slice(1, -1)]
  })
  return [...new Set(all)].toSorted((a, b) => b.length - a.length)
}

export const redactText = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)

/** The same for every text within a value of JSON, names included. */
export function redact<T>(value: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return value
  return redactAny(value, secrets) as T
}

function redactAny(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return redactText(value, secrets)
  if (Array.isArray(value)) return value.map((one) => redactAny(one, secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [redactText(key, secrets), redactAny(one, secrets)]),
  )
}

/** An address without what may be secret in it, for a file that is kept. */
export function plainAddress(address: string | null): string | null {
  const url = address === null ? null : URL.parse(address)
  return url && `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`
}
