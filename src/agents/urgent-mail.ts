/**
 * Urgent messages for an agent that is a program of ours, between two of its steps: the yard is asked for them as the agent itself asks
 * it, so what is handed over is taken, and closed or given back by the agent's end like all that it took. Each is handed over once: an
 * answer that was lost is asked for again under the same id.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { workFailure } from '../domain/failure.ts'
import { messageText, replyHint } from '../domain/messages/message-text.ts'
import { deliverySchema, messageSchema } from '../domain/messages/message.ts'
import { WorkFailed, type ExecEventInput } from './executors/readers/exec-events.ts'

export interface UrgentMail {
  /**
   * What has come for it, as a text for its model; null = nothing. A yard that cannot be reached has nothing now. At its end it must be
   * known whether anything was handed over: throws `WorkFailed` where it cannot be learned.
   */
  next(step: { readonly isLast: boolean; readonly signal: AbortSignal }): Promise<string | null>
}

interface MailScene {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  readonly newId: () => string
  emit(event: ExecEventInput): void
}

/** Null where it was not told how to reach the yard. */
export function createUrgentMail({ env, now, newId, emit }: MailScene): UrgentMail | null {
  const { YARD_URL: url, YARD_TOKEN: token, YARD_AGENT_ID: agentId } = env
  if (!url || !token) return null
  const endpoint = new URL('/api/messages/take', url)
  let commandId = newId()
  /** It was asked and did not answer: it may have handed something over. */
  let isOpen = false
  const ask = async (signal: AbortSignal): Promise<Taken> => {
    const body = JSON.stringify({ urgent: true, commandId })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
    const asked = await fetch(endpoint, { method: 'POST', headers, body, signal: limit })
    // What it refuses has changed nothing.
    return asked.ok ? takenSchema.parse(await asked.json()) : []
  }
  /** Null = it is not known. */
  const take = async (signal: AbortSignal): Promise<Taken | null> => {
    try {
      const taken = await ask(signal)
      commandId = newId()
      isOpen = false
      return taken
    } catch (error) {
      signal.throwIfAborted()
      isOpen ||= !isUnreached(error)
      return null
    }
  }
  return {
    async next({ isLast, signal }) {
      let taken = await take(signal)
      for (let again = 1; taken === null && isLast && isOpen; again += 1) {
        if (again > MAX_AGAIN) throw new WorkFailed(workFailure('crash', NOT_KNOWN))
        await delay(AGAIN_MS, undefined, { signal })
        taken = await take(signal)
      }
      if (taken === null || taken.length === 0) return null
      const names = taken.map(({ id, from }) => `${id} from ${from}`).join(', ')
      emit({ type: 'error', message: `it was handed urgent messages: ${names}`, class: null })
      return textOf(taken, { agentId, now: now() })
    },
  }
}

const ANSWER_MS = 10_000
const AGAIN_MS = 1000
const MAX_AGAIN = 30
const NOT_KNOWN =
  'the yard did not answer whether it has handed over an urgent message, so its turn is taken again'

/** No connection came about, so nothing was asked. */
function isUnreached(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null
  return code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT'
}

const takenSchema = z.array(
  messageSchema
    .pick({ id: true, from: true, kind: true, priority: true, task: true, text: true, diff: true })
    .extend({
      replyTo: messageSchema.shape.replyTo,
      at: z.string().transform((text) => Date.parse(text)),
      deliveries: z.array(
        z.object({ agent: z.string().nullable(), tries: deliverySchema.shape.tries }),
      ),
    })
    .loose(),
)
type Taken = z.infer<typeof takenSchema>

interface Reading {
  readonly agentId: string | undefined
  readonly now: number
}

function textOf(taken: Taken, { agentId, now }: Reading): string {
  const items = taken.map(({ deliveries, ...message }) => {
    const own = deliveries.find(({ agent }) => agent === agentId)
    return messageText({ ...message, repeats: own?.tries ?? 0 }, now)
  })
  return `## Messages\n\nThese came while you work, and are urgent. Deal with them before you go on. ${replyHint('yard')}\n\n${items.join('\n\n')}`
}
