/**
 * What a turn of opencode used. With the end of a turn it tells its last step only, so the conversation is asked for once more: its
 * own `export` has the tokens of every step.
 */
import { execa } from 'execa'
import type { Usage } from '../../domain/agent.ts'
import { helperSession, usageOfStep } from '../executors/opencode.ts'
import { atLeast, JsonObject, jsonIn, sumUsage, usageFrom } from '../executors/readers/reader.ts'
import type { AcpOrder } from './acp-order.ts'

interface Turn {
  readonly order: Pick<AcpOrder, 'argv' | 'cwd'>
  readonly env: NodeJS.ProcessEnv
  readonly conversation: string
  readonly startedAt: number
  readonly stop: AbortSignal
}

const EXPORT_MS = 30_000
const MAX_BYTES = 64 * 1024 * 1024

/** More sub-agents than a turn has; the counts of those beyond are not read. */
const MAX_SESSIONS = 200

/** Its sub-agents have sessions of their own. `told` where nothing better is to be had, as a lower bound: there may have been more. */
export async function usageOfOpencode(told: Usage | null, turn: Turn): Promise<Usage | null> {
  const sessions = new Set([turn.conversation])
  let sum: Usage | null = null
  for (const session of sessions) {
    // oxlint-disable-next-line no-await-in-loop -- a session names those of its sub-agents
    const text = await exported(turn, session)
    const usage = text === null ? null : usageInExport(text, turn.startedAt)
    if (text === null || usage === null || sessions.size > MAX_SESSIONS) return atLeast(sum ?? told)
    sum = sumUsage(sum, usage)
    for (const helper of sessionsInExport(text, turn.startedAt)) sessions.add(helper)
  }
  return sum
}

async function exported({ order, env, stop }: Turn, session: string): Promise<string | null> {
  const [program, ...args] = order.argv
  const at = args.indexOf('acp')
  if (at < 0) return null
  const { failed, stdout } = await execa(program, [...args.slice(0, at), 'export', session], {
    cwd: order.cwd,
    env,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: EXPORT_MS,
    maxBuffer: MAX_BYTES,
    cancelSignal: stop,
  })
  return failed ? null : stdout
}

/** Sum of the answers since then; null where there is none, or the text is no export. */
export function usageInExport(text: string, since: number): Usage | null {
  let sum: Usage | null = null
  for (const message of answersIn(text, since))
    sum = sumUsage(sum, usageOfStep(message.object('info')))
  return sum
}

/** Sessions of the sub-agents that answers since then started. */
export const sessionsInExport = (text: string, since: number): readonly string[] =>
  answersIn(text, since)
    .flatMap((message) => message.objects('parts'))
    .map(helperSession)
    .filter((id) => id !== null)

const answersIn = (text: string, since: number): readonly JsonObject[] =>
  jsonIn(text)
    .objects('messages')
    .filter((message) => {
      const info = message.object('info')
      const createdAt = info.object('time').number('created') ?? 0
      return info.text('role') === 'assistant' && createdAt >= since
    })

// The tokens that an agent reports at the end of a turn, in a field that the protocol does not define yet.

/** Null where it says nothing. */
export function usageOfTurn(response: unknown, costUsd: number | null): Usage | null {
  const answer = new JsonObject(response)
  const told = answer.object('usage')
  // The form of Gemini CLI.
  const quota = answer.object('_meta').object('quota').object('token_count')
  const input = told.number('inputTokens') ?? quota.number('input_tokens')
  const output = told.number('outputTokens') ?? quota.number('output_tokens')
  if (input === null && output === null && costUsd === null) return null
  const counts = usageFrom({
    fresh: input,
    cached: told.number('cachedReadTokens'),
    written: told.number('cachedWriteTokens'),
    output,
    reasoning: told.number('thoughtTokens'),
    costUsd: null,
  })
  return { ...counts, costUsd }
}
