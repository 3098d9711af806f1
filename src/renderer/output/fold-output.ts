/** Reports of an agent → blocks to show: lines join to one terminal, a result joins its call. Append-only: a block's key never changes. */
import type { OutputReport } from '../../domain/output.ts'

/** Small enough that a list of them can be drawn in part: each line has an element for its number. */
export const MAX_BLOCK_CHARS = 8000
const MAX_BLOCK_LINES = 20

interface Keyed {
  readonly key: string
  /** When it arrived while the page was looking, ms; null = before that. */
  readonly at: number | null
  /** Line of the output that it was read from, counted from the first of its piece, which is 0. */
  readonly line: number
}
export interface ToolResult {
  readonly ok: boolean
  readonly text: string
  readonly at: number | null
}
export type ToolBlock = Keyed & {
  readonly kind: 'tool'
  readonly id: string
  readonly name: string
  readonly summary: string
  /** JSON, perhaps cut. */
  readonly input: string
  /** null while it runs. */
  readonly result: ToolResult | null
}
/** A result whose call was read with an earlier piece, or not at all. */
export type LooseResult = Keyed & {
  readonly kind: 'tool-result'
  readonly id: string
  readonly result: ToolResult
}
export type TerminalBlock = Keyed & {
  readonly kind: 'terminal'
  readonly stream: OutputStream
  readonly text: string
  /** Of each line of `text`, also of one whose beginning stands in the block before. */
  readonly lines: readonly TerminalLine[]
}
export type TerminalLine = Pick<Keyed, 'line' | 'at'>
type OutputStream = Extract<OutputReport, { kind: 'raw' }>['stream']
export type OutputBlock =
  | TerminalBlock
  | ToolBlock
  | LooseResult
  | (Keyed & {
      readonly kind: 'text' | 'question' | 'error'
      readonly text: string
    })
  | (Keyed & {
      readonly kind: 'thinking'
      readonly text: string
      /** How long, ms; null when nobody watched. */
      readonly tookMs: number | null
    })
  | (Keyed & { readonly kind: 'notice'; readonly text: string; readonly until: number | null })
  | (Keyed & { readonly kind: 'result'; readonly ok: boolean; readonly text: string })

interface Place {
  /** Stands before every key, so that keys of different pieces differ. */
  readonly prefix: string
  /** Now, ms, when these came while the page was looking. */
  readonly at: number | null
  /** Lines of the piece that stand before these; 0 unless told. */
  readonly line?: number
}

export function foldOutput(
  blocks: readonly OutputBlock[],
  reports: readonly OutputReport[],
  place: Place,
  /** Of each report its line, counted from the first of these. */
  lines: readonly number[] = [],
): readonly OutputBlock[] {
  const next = [...blocks]
  const { line: before = 0 } = place
  for (const [index, report] of reports.entries())
    addReport(next, report, { ...place, line: before + (lines[index] ?? 0) })
  return next
}

function addReport(
  blocks: OutputBlock[],
  report: OutputReport,
  { prefix, at, line = 0 }: Place,
): void {
  const keyed = { key: `${prefix}:${blocks.length}`, at, line }
  const add = (block: OutputBlock): void => void blocks.push(block)
  switch (report.kind) {
    case 'raw':
      return addTerminal(blocks, `${report.text}\n`, { prefix, at, line, stream: report.stream })
    case 'text':
    case 'question':
      return add({ ...keyed, kind: report.kind, text: report.text })
    case 'thinking':
      return add({ ...keyed, kind: 'thinking', text: report.text, tookMs: spanSince(blocks, at) })
    case 'tool-call':
      return add({ ...report, ...keyed, kind: 'tool', result: null })
    case 'tool-result':
      return addResult(blocks, report, keyed)
    case 'waiting':
      return add({ ...keyed, kind: 'notice', text: report.why, until: report.until })
    case 'error':
      return add({ ...keyed, kind: 'error', text: report.message })
    case 'result':
      return add({ ...keyed, kind: 'result', ok: report.ok, text: report.text })
    case 'usage':
    case 'conversation':
      return undefined // facts of the agent, shown elsewhere
  }
}

/** Since the block before it, where both were seen to come, and not in one go. */
function spanSince(blocks: readonly OutputBlock[], at: number | null): number | null {
  const before = blocks.at(-1)
  const from = before?.kind === 'tool' ? (before.result?.at ?? null) : (before?.at ?? null)
  return from === null || at === null || at === from ? null : at - from
}

function addResult(
  blocks: OutputBlock[],
  report: Extract<OutputReport, { kind: 'tool-result' }>,
  keyed: Keyed,
): void {
  const result = { ok: report.ok, text: report.text, at: keyed.at }
  const index = blocks.findLastIndex((block) => block.kind === 'tool' && block.id === report.id)
  const call = blocks[index]
  if (call?.kind === 'tool') blocks[index] = { ...call, result }
  else blocks.push({ ...keyed, kind: 'tool-result', id: report.id, result })
}

/** Text of the raw file, as it is. */
export function foldText(
  blocks: readonly OutputBlock[],
  text: string,
  place: Place,
): readonly OutputBlock[] {
  const next = [...blocks]
  let { line = 0 } = place
  for (let rest = text; rest !== '';) {
    const piece = rest.slice(0, cutOf(rest))
    addTerminal(next, piece, { ...place, line, stream: 'stdout' })
    line += countLines(piece)
    rest = rest.slice(piece.length)
  }
  return next
}

/** At the end of the last whole line that fits, else where the space ends, never inside a character. */
function cutOf(text: string): number {
  let line = 0
  for (let count = 0; count < MAX_BLOCK_LINES; count += 1) {
    const end = text.indexOf('\n', line) + 1
    if (end === 0 && text.length <= MAX_BLOCK_CHARS) return text.length
    if (end === 0 || end > MAX_BLOCK_CHARS) break
    line = end
  }
  if (line > 0) return line
  const last = text.charCodeAt(MAX_BLOCK_CHARS - 1)
  return last >= 0xd800 && last < 0xdc00 ? MAX_BLOCK_CHARS - 1 : MAX_BLOCK_CHARS
}

function addTerminal(
  blocks: OutputBlock[],
  text: string,
  { prefix, at, line = 0, stream }: Place & { readonly stream: OutputStream },
): void {
  const added = linesOf(text, line, at)
  const last = blocks.at(-1)
  if (
    last?.kind === 'terminal' &&
    last.stream === stream &&
    last.text.length + text.length <= MAX_BLOCK_CHARS &&
    last.lines.length + added.length <= MAX_BLOCK_LINES
  )
    blocks[blocks.length - 1] = {
      ...last,
      text: last.text + text,
      // The rest of a line that has begun is no further one.
      lines: [...last.lines, ...added.slice(last.text.endsWith('\n') ? 0 : 1)],
    }
  else
    blocks.push({
      kind: 'terminal',
      key: `${prefix}:${blocks.length}`,
      at,
      line,
      stream,
      text,
      lines: added,
    })
}

/** A line that is broken into several keeps its number. */
const linesOf = (text: string, line: number, at: number | null): readonly TerminalLine[] =>
  Array.from({ length: countLines(text.slice(0, -1)) + 1 }, (_, index) => ({
    line: line + index,
    at,
  }))

export function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

/** The blocks of pieces that follow one another, as one list: a result of a later piece joins its call in an earlier one. */
export function linkBlocks(pieces: readonly (readonly OutputBlock[])[]): readonly OutputBlock[] {
  const list: OutputBlock[] = []
  const open = new Map<string, number>()
  for (const blocks of pieces)
    for (const block of blocks) {
      const at =
        block.kind === 'tool' || block.kind === 'tool-result' ? open.get(block.id) : undefined
      const call = at === undefined ? undefined : list[at]
      if (at !== undefined && call?.kind === 'tool') {
        const { result } = block as ToolBlock | LooseResult
        if (result !== null) {
          list[at] = joined(call, result)
          open.delete(call.id)
        }
        continue
      }
      if (block.kind === 'tool' && block.result === null) open.set(block.id, list.length)
      list.push(block)
    }
  return list
}

/** The same object for the same pair, so that nothing is drawn again in vain. */
function joined(call: ToolBlock, result: ToolResult): ToolBlock {
  const known = joinedCalls.get(call)
  if (known?.result === result) return known
  const made = { ...call, result }
  joinedCalls.set(call, made)
  return made
}
const joinedCalls = new WeakMap<ToolBlock, ToolBlock>()

/** A block as plain text, for copying and for finding something in it. */
export function blockText(block: OutputBlock): string {
  switch (block.kind) {
    case 'tool':
      return `${block.name} ${block.summary}\n${block.result?.text ?? ''}`
    case 'tool-result':
      return block.result.text
    default:
      return block.text
  }
}

/** Terminal text and text of an agent one after the other, as they are read. */
export const joinedText = (blocks: readonly OutputBlock[]): string =>
  blocks.map((block) => blockText(block).replace(/\n*$/, '\n')).join('')

/** Raw text has its own ends of lines. */
export const joinedRaw = (blocks: readonly OutputBlock[]): string => blocks.map(blockText).join('')
