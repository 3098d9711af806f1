/** One file's patch as lines that can be shown in parts and pointed at. Pure. */
import {
  type ChangeData,
  getChangeKey,
  type HunkData,
  type HunkTokens,
  markEdits,
  tokenize,
  type TokenNode,
} from 'react-diff-view'
import type { ChangeComment } from '../../contract/change.ts'

export type LinePosition = Pick<ChangeComment, 'side' | 'line'>

export interface Patch {
  readonly hunks: readonly HunkData[]
  /** Lines of all hunks together. */
  readonly lines: number
  /** Keys of lines that end the file without a line break. */
  readonly unended: ReadonlySet<string>
  /** Besides the text: `Made executable`; null when nothing. */
  readonly modeNote: string | null
}

const HEAD = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/

/** Total: what is no hunk is left out. */
export function parsePatch(patch: string): Patch {
  const hunks: HunkData[] = []
  const unended = new Set<string>()
  const place = { old: 0, new: 0 }
  for (const line of patch.split('\n')) {
    const head = HEAD.exec(line)
    const changes = hunks.at(-1)?.changes
    if (head) {
      const hunk = hunkOf(line, head)
      hunks.push(hunk)
      place.old = hunk.oldStart
      place.new = hunk.newStart
    } else if (line.startsWith('\\')) {
      const last = changes?.at(-1)
      if (last) unended.add(getChangeKey(last))
    } else {
      const change = changes && changeOf(line, place)
      if (change) changes.push(change)
    }
  }
  const lines = hunks.reduce((sum, { changes }) => sum + changes.length, 0)
  return { hunks, lines, unended, modeNote: modeNote(patch) }
}

const hunkOf = (content: string, head: RegExpExecArray): HunkData => ({
  content,
  oldStart: Number(head[1]),
  oldLines: Number(head[2] ?? 1),
  newStart: Number(head[3]),
  newLines: Number(head[4] ?? 1),
  changes: [],
})

/** Counts the place on. Null for what is no line of a hunk. */
function changeOf(line: string, place: { old: number; new: number }): ChangeData | null {
  const content = line.slice(1)
  switch (line.charAt(0)) {
    case '+':
      return { type: 'insert', isInsert: true, content, lineNumber: place.new++ }
    case '-':
      return { type: 'delete', isDelete: true, content, lineNumber: place.old++ }
    case ' ': {
      const at = { oldLineNumber: place.old++, newLineNumber: place.new++ }
      return { type: 'normal', isNormal: true, content, ...at }
    }
    default:
      return null
  }
}

function modeNote(patch: string): string | null {
  const head = patch.slice(0, 4000)
  const before = /^old mode (\d+)$/m.exec(head)?.[1]
  const after = /^new mode (\d+)$/m.exec(head)?.[1]
  if (before === undefined || after === undefined) return null
  if (after === '100755') return 'Made executable'
  return before === '100755' ? 'No longer executable' : `Mode ${before} became ${after}`
}

/** The hunks with the lines from the one to the other index, counted over all of them. */
export function hunksBetween(
  hunks: readonly HunkData[],
  from: number,
  to: number,
): readonly HunkData[] {
  const shown: HunkData[] = []
  let first = 0
  for (const hunk of hunks) {
    const changes = hunk.changes.slice(Math.max(0, from - first), Math.max(0, to - first))
    if (changes.length > 0)
      shown.push(changes.length === hunk.changes.length ? hunk : { ...hunk, changes })
    first += hunk.changes.length
  }
  return shown
}

/** Where a comment on the line belongs: on an unchanged line to what it is now, unless the old side is meant. */
export function positionOf(change: ChangeData, side: LinePosition['side'] = 'new'): LinePosition {
  if (change.type === 'insert') return { side: 'new', line: change.lineNumber }
  if (change.type === 'delete') return { side: 'old', line: change.lineNumber }
  return side === 'old'
    ? { side, line: change.oldLineNumber }
    : { side, line: change.newLineNumber }
}

export const positionText = ({ side, line }: LinePosition): string =>
  side === 'old' ? `line ${line} before` : `line ${line}`

/** Of each line: its key, its number over all hunks, and the line itself. */
export interface LineIndex {
  readonly byPlace: ReadonlyMap<string, string>
  readonly byKey: ReadonlyMap<string, { readonly change: ChangeData; readonly at: number }>
}

export function indexLines(hunks: readonly HunkData[]): LineIndex {
  const byPlace = new Map<string, string>()
  const byKey = new Map<string, { change: ChangeData; at: number }>()
  let at = 0
  for (const { changes } of hunks)
    for (const change of changes) {
      const key = getChangeKey(change)
      byKey.set(key, { change, at })
      at += 1
      const sides = change.type === 'normal' ? (['old', 'new'] as const) : (['new'] as const)
      for (const side of sides) byPlace.set(placeKey(positionOf(change, side)), key)
    }
  return { byPlace, byKey }
}

const placeKey = ({ side, line }: LinePosition): string => `${side} ${line}`

/** The line that a comment is at; null when the patch does not show it. */
export const keyAt = ({ byPlace }: LineIndex, place: LinePosition): string | null =>
  byPlace.get(placeKey(place)) ?? null

// What of a line stands out in a diff: the words in which it differs from the line that it replaces. Pure.

/** Above these, whole lines are enough: comparing them costs more than it tells. */
const MOST_LINES = 400
const MOST_CHARACTERS = 400
/** The library fills up to the last line's number. */
const HIGHEST_LINE = 20_000

export function lineTokens(hunks: readonly HunkData[]): HunkTokens {
  const changes = hunks.flatMap((hunk) => hunk.changes)
  const isSmall =
    changes.length <= MOST_LINES &&
    changes.every(
      (change) => change.content.length <= MOST_CHARACTERS && numberOf(change) <= HIGHEST_LINE,
    )
  if (!isSmall) return plainTokens(changes)
  const all = [...hunks]
  return tokenize(all, { highlight: false, enhancers: [markEdits(all, { type: 'block' })] })
}

const numberOf = (change: ChangeData): number =>
  change.type === 'normal'
    ? Math.max(change.oldLineNumber, change.newLineNumber)
    : change.lineNumber

/** Each line as it is. Lines that are not shown have none. */
function plainTokens(changes: readonly ChangeData[]): HunkTokens {
  const tokens: HunkTokens = { old: [], new: [] }
  for (const change of changes) {
    const line: TokenNode[] = [{ type: 'text', value: change.content }]
    if (change.type !== 'insert')
      tokens.old[(change.type === 'normal' ? change.oldLineNumber : change.lineNumber) - 1] = line
    if (change.type !== 'delete')
      tokens.new[(change.type === 'normal' ? change.newLineNumber : change.lineNumber) - 1] = line
  }
  return tokens
}
