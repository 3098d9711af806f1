/** What an editing tool was asked to change, as lines taken out and put in. Read from its input; null when that says nothing of the kind. */
import { diffLines } from 'diff'
import { z } from 'zod'

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
