/**
 * The base of the readers of agent CLIs: parses each line as a JSON event, collects what the summary of a run needs, and makes the
 * reports that all readers make. A reader adds fields to the state and a function from an event to reports.
 */
import type { RuntimeUsage, Usage } from '../../../domain/agent.ts'
import { isTooDeep } from '../../../domain/bounds.ts'
import type { WorkFailure } from '../../../domain/failure.ts'
import { clip, MAX_SUMMARY, oneLine, type OutputReport } from '../../../domain/output.ts'
import { EMPTY_SUMMARY, type OutputReader, type OutputSummary } from '../executor.ts'

type Report<Kind extends OutputReport['kind']> = Extract<OutputReport, { kind: Kind }>

export interface ReaderState {
  final: OutputSummary['final']
  failure: WorkFailure | null
  usage: RuntimeUsage | null
  conversation: string | null
  mutatingToolCalls: number
  /** Ids of the calls that change something if they succeed, and have no result yet. */
  readonly pending: Set<string>
}

export const emptyState = (): ReaderState => ({ ...EMPTY_SUMMARY, pending: new Set() })

interface EventReaderOptions extends Pick<OutputReader, 'readError' | 'rest'> {
  onEvent(event: JsonObject, at: number): readonly OutputReport[]
  /** What the summary does not take from the state as it is. */
  summary?(): Partial<OutputSummary>
}

/** A reader of JSON events, one per line. A line that is no event is reported as it is. */
export const createEventReader = (
  state: ReaderState,
  { onEvent, summary, ...more }: EventReaderOptions,
): OutputReader => ({
  ...more,
  read(line, writtenAt) {
    const event = parseEvent(line)
    return event ? onEvent(event, writtenAt) : rawReports(line)
  },
  finish: () => ({ ...summaryOfState(state), ...summary?.() }),
})

/** Reads the output of programs without an event format. */
export const createRawReader = (): OutputReader => ({
  read: rawReports,
  finish: () => EMPTY_SUMMARY,
})

export const rawReports = (line: string): readonly OutputReport[] =>
  line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]

export const summaryOfState = (state: ReaderState): OutputSummary => ({
  final: state.final,
  failure: state.failure,
  usage: state.usage,
  conversation: state.conversation,
  mutatingToolCalls: state.mutatingToolCalls,
})

/** The id with which a later agent can resume; null where the event has none. */
export function onConversation(state: ReaderState, id: string | null): readonly OutputReport[] {
  state.conversation = id
  return id === null ? [] : [{ kind: 'conversation', id: clip(id, MAX_SUMMARY) }]
}

interface ToolCall {
  readonly id: string | null
  readonly name: string | null
  readonly input: JsonObject | null
  /** The input as the CLI wrote it, where that is a text. */
  readonly inputText?: string
}

export const nameOfCall = ({ name }: Pick<ToolCall, 'name'>): string =>
  clip(name ?? 'tool', MAX_SUMMARY)

export const callReport = (call: ToolCall): Report<'tool-call'> => ({
  kind: 'tool-call',
  id: clip(call.id ?? '', MAX_SUMMARY),
  name: nameOfCall(call),
  summary: summaryOf(call.input),
  input: clip(call.inputText ?? JSON.stringify(call.input ?? {})),
})

/** `changes`: it may change something, and counts as a change once it has succeeded. */
export function onToolCall(
  state: ReaderState,
  call: ToolCall,
  changes: boolean,
): Report<'tool-call'> {
  const report = callReport(call)
  if (changes) state.pending.add(report.id)
  return report
}

export function onToolResult(
  state: ReaderState,
  result: { readonly id: string | null; readonly ok: boolean; readonly text: string },
): Report<'tool-result'> {
  const id = clip(result.id ?? '', MAX_SUMMARY)
  if (state.pending.delete(id) && result.ok) state.mutatingToolCalls++
  return { kind: 'tool-result', id, ok: result.ok, text: clip(result.text) }
}

/** The CLI's final word; a later one replaces it. */
export function onFinal(state: ReaderState, ok: boolean, text: string | null): Report<'result'> {
  state.final = { ok, text }
  return { kind: 'result', ok, text: clip(text ?? '') }
}

/** `text`: the CLI's own words, where it gave any. */
export const failureReport = (
  failure: WorkFailure,
  text: string | null = null,
): Report<'error'> => ({
  kind: 'error',
  message: clip(text ?? failure.reason),
  class: failure.class,
})

/** `delayMs` counts from `at`; null where the CLI does not say how long it waits. */
export const waitingReport = (
  why: string,
  at = 0,
  delayMs: number | null = null,
): Report<'waiting'> => ({
  kind: 'waiting',
  until: delayMs === null ? null : Math.round(at + delayMs),
  why: clip(why),
})

// Reads JSON events of other programs field by field. A field of another type counts as missing.

export type JsonObject = Readonly<Record<string, unknown>>

/** Null when the line holds no JSON object, or one that is nested too deeply. */
export function parseEvent(line: string): JsonObject | null {
  if (!line.startsWith('{') || isTooDeep(line)) return null
  try {
    return objectIn(JSON.parse(line))
  } catch {
    return null
  }
}

export const objectIn = (value: unknown): JsonObject | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null

export const objectAt = (from: JsonObject | null, key: string): JsonObject | null =>
  objectIn(from?.[key])

export function objectsAt(from: JsonObject | null, key: string): readonly JsonObject[] {
  const value = from?.[key]
  if (!Array.isArray(value)) return []
  return value.map(objectIn).filter((item) => item !== null)
}

export function textAt(from: JsonObject | null, key: string): string | null {
  const value = from?.[key]
  return typeof value === 'string' ? value : null
}

/** Finite and not negative: counts, durations, prices, instants. */
export function numberAt(from: JsonObject | null, key: string): number | null {
  const value = from?.[key]
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}

/** The texts of a list of content blocks. */
export const joinedText = (from: JsonObject | null, separator = ''): string =>
  objectsAt(from, 'content')
    .map((block) => textAt(block, 'text') ?? '')
    .join(separator)

export const isTrueAt = (from: JsonObject | null, key: string): boolean => from?.[key] === true

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

export function isChange(
  { editing, shell }: ChangingTools,
  name: string,
  input: JsonObject | null,
): boolean {
  const line = shell.has(name) ? textAt(input, 'command') : null
  return editing.has(name) || (line !== null && mayChangeThings(line))
}

/** Input fields that describe a call best, the best first. */
const DESCRIPTIVE = [
  'command',
  'file_path',
  'filePath',
  'path',
  'pattern',
  'query',
  'url',
  'description',
  'prompt',
]

/** One line. */
export function summaryOf(input: JsonObject | null): string {
  for (const key of DESCRIPTIVE) {
    const value = textAt(input, key)
    if (value !== null) return oneLine(value)
  }
  return ''
}

// Token counts, for CLIs that report them step by step or not at all.

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
  inputTokens: estimatedTokens(read + written),
  outputTokens: estimatedTokens(written),
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: null,
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
  readonly costUsd: number | null
}

export const usageFrom = (counts: SeparateCounts): Usage => ({
  inputTokens:
    counts.fresh === null ? null : counts.fresh + (counts.cached ?? 0) + (counts.written ?? 0),
  outputTokens: counts.output === null ? null : counts.output + (counts.reasoning ?? 0),
  cachedTokens: counts.cached,
  reasoningTokens: counts.reasoning ?? null,
  costUsd: counts.costUsd,
})
