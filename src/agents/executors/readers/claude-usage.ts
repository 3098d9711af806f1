/** The tokens that Claude Code and its forks have used, from their answers and their result. */
import { isDeepStrictEqual } from 'node:util'
import type { ModelUsage, RuntimeUsage, Usage } from '../../../domain/agent.ts'
import {
  estimatedTokens,
  numberAt,
  objectAt,
  objectIn,
  objectsAt,
  sumUsage,
  textAt,
  type ChangingTools,
  type JsonObject,
} from './reader.ts'

/** By the ids of the answers. */
export type Answers = Map<string, Answer>

interface Answer {
  readonly model: string
  readonly reported: Usage
  readonly written: number
  /** Of its text and calls, to estimate its output before that is counted. */
  readonly characters: number
  /** It called a tool, so another answer follows. */
  readonly calls: boolean
}

/** How the CLIs that print these events differ. */
export interface Dialect {
  readonly tools: ChangingTools
  /** `fresh`: input excludes what was read from or written to a cache. `all`: it includes both. */
  readonly input: 'fresh' | 'all'
  /** The usage of an answer has all of its output; otherwise only the result has it. */
  readonly reportsOutput: boolean
  /** A result has the usage of the whole conversation. */
  readonly reportsConversation: boolean
}

interface Reading {
  readonly answers: Answers
  readonly dialect: Dialect
  /** A stream broke, and its request was sent again in one piece: the tokens of the first one are reported nowhere. */
  readonly isRedone: boolean
}

/** Records an event of an answer, which may come in several; false where it has nothing new. */
export function noteAnswer({ answers, dialect }: Reading, message: JsonObject | null): boolean {
  const id = textAt(message, 'id')
  const usage = objectAt(message, 'usage')
  if (id === null || usage === null) return false
  const before = answers.get(id)
  const blocks = objectsAt(message, 'content')
  const answer: Answer = {
    model: textAt(message, 'model') ?? 'unknown',
    reported: tokensOf(usage, dialect),
    written: numberAt(usage, 'cache_creation_input_tokens') ?? 0,
    characters: (before?.characters ?? 0) + charactersOf(blocks),
    calls: (before?.calls ?? false) || blocks.some((one) => textAt(one, 'type') === 'tool_use'),
  }
  if (isDeepStrictEqual(before, answer)) return false
  answers.set(id, answer)
  return true
}

const charactersOf = (blocks: readonly JsonObject[]): number =>
  blocks.reduce((sum, block) => sum + saidIn(block).length, 0)

const saidIn = (block: JsonObject): string =>
  textAt(block, 'text') ??
  textAt(block, 'thinking') ??
  (textAt(block, 'type') === 'tool_use' ? JSON.stringify(block.input ?? {}) : '')

const outputOf = ({ reported, characters }: Answer, { reportsOutput }: Dialect): number =>
  reportsOutput
    ? (reported.outputTokens ?? 0)
    : Math.max(reported.outputTokens ?? 0, estimatedTokens(characters))

/** From its answers, before there is a result. */
export function usageOfAnswers({ answers, dialect, isRedone }: Reading): RuntimeUsage | null {
  let sum: Usage | null = null
  const byModel = new Map<string, ModelUsage>()
  for (const answer of answers.values()) {
    const { reported, model, written: writtenTokens } = answer
    const outputTokens = outputOf(answer, dialect)
    sum = sumUsage(sum, { ...reported, outputTokens })
    const used = {
      model,
      outputTokens,
      writtenTokens,
      inputTokens: reported.inputTokens ?? 0,
      cachedTokens: reported.cachedTokens ?? 0,
    }
    byModel.set(model, sumModel(byModel.get(model), used))
  }
  if (sum === null) return null
  const next = nextCall([...answers.values()], dialect)
  return {
    ...sum,
    byModel: [...byModel.values()],
    ...(next ? { next } : {}),
    ...(isRedone ? { atLeast: true } : {}),
  }
}

const sumModel = (a: ModelUsage | undefined, b: ModelUsage): ModelUsage =>
  a === undefined
    ? b
    : {
        model: a.model,
        inputTokens: a.inputTokens + b.inputTokens,
        outputTokens: a.outputTokens + b.outputTokens,
        cachedTokens: a.cachedTokens + b.cachedTokens,
        writtenTokens: a.writtenTokens + b.writtenTokens,
      }

/** An estimate: the next call reads everything again, and writes about as much as those before it. */
function nextCall(answers: readonly Answer[], dialect: Dialect): ModelUsage | null {
  const last = answers.at(-1)
  if (!last?.calls) return null
  const outputs = answers.map((answer) => outputOf(answer, dialect))
  const said = outputs.at(-1) ?? 0
  const read = last.reported.inputTokens ?? 0
  const isCached = (last.reported.cachedTokens ?? 0) + last.written > 0
  return {
    model: last.model,
    inputTokens: read + said,
    outputTokens: Math.ceil(outputs.reduce((sum, one) => sum + one, 0) / outputs.length),
    cachedTokens: isCached ? read : 0,
    writtenTokens: isCached ? said : 0,
  }
}

/** `modelUsage` includes sub-agents and requests of the CLI itself; `usage` is the main conversation only. */
export function usageOfResult(reading: Reading, event: JsonObject): RuntimeUsage {
  const { dialect, isRedone } = reading
  const byModel = Object.entries(objectAt(event, 'modelUsage') ?? {}).flatMap(([model, reported]) =>
    usageOfModel(model, objectIn(reported)),
  )
  const costUsd = numberAt(event, 'total_cost_usd')
  const marks = {
    ...(isRedone ? { atLeast: true as const } : {}),
    ...(dialect.reportsConversation ? { ofConversation: true as const } : {}),
  }
  if (byModel.length === 0)
    return { ...tokensOf(objectAt(event, 'usage'), dialect), costUsd, ...marks }
  const total = byModel.reduce(sumModel)
  const cut = uncounted(reading, event)
  return {
    inputTokens: total.inputTokens + (cut?.inputTokens ?? 0),
    outputTokens: total.outputTokens + (cut?.outputTokens ?? 0),
    cachedTokens: total.cachedTokens + (cut?.cachedTokens ?? 0),
    reasoningTokens: null,
    costUsd,
    byModel,
    ...marks,
    ...(cut ? { atLeast: true } : {}),
  }
}

/**
 * The last answer, where its stream closed before its end: it is counted nowhere, and `stop_reason` is still that of the answer
 * before. The input of an answer is reported as it begins, so the result has fewer input tokens than the answers.
 */
export function uncounted({ answers, dialect }: Reading, event: JsonObject): Usage | null {
  const last = [...answers.values()].at(-1)
  const isStale = event.stop_reason === null || event.stop_reason === 'tool_use'
  const models = Object.entries(objectAt(event, 'modelUsage') ?? {})
  if (!last || last.calls || !isStale || models.length === 0) return null
  const reported = models.flatMap(([model, one]) => usageOfModel(model, objectIn(one)))
  const counted = reported.reduce((sum, one) => sum + one.inputTokens, 0)
  const seen = usageOfAnswers({ answers, dialect, isRedone: false })?.inputTokens ?? 0
  return seen > counted ? { ...last.reported, outputTokens: outputOf(last, dialect) } : null
}

function usageOfModel(model: string, reported: JsonObject | null): ModelUsage[] {
  const fresh = numberAt(reported, 'inputTokens')
  if (fresh === null) return []
  const cachedTokens = numberAt(reported, 'cacheReadInputTokens') ?? 0
  const writtenTokens = numberAt(reported, 'cacheCreationInputTokens') ?? 0
  const outputTokens = numberAt(reported, 'outputTokens') ?? 0
  const inputTokens = fresh + cachedTokens + writtenTokens
  return [{ model, inputTokens, outputTokens, cachedTokens, writtenTokens }]
}

function tokensOf(usage: JsonObject | null, dialect: Dialect): Usage {
  const cached = numberAt(usage, 'cache_read_input_tokens')
  const written = numberAt(usage, 'cache_creation_input_tokens')
  const input = numberAt(usage, 'input_tokens')
  const beside = dialect.input === 'fresh' ? (cached ?? 0) + (written ?? 0) : 0
  return {
    inputTokens: input === null ? null : input + beside,
    outputTokens: numberAt(usage, 'output_tokens'),
    cachedTokens: cached,
    reasoningTokens: null,
    costUsd: null,
  }
}
