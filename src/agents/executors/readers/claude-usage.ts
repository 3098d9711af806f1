/** The tokens that Claude Code and its forks have used, from their answers and their result. */
import { isDeepStrictEqual } from 'node:util'
import type { ModelUsage, RuntimeUsage, Usage } from '../../../domain/agent.ts'
import {
  estimatedTokens,
  JsonObject,
  sumUsage,
  UNKNOWN_USAGE,
  type ChangingTools,
} from './reader.ts'

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

export class AnswerUsage {
  readonly #dialect: Dialect
  /** By the ids of the answers. */
  readonly #answers = new Map<string, Answer>()
  /** A stream broke, and its request was sent again in one piece: the tokens of the first one are reported nowhere. */
  #isRedone = false

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  /** Records an event of an answer, which may come in several. Returns what is used so far; null where the event adds nothing. */
  note(message: JsonObject): RuntimeUsage | null {
    // A streamed answer has no reason to stop yet; one that was asked for again in one piece has.
    if (!this.#dialect.reportsOutput && message.text('stop_reason') !== null) this.#isRedone = true
    const id = message.text('id')
    if (id === null || !message.object('usage').isThere) return null
    const before = this.#answers.get(id)
    const answer = answerOf(message, before, this.#dialect)
    if (isDeepStrictEqual(before, answer)) return null
    this.#answers.set(id, answer)
    return this.usage()
  }

  /** From its answers, before there is a result. */
  usage(): RuntimeUsage | null {
    let sum: Usage | null = null
    const byModel = new Map<string, ModelUsage>()
    for (const answer of this.#answers.values()) {
      const { reported, model, written: writtenTokens } = answer
      const outputTokens = this.#outputOf(answer)
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
    const next = this.#nextCall()
    return {
      ...sum,
      byModel: [...byModel.values()],
      ...(next ? { next } : {}),
      ...(this.#isRedone ? { atLeast: true } : {}),
    }
  }

  /** An estimate: the next call reads everything again, and writes about as much as those before it. */
  #nextCall(): ModelUsage | null {
    const answers = [...this.#answers.values()]
    const last = answers.at(-1)
    if (!last?.calls) return null
    const outputs = answers.map((answer) => this.#outputOf(answer))
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

  #outputOf({ reported, characters }: Answer): number {
    const output = reported.outputTokens ?? 0
    return this.#dialect.reportsOutput ? output : Math.max(output, estimatedTokens(characters))
  }

  /** `modelUsage` includes sub-agents and requests of the CLI itself; `usage` is the main conversation only. */
  usageOfResult(event: JsonObject): RuntimeUsage {
    const byModel = usageByModel(event)
    const costUsd = event.number('total_cost_usd')
    const marks = {
      ...(this.#isRedone ? { atLeast: true as const } : {}),
      ...(this.#dialect.reportsConversation ? { ofConversation: true as const } : {}),
    }
    if (byModel.length === 0)
      return { ...tokensOf(event.object('usage'), this.#dialect), costUsd, ...marks }
    const total = byModel.reduce(sumModel)
    const cut = this.uncounted(event)
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
  uncounted(event: JsonObject): Usage | null {
    const last = [...this.#answers.values()].at(-1)
    const stop = event.get('stop_reason')
    const isStale = stop === null || stop === 'tool_use'
    const hasModels = Object.keys(event.object('modelUsage').toJSON()).length > 0
    if (!last || last.calls || !isStale || !hasModels) return null
    const counted = usageByModel(event).reduce((sum, one) => sum + one.inputTokens, 0)
    const seen = this.usage()?.inputTokens ?? 0
    return seen > counted ? { ...last.reported, outputTokens: this.#outputOf(last) } : null
  }
}

function answerOf(message: JsonObject, before: Answer | undefined, dialect: Dialect): Answer {
  const usage = message.object('usage')
  const blocks = message.objects('content')
  return {
    model: message.text('model') ?? 'unknown',
    reported: tokensOf(usage, dialect),
    written: usage.number('cache_creation_input_tokens') ?? 0,
    characters: (before?.characters ?? 0) + charactersOf(blocks),
    calls: (before?.calls ?? false) || blocks.some((one) => one.text('type') === 'tool_use'),
  }
}

const charactersOf = (blocks: readonly JsonObject[]): number =>
  blocks.reduce((sum, block) => sum + saidIn(block).length, 0)

const saidIn = (block: JsonObject): string =>
  block.text('text') ??
  block.text('thinking') ??
  (block.text('type') === 'tool_use' ? JSON.stringify(block.get('input') ?? {}) : '')

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

const usageByModel = (event: JsonObject): ModelUsage[] =>
  Object.entries(event.object('modelUsage').toJSON()).flatMap(([model, value]) => {
    const reported = new JsonObject(value)
    const fresh = reported.number('inputTokens')
    if (fresh === null) return []
    const cachedTokens = reported.number('cacheReadInputTokens') ?? 0
    const writtenTokens = reported.number('cacheCreationInputTokens') ?? 0
    const outputTokens = reported.number('outputTokens') ?? 0
    const inputTokens = fresh + cachedTokens + writtenTokens
    return [{ model, inputTokens, outputTokens, cachedTokens, writtenTokens }]
  })

function tokensOf(usage: JsonObject, dialect: Dialect): Usage {
  const cached = usage.number('cache_read_input_tokens')
  const written = usage.number('cache_creation_input_tokens')
  const input = usage.number('input_tokens')
  const beside = dialect.input === 'fresh' ? (cached ?? 0) + (written ?? 0) : 0
  return {
    ...UNKNOWN_USAGE,
    inputTokens: input === null ? null : input + beside,
    outputTokens: usage.number('output_tokens'),
    cachedTokens: cached,
  }
}
