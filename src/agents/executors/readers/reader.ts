/**
 * The base of the readers of agent CLIs: parses each line as a JSON event, collects what the summary of a run needs, and makes the
 * reports that all readers make. A reader adds the state that only its CLI needs, and `onEvent`.
 */
import type { RuntimeUsage, Usage } from '../../../domain/agent.ts'
import { isTooDeep } from '../../../domain/bounds.ts'
import type { WorkFailure } from '../../../domain/failure.ts'
import { clip, MAX_SUMMARY, oneLine, type OutputReport } from '../../../domain/output.ts'
import { EMPTY_SUMMARY, type OutputReader, type OutputSummary } from '../executor.ts'

interface ToolCall {
  readonly id: string | null
  readonly name: string | null
  readonly input: JsonObject
  /** The input as the CLI wrote it, where that is a text. */
  readonly inputText?: string
  /** One line; made from the input where it is left out. */
  readonly summary?: string
  /** Shown where the input says nothing of itself. */
  readonly title?: string | null
}

/** What is known from the output so far, and the reports that were made of it and not handed over yet. */
export abstract class ReportingReader implements OutputReader {
  protected final: OutputSummary['final'] = null
  protected failure: WorkFailure | null = null
  protected usage: RuntimeUsage | null = null
  protected conversation: string | null = null
  protected mutatingToolCalls = 0
  /** Names of its tools that can change something; none for a reader that says so of each call. */
  protected readonly tools: ChangingTools = { editing: new Set(), shell: new Set() }
  /** Ids of the calls that change something if they succeed, and have no result yet. */
  readonly #pending = new Set<string>()
  #reports: OutputReport[] = []

  abstract read(line: string, writtenAt: number): readonly OutputReport[]

  finish(): OutputSummary {
    const { final, failure, usage, conversation, mutatingToolCalls } = this
    return { final, failure, usage, conversation, mutatingToolCalls }
  }

  protected report(...reports: readonly OutputReport[]): void {
    this.#reports.push(...reports)
  }

  /** What was reported since the last call. */
  protected take(): readonly OutputReport[] {
    const reports = this.#reports
    this.#reports = []
    return reports
  }

  /** The id with which a later agent can resume; null where the event has none. */
  protected onConversation(id: string | null): void {
    this.conversation = id
    if (id !== null) this.report({ kind: 'conversation', id: clip(id, MAX_SUMMARY) })
  }

  protected onText(kind: 'text' | 'thinking', text: string | null): void {
    this.report({ kind, text: clip(text ?? '') })
  }

  /** `changes`: it may change something, and counts as a change once it has succeeded. Else its name and input tell. */
  protected onToolCall(call: ToolCall, changes?: boolean): void {
    const id = clip(call.id ?? '', MAX_SUMMARY)
    const name = clip(call.name ?? 'tool', MAX_SUMMARY)
    if (changes ?? this.#isChange(name, call.input)) this.#pending.add(id)
    const summary = call.summary ?? (summaryOf(call.input) || oneLine(call.title ?? ''))
    const input = clip(call.inputText ?? JSON.stringify(call.input))
    this.report({ kind: 'tool-call', id, name, summary, input })
  }

  #isChange(name: string, input: JsonObject): boolean {
    const line = this.tools.shell.has(name) ? input.text('command') : null
    return this.tools.editing.has(name) || (line !== null && mayChangeThings(line))
  }

  protected onToolResult(id: string | null, ok: boolean, text: string): void {
    const known = clip(id ?? '', MAX_SUMMARY)
    if (this.#pending.delete(known) && ok) this.mutatingToolCalls++
    this.report({ kind: 'tool-result', id: known, ok, text: clip(text) })
  }

  protected onUsage(usage: RuntimeUsage): void {
    this.usage = usage
    this.report({ kind: 'usage', usage })
  }

  /** `text`: the CLI's own words, where it gave any. */
  protected onFailure(failure: WorkFailure, text: string | null = null): void {
    this.failure = failure
    this.report({ kind: 'error', message: clip(text ?? failure.reason), class: failure.class })
  }

  /** It waits for its provider. `delayMs` counts from `at`; null where the CLI does not say how long it waits. */
  protected onWaiting(why: string, at = 0, delayMs: number | null = null): void {
    const until = delayMs === null ? null : Math.round(at + delayMs)
    this.report({ kind: 'waiting', until, why: clip(why) })
  }

  /** The CLI's final word; a later one replaces it. */
  protected onFinal(ok: boolean, text: string | null, structured?: unknown): void {
    this.final = { ok, text, ...(structured === undefined ? {} : { structured }) }
    this.report({ kind: 'result', ok, text: clip(text ?? '') })
  }
}

/** Reads JSON events, one per line. A line that is no event is reported as it is. */
export abstract class EventReader extends ReportingReader {
  protected abstract onEvent(event: JsonObject, at: number): void

  read(line: string, writtenAt: number): readonly OutputReport[] {
    const event = parseEvent(line)
    if (event) this.onEvent(event, writtenAt)
    else this.report(...rawReports(line))
    return this.take()
  }
}

/** Reads the output of programs without an event format. */
export const createRawReader = (): OutputReader => ({
  read: rawReports,
  finish: () => EMPTY_SUMMARY,
})

export const rawReports = (line: string): readonly OutputReport[] =>
  line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]

/** A JSON object of another program, read field by field. What is missing, or of another type, is null or an object without fields. */
export class JsonObject {
  readonly #fields: Readonly<Record<string, unknown>> | null

  constructor(value: unknown) {
    this.#fields = isRecord(value) ? value : null
  }

  get isThere(): boolean {
    return this.#fields !== null
  }

  get(key: string): unknown {
    return this.#fields?.[key]
  }

  object(key: string): JsonObject {
    return new JsonObject(this.get(key))
  }

  objects(key: string): readonly JsonObject[] {
    const value = this.get(key)
    return Array.isArray(value) ? value.filter(isRecord).map((one) => new JsonObject(one)) : []
  }

  text(key: string): string | null {
    const value = this.get(key)
    return typeof value === 'string' ? value : null
  }

  /** Finite and not negative: counts, durations, prices, instants. */
  number(key: string): number | null {
    const value = this.get(key)
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
  }

  isTrue(key: string): boolean {
    return this.get(key) === true
  }

  /** The texts of its list of content blocks. */
  joinedText(separator = ''): string {
    const blocks = this.objects('content')
    return blocks.map((block) => block.text('text') ?? '').join(separator)
  }

  toJSON(): Readonly<Record<string, unknown>> {
    return this.#fields ?? {}
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Null when the line holds no JSON object, or one that is nested too deeply. */
export function parseEvent(line: string): JsonObject | null {
  const value = line.startsWith('{') && !isTooDeep(line) ? parseJson(line) : null
  return value === null ? null : new JsonObject(value)
}

/** Null where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The JSON object that a text is; without fields where it is none. */
export const jsonIn = (text: string | null): JsonObject =>
  parseEvent(text ?? '') ?? new JsonObject(null)

// What a tool call does, by its name and input: whether it may change something, and its line for display.

const READING =
  /^(ls|cat|head|tail|wc|grep|rg|find|fd|pwd|echo|stat|file|which|env|date|whoami|tree|du|df|ps|true|test)\b/
const READING_GIT = /^git (status|log|diff|show|branch --show-current|rev-parse|ls-files|blame)\b/
/** Redirection, substitution or a second command: the first word does not decide. */
const COMPOUND = /[>;&|`\n]|\$\(|-exec\b|-delete\b/

/** A shell line counts as a change unless it plainly only reads: the evidence of work where there is no git repository. */
export function mayChangeThings(shellLine: string): boolean {
  const line = shellLine.trim()
  return COMPOUND.test(line) || !(READING.test(line) || READING_GIT.test(line))
}

/** Names of a CLI's tools that can change something. */
export interface ChangingTools {
  readonly editing: ReadonlySet<string>
  /** Tools whose input has the shell line in `command`. */
  readonly shell: ReadonlySet<string>
}

/** Input fields that describe a call best, the best first. */
const DESCRIPTIVE = [
  ...['command', 'file_path', 'filePath', 'path', 'pattern', 'query', 'url'],
  ...['description', 'prompt'],
]

/** One line. */
export function summaryOf(input: JsonObject): string {
  const value = DESCRIPTIVE.map((key) => input.text(key)).find((text) => text !== null)
  return oneLine(value ?? '')
}

// Token counts, for CLIs that report them step by step or not at all.

export const UNKNOWN_USAGE: Usage = {
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: null,
}

/** A count that one side does not know adds nothing; the sum is null where neither knows it. */
export function sumUsage(before: Usage | null, step: Usage): Usage {
  if (before === null) return step
  const add = (a: number | null, b: number | null): number | null =>
    a === null && b === null ? null : (a ?? 0) + (b ?? 0)
  return {
    inputTokens: add(before.inputTokens, step.inputTokens),
    outputTokens: add(before.outputTokens, step.outputTokens),
    cachedTokens: add(before.cachedTokens, step.cachedTokens),
    reasoningTokens: add(before.reasoningTokens, step.reasoningTokens),
    costUsd: add(before.costUsd, step.costUsd),
    ...(before.atLeast || step.atLeast ? { atLeast: true } : {}),
  }
}

/** Marks the counts as a lower bound. Null stays null. */
export const atLeast = <T extends Usage>(usage: T | null): T | null =>
  usage === null ? null : { ...usage, atLeast: true }

/** About how many tokens a text is: a token is seldom shorter than four characters. */
export const estimatedTokens = (characters: number): number => Math.ceil(characters / 4)

/** An estimate from the characters that the model was given and that it wrote, which it is given again. */
export const estimatedUsage = (read: number, written: number): Usage => ({
  ...UNKNOWN_USAGE,
  inputTokens: estimatedTokens(read + written),
  outputTokens: estimatedTokens(written),
})

/** Counts that a provider reports apart from each other; null where it reports none. */
interface SeparateCounts {
  /** Input that was neither read from nor written to a cache. */
  readonly fresh: number | null
  readonly cached: number | null
  readonly written: number | null
  readonly output: number | null
  /** Not in `output`, and billed as such. */
  readonly reasoning?: number | null
  /** 0 means that it knows no price. */
  readonly costUsd: number | null
}

export const usageFrom = (counts: SeparateCounts): Usage => ({
  inputTokens:
    counts.fresh === null ? null : counts.fresh + (counts.cached ?? 0) + (counts.written ?? 0),
  outputTokens: counts.output === null ? null : counts.output + (counts.reasoning ?? 0),
  cachedTokens: counts.cached,
  reasoningTokens: counts.reasoning ?? null,
  costUsd: counts.costUsd || null,
})
