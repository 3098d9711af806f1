/** Reports of an agent → blocks to show: lines join to one terminal, a result joins its call. Bounded; the oldest are let go. */
import type { OutputReport } from '../../domain/output.ts'

export const MAX_BLOCKS = 2000
export const MAX_BLOCK_CHARS = 64_000

interface Keyed {
  readonly key: number
}
export type OutputBlock = Keyed &
  (
    | { readonly kind: 'terminal'; readonly text: string }
    | {
        readonly kind: 'text' | 'thinking' | 'question' | 'notice' | 'error'
        readonly text: string
      }
    | { readonly kind: 'result'; readonly ok: boolean; readonly text: string }
    | {
        readonly kind: 'tool'
        readonly id: string
        readonly name: string
        readonly summary: string
        /** null while it runs. */
        readonly result: { readonly ok: boolean; readonly text: string } | null
      }
  )
type NewBlock = OutputBlock extends infer B ? (B extends Keyed ? Omit<B, 'key'> : never) : never

export function foldOutput(
  blocks: readonly OutputBlock[],
  reports: readonly OutputReport[],
): readonly OutputBlock[] {
  const next = [...blocks]
  let key = (blocks.at(-1)?.key ?? 0) + 1
  for (const report of reports) {
    if (report.kind === 'raw') {
      if (!extendTerminal(next, `${report.text}\n`))
        next.push({ key: key++, kind: 'terminal', text: `${report.text}\n` })
    } else if (report.kind === 'tool-result') {
      answerCall(next, report)
    } else {
      const block = toBlock(report)
      if (block) next.push({ ...block, key: key++ })
    }
  }
  return next.slice(-MAX_BLOCKS)
}

/** Text of the raw file, as it is. */
export function foldText(blocks: readonly OutputBlock[], text: string): readonly OutputBlock[] {
  if (text === '') return blocks
  const next = [...blocks]
  if (!extendTerminal(next, text))
    next.push({ key: (blocks.at(-1)?.key ?? 0) + 1, kind: 'terminal', text })
  return next.slice(-MAX_BLOCKS)
}

function extendTerminal(blocks: OutputBlock[], text: string): boolean {
  const last = blocks.at(-1)
  if (last?.kind !== 'terminal' || last.text.length + text.length > MAX_BLOCK_CHARS) return false
  blocks[blocks.length - 1] = { ...last, text: last.text + text }
  return true
}

function answerCall(
  blocks: OutputBlock[],
  report: Extract<OutputReport, { kind: 'tool-result' }>,
): void {
  const index = blocks.findLastIndex((block) => block.kind === 'tool' && block.id === report.id)
  const call = blocks[index]
  if (call?.kind === 'tool')
    blocks[index] = { ...call, result: { ok: report.ok, text: report.text } }
}

/** Usage and conversation are facts of the agent, shown elsewhere. */
function toBlock(report: Exclude<OutputReport, { kind: 'raw' | 'tool-result' }>): NewBlock | null {
  switch (report.kind) {
    case 'text':
    case 'thinking':
    case 'question':
      return { kind: report.kind, text: report.text }
    case 'tool-call':
      return {
        kind: 'tool',
        id: report.id,
        name: report.name,
        summary: report.summary,
        result: null,
      }
    case 'waiting':
      return { kind: 'notice', text: report.why }
    case 'error':
      return { kind: 'error', text: report.message }
    case 'result':
      return { kind: 'result', ok: report.ok, text: report.text }
    case 'usage':
    case 'conversation':
      return null
  }
}
