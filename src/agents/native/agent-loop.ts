/** The agent itself: asks the model, does what it wants done, and asks again, until it has nothing more to do or a limit is reached. */
import type { LanguageModel, ModelMessage } from 'ai'
import { errorText } from '../../base/text.ts'
import type { Usage } from '../../domain/agent.ts'
import { priceOf, tokensOf } from '../../domain/budget/price.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { oneLine } from '../../domain/output.ts'
import { emitFailure, WorkFailed, type ExecEventInput } from '../executors/readers/exec-events.ts'
import { sumUsage } from '../executors/readers/reader.ts'
import {
  hasText,
  missingResults,
  resultMessage,
  shortened,
  type ConversationFile,
} from './conversation-file.ts'
import { callModel, type ModelAnswer, type WantedCall } from './model-call.ts'
import type { NativeOrder } from './native-order.ts'
import { requestFailure } from './provider-error.ts'
import { isAllowed, no, type Tool, type ToolContext, type ToolOutcome } from './tools/tool.ts'
import type { UrgentMail } from '../urgent-mail.ts'

export interface LoopParts extends RetryParts {
  readonly order: NativeOrder
  readonly model: LanguageModel
  readonly instructions: string
  readonly prompt: string
  readonly tools: readonly Tool[]
  readonly context: ToolContext
  readonly conversation: ConversationFile
  /** Absent = nobody can write to it. */
  readonly mail?: UrgentMail | null
  /** What a request used that was sent again. */
  readonly onLost?: (usage: Usage) => void
}

/** done: it gave its answer. failed: it told why. stopped: it was asked to, and has kept what it had. */
export type LoopEnd = 'done' | 'failed' | 'stopped'

/** How many of the last messages stay whole when room must be made, first gently. */
const KEEP_WHOLE = [10, 2]
/** An answer that is cut off again and again gets nowhere. */
const MAX_CONTINUED = 3
const GO_ON = 'Your answer was cut off, for it was too long. Go on where it ended.'

export async function runLoop(parts: LoopParts): Promise<LoopEnd> {
  try {
    const answer = await converse(parts)
    parts.emit({ type: 'result', ok: true, text: answer })
    return 'done'
  } catch (error) {
    if (parts.signal.aborted) return 'stopped'
    emitFailure(parts.emit, failureOf(error))
    return 'failed'
  }
}

const failureOf = (error: unknown): WorkFailure =>
  error instanceof WorkFailed ? error.failure : workFailure('crash', errorText(error))

/** Its final answer; throws when there is none. */
async function converse(parts: LoopParts): Promise<string> {
  const { order, conversation, emit } = parts
  let messages = [...conversation.messages]
  const say = (message: ModelMessage): void => {
    conversation.append(message)
    messages.push(message)
  }
  for (const message of missingResults(messages)) say(message)
  say({ role: 'user', content: parts.prompt })
  let usage: Usage | null = null as Usage | null
  let continued = 0
  for (let step = 0; ; step++) {
    const limit = limitReached(order, step, usage)
    if (limit !== null) throw new WorkFailed(workFailure('reported', limit))
    await hearNews(parts, say, { step })
    const count = (used: Usage): void => {
      usage = sumUsage(usage, used)
      emit({ type: 'usage', usage })
    }
    const { answer, sent } = await ask({ ...parts, onLost: count }, messages)
    messages = [...sent]
    count(answer.usage)
    if (answer.message && hasText(answer.message)) say(answer.message)
    for (const call of answer.calls) {
      say(resultMessage(call, await doCall(call, parts)))
      parts.signal.throwIfAborted()
    }
    if (answer.calls.length > 0) continue
    if (answer.finish !== 'length') {
      const text = finalText(answer)
      // What came while it gave its answer is dealt with in this turn, as long as it may take another step.
      const mayGoOn = limitReached(order, step + 1, usage) === null
      if (mayGoOn && (await hearNews(parts, say, { step, isLast: true }))) continue
      return text
    }
    if (++continued > MAX_CONTINUED)
      throw new Error('its answer was cut off at the bound of its model again and again')
    say({ role: 'user', content: GO_ON })
  }
}

/** Whether it was told anything. Its prompt has what came before its first step. */
async function hearNews(
  { mail, signal }: LoopParts,
  say: (message: ModelMessage) => void,
  { step, isLast = false }: { readonly step: number; readonly isLast?: boolean },
): Promise<boolean> {
  if (!mail || (step === 0 && !isLast)) return false
  const news = await mail.next({ isLast, signal })
  if (news !== null) say({ role: 'user', content: news })
  return news !== null
}

function finalText({ text, finish }: ModelAnswer): string {
  if (finish === 'content-filter')
    throw new WorkFailed(workFailure('reported', 'its provider refused to let it answer'))
  return text
}

/** What was sent may be shorter than what was said: then all that follows builds on that. */
async function ask(
  parts: LoopParts,
  messages: readonly ModelMessage[],
): Promise<{ readonly answer: ModelAnswer; readonly sent: readonly ModelMessage[] }> {
  let sent = messages
  const keeps = [...KEEP_WHOLE]
  for (;;) {
    try {
      const { wire, answer: question } = parts.order
      const request = { ...parts, wire, messages: sent, schema: question?.schema ?? null }
      return { answer: await withRetries(() => callModel(request), parts), sent }
    } catch (error) {
      const isFull = error instanceof WorkFailed && error.failure.class === 'context-overflow'
      const shorter = isFull ? makeRoom(sent, keeps) : null
      if (shorter === null) throw error
      sent = shorter
      const message = 'its conversation was too long for its model: earlier results were left out'
      parts.emit({ type: 'error', message, class: null })
    }
  }
}

function makeRoom(
  messages: readonly ModelMessage[],
  keeps: number[],
): readonly ModelMessage[] | null {
  for (let keep = keeps.shift(); keep !== undefined; keep = keeps.shift()) {
    const shorter = shortened(messages, keep)
    if (shorter !== null) return shorter
  }
  return null
}

async function doCall(call: WantedCall, parts: LoopParts): Promise<ToolOutcome> {
  const { emit, order, context } = parts
  const tool = parts.tools.find(({ name }) => name === call.name)
  const mayAct = tool !== undefined && isAllowed(order.permissions, tool.effect)
  const changes = mayAct && call.problem === null && tool.changes(call.input)
  emit({ type: 'tool-call', id: call.id, name: call.name, input: call.input, changes })
  const outcome = await outcomeOf(call, tool, mayAct)
  emit({ type: 'tool-result', id: call.id, ...outcome })
  return outcome

  async function outcomeOf(
    { name, input, problem }: WantedCall,
    found: Tool | undefined,
    isPermitted: boolean,
  ): Promise<ToolOutcome> {
    if (found === undefined) return no(`there is no tool "${name}"`)
    if (problem !== null) return no(problem)
    if (isPermitted) return found.run(input, context)
    emit({ type: 'question', text: `May it use ${name}? ${JSON.stringify(input)}` })
    return no('Refused: this needs the permission of a person, and nobody is there to give it.')
  }
}

/** In words for people; null while there is room. */
function limitReached(
  { limits, price, executor }: NativeOrder,
  steps: number,
  usage: Usage | null,
): string | null {
  const raise = (key: string): string => `raise executors.${executor}.${key} and retry to go on`
  if (steps >= limits.steps)
    return `it has called its model ${steps} times, which is its limit: ${raise('max_steps')}`
  if (usage === null) return null
  const tokens = tokensOf(usage)
  if (limits.tokens !== null && tokens !== null && tokens >= limits.tokens)
    return `it has used ${tokens} of ${limits.tokens} tokens: ${raise('max_tokens')}`
  const cost = price === null ? null : priceOf(usage, price)
  if (limits.costUsd !== null && cost !== null && cost >= limits.costUsd)
    return `it has cost about $${cost.toFixed(2)} of $${limits.costUsd}: ${raise('max_cost')}`
  return null
}

// Retries of a request while its provider fails for a moment. A longer outage is left to the coordinator.

const MAX_RETRIES = 5
/** A provider that wants a longer pause is left alone: the agent ends and is started again when the time has come. */
const MAX_WAIT_MS = 60_000
const FIRST_WAIT_MS = 1000

export interface RetryParts {
  readonly signal: AbortSignal
  readonly emit: (event: ExecEventInput) => void
  readonly now: () => number
  /** Rejects when the signal is given. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** 0 to 1. */
  readonly random: () => number
}

/** Throws `WorkFailed`, or the reason of the signal. */
async function withRetries<T>(ask: () => Promise<T>, parts: RetryParts): Promise<T> {
  for (let retry = 1; ; retry++) {
    try {
      return await ask()
    } catch (error) {
      parts.signal.throwIfAborted()
      await waitAfter(error, retry, parts)
    }
  }
}

async function waitAfter(error: unknown, retry: number, parts: RetryParts): Promise<void> {
  const at = parts.now()
  const { failure, isPassing, retryAt } = requestFailure(error, at)
  // Some of it by chance, so that many agents do not all come back at once.
  const backOff = FIRST_WAIT_MS * 2 ** (retry - 1) * (1 + parts.random() / 2)
  const waitMs = Math.max(0, Math.round(retryAt === null ? backOff : retryAt - at))
  if (!isPassing || retry > MAX_RETRIES || waitMs > MAX_WAIT_MS) throw new WorkFailed(failure)
  const why = `${oneLine(failure.reason)}; try ${retry} of ${MAX_RETRIES}`
  parts.emit({ type: 'waiting', until: at + waitMs, why, class: failure.class })
  await parts.sleep(waitMs, parts.signal)
}
