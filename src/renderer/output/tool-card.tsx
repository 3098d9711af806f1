/** One call of a tool: what was asked, what came of it. Long bodies are folded; a failure stands open; what runs counts. */
import { ChevronDown, ChevronRight, FileText, Pencil, Search, Terminal, Wrench } from 'lucide-react'
import { createContext, useContext, type ReactNode } from 'react'
import { durationText } from '../../domain/format.ts'
import { Elapsed } from '../components/ticking-time.tsx'
import { Icon } from '../ui/icon.tsx'
import { Lamp } from '../components/status-badge.tsx'
import { countText } from '../ui/format.ts'
import type { LooseResult, ToolBlock, ToolResult } from './fold-output.ts'
import { PlainText } from '../ui/plain-text.tsx'
import { LinkedText, TerminalText } from './terminal-text.tsx'
import { diffLines } from 'diff'
import { z } from 'zod'

const FOLDED_LINES = 8

interface ToolCardProps {
  readonly block: ToolBlock
  /** It may still be under way. */
  readonly isAlive: boolean
  /** Since when it runs, when that is known. */
  readonly since: string | null
}

export function ToolCard({ block, isAlive, since }: ToolCardProps) {
  const { result } = block
  const diff = editDiff(block.name, block.input)
  return (
    <div className="tool" data-st={stateOf(result, isAlive)}>
      <div className="tool-head text-11">
        <ToolIcon name={block.name} />
        <b>{block.name}</b>
        <code title={block.summary}>
          <LinkedText text={block.summary} />
        </code>
        <span className="tool-word flex items-center font-medium text-state">
          {diff && <Counts diff={diff} />}
          {result === null ? (
            <Pending isAlive={isAlive} since={since} />
          ) : (
            <Outcome result={result} startedAt={block.at} />
          )}
        </span>
      </div>
      {diff && <Diff blockKey={block.key} diff={diff} isOpen={result?.ok === false} />}
      {result !== null && result.text !== '' && !(diff && result.ok) && (
        <Result blockKey={block.key} result={result} />
      )}
    </div>
  )
}

function Pending({ isAlive, since }: Pick<ToolCardProps, 'isAlive' | 'since'>): ReactNode {
  if (!isAlive) return 'No answer'
  return (
    <>
      <Lamp state="in-progress" />
      {since === null ? 'Running' : <Elapsed since={since} />}
    </>
  )
}

/** An answer whose call stands further up than what was read. */
export function LooseResultCard({ block }: { readonly block: LooseResult }) {
  return (
    <div className="tool" data-st={stateOf(block.result, false)}>
      <div className="tool-head text-11">
        <Wrench size={14} strokeWidth={1.5} aria-hidden="true" />
        <b>Answer</b>
        <code>to an earlier call</code>
        <span className="tool-word flex items-center font-medium text-state">
          <Outcome result={block.result} startedAt={null} />
        </span>
      </div>
      <Result blockKey={block.key} result={block.result} />
    </div>
  )
}

const stateOf = (result: ToolResult | null, isAlive: boolean): string =>
  result === null ? (isAlive ? 'in-progress' : 'abandoned') : result.ok ? 'done' : 'failed'

function Outcome({
  result,
  startedAt,
}: {
  readonly result: ToolResult
  readonly startedAt: number | null
}) {
  // Read in one go, both have one time, which says nothing about the call.
  const took =
    startedAt === null || result.at === null || result.at === startedAt
      ? null
      : result.at - startedAt
  return (
    <>
      {result.ok ? (
        <>
          <Icon name="check" />
          <span className="visually-hidden">Ok</span>
        </>
      ) : (
        'Failed'
      )}
      {took !== null && <span className="text-text-3">{durationText(took)}</span>}
    </>
  )
}

function ToolIcon({ name }: { readonly name: string }) {
  const Found = ICONS.find(([pattern]) => pattern.test(name))?.[1] ?? Wrench
  return <Found size={14} strokeWidth={1.5} aria-hidden="true" />
}
const ICONS = [
  [/bash|shell|command|exec/i, Terminal],
  [/edit|write|patch/i, Pencil],
  [/read|file|view/i, FileText],
  [/grep|glob|search|find/i, Search],
] as const

const Counts = ({ diff }: { readonly diff: EditDiff }): ReactNode => (
  <>
    <span className="text-done">+{diff.added}</span>
    <span className="text-failed">−{diff.removed}</span>
  </>
)

function Result({ blockKey, result }: { readonly blockKey: string; readonly result: ToolResult }) {
  const lines = result.text.replace(/\n+$/, '').split('\n')
  return (
    <Folded blockKey={blockKey} count={lines.length} isOpenAtFirst={!result.ok}>
      {(shown) => <TerminalText text={lines.slice(0, shown).join('\n')} />}
    </Folded>
  )
}

const SIGNS = { same: '  ', added: '+ ', removed: '- ' } as const

function Diff(props: {
  readonly blockKey: string
  readonly diff: EditDiff
  readonly isOpen: boolean
}) {
  const { lines } = props.diff
  return (
    <Folded blockKey={`${props.blockKey} diff`} count={lines.length} isOpenAtFirst={props.isOpen}>
      {(shown) =>
        lines.slice(0, shown).map((line, index) => (
          <span key={index} className="diff-line" data-kind={line.kind}>
            {SIGNS[line.kind]}
            <PlainText text={line.text} />
            {'\n'}
          </span>
        ))
      }
    </Folded>
  )
}

interface FoldedProps {
  readonly blockKey: string
  /** Lines there are. */
  readonly count: number
  readonly isOpenAtFirst: boolean
  readonly children: (shown: number) => ReactNode
}

function Folded({ blockKey, count, isOpenAtFirst, children }: FoldedProps) {
  const [isOpen, toggle] = useOpened(blockKey, isOpenAtFirst)
  const isLong = count > FOLDED_LINES
  const Mark = isOpen ? ChevronDown : ChevronRight
  return (
    <>
      <pre>{children(isOpen || !isLong ? count : FOLDED_LINES)}</pre>
      {isLong && (
        <button type="button" className="tool-more" aria-expanded={isOpen} onClick={toggle}>
          <Mark size={14} strokeWidth={1.5} aria-hidden="true" />
          {isOpen ? 'Show less' : `Show all ${countText(count)} lines`}
        </button>
      )}
    </>
  )
}

/** Which blocks a person has opened or closed, kept while they are scrolled out of sight. */
export interface OpenedBlocks {
  /** What the person chose; undefined = nothing. */
  readonly chosen: ReadonlyMap<string, boolean>
  choose(key: string, isOpen: boolean): void
}

export const OpenedBlocksContext = createContext<OpenedBlocks>({
  chosen: new Map(),
  choose: () => {},
})

export function useOpened(key: string, isOpenAtFirst: boolean): readonly [boolean, () => void] {
  const { chosen, choose } = useContext(OpenedBlocksContext)
  const isOpen = chosen.get(key) ?? isOpenAtFirst
  return [isOpen, () => choose(key, !isOpen)]
}

// What an editing tool was asked to change, as lines taken out and put in. Read from its input; null when that says nothing of the kind.

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}
export interface EditDiff {
  readonly lines: readonly DiffLine[]
  readonly added: number
  readonly removed: number
}

const changeSchema = z.object({ old_string: z.string(), new_string: z.string() })
const inputSchema = z.union([
  z.object({ edits: z.array(changeSchema).min(1) }),
  changeSchema.transform((change) => ({ edits: [change] })),
  z.object({ content: z.string() }).transform(({ content }) => ({
    edits: [{ old_string: '', new_string: content }],
  })),
])
const EDITORS = new Set(['Edit', 'MultiEdit', 'Write'])
/** Texts that differ in more lines are shown as taken out and put in whole: comparing them takes too long to wait for. */
const MAX_EDITS = 400

export function editDiff(tool: string, input: string): EditDiff | null {
  if (!EDITORS.has(tool)) return null
  const parsed = inputSchema.safeParse(parseJson(input))
  if (!parsed.success) return null
  const lines = parsed.data.edits.flatMap(({ old_string, new_string }) =>
    linesOf(withEnd(old_string), withEnd(new_string)),
  )
  const count = (kind: DiffLine['kind']): number =>
    lines.filter((line) => line.kind === kind).length
  return { lines, added: count('added'), removed: count('removed') }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // cut
  }
}

/** Whether the last line has an end is no change. */
const withEnd = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

function linesOf(before: string, after: string): readonly DiffLine[] {
  const parts = diffLines(before, after, { maxEditLength: MAX_EDITS }) ?? [
    { value: before, removed: true, added: false },
    { value: after, removed: false, added: true },
  ]
  return parts.flatMap(({ value, added, removed }) =>
    value
      .split('\n')
      .slice(0, -1)
      .map((text) => ({ kind: added ? 'added' : removed ? 'removed' : 'same', text }) as const),
  )
}
