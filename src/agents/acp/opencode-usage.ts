/**
 * What a turn of opencode used. With the end of a turn it tells its last step only, so the conversation is asked for once more: its
 * own `export` has the tokens of every step.
 */
import { execa } from 'execa'
import type { Usage } from '../../domain/agent.ts'
import { numberAt, objectAt, objectsAt, parseEvent, textAt } from '../executors/json-event.ts'
import { usageOfStep } from '../executors/opencode-reader.ts'
import { atLeast, sumUsage } from '../executors/usage-sum.ts'
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

/** `told` where nothing better is to be had, as a lower bound: there may have been more steps. */
export async function usageOfOpencode(told: Usage | null, turn: Turn): Promise<Usage | null> {
  const text = await exported(turn)
  return (text === null ? null : usageInExport(text, turn.startedAt)) ?? atLeast(told)
}

async function exported({ order, env, conversation, stop }: Turn): Promise<string | null> {
  const [program, ...args] = order.argv
  const at = args.indexOf('acp')
  if (at < 0) return null
  const { failed, stdout } = await execa(program, [...args.slice(0, at), 'export', conversation], {
    ...{ cwd: order.cwd, env, extendEnv: false, stdin: 'ignore', reject: false },
    ...{ timeout: EXPORT_MS, maxBuffer: MAX_BYTES, cancelSignal: stop },
  })
  return failed ? null : stdout
}

/** Of the answers since then; null where there is none, or the text is none of its. */
export function usageInExport(text: string, since: number): Usage | null {
  let sum: Usage | null = null
  for (const message of objectsAt(parseEvent(text), 'messages')) {
    const info = objectAt(message, 'info')
    const createdAt = numberAt(objectAt(info, 'time'), 'created') ?? 0
    if (textAt(info, 'role') === 'assistant' && createdAt >= since)
      sum = sumUsage(sum, usageOfStep(info))
  }
  return sum
}
