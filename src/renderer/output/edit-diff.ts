/** What an editing tool was asked to change, as lines taken out and put in. Read from its input; null when that says nothing of the kind. */
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
/** Above it the middle is told as taken out and put in whole: comparing costs the product of both. */
const MOST_COMPARED = 40_000

export function editDiff(tool: string, input: string): EditDiff | null {
  if (!EDITORS.has(tool)) return null
  const parsed = inputSchema.safeParse(parseJson(input))
  if (!parsed.success) return null
  const lines = parsed.data.edits.flatMap((edit) =>
    diffLines(toLines(edit.old_string), toLines(edit.new_string)),
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

const toLines = (text: string): readonly string[] =>
  text === '' ? [] : text.replace(/\n$/, '').split('\n')

function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1
  let tail = 0
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before.at(-1 - tail) === after.at(-1 - tail)
  )
    tail += 1
  return [
    ...lineList('same', before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...lineList('same', before.slice(before.length - tail)),
  ]
}

const lineList = (kind: DiffLine['kind'], texts: readonly string[]): readonly DiffLine[] =>
  texts.map((text) => ({ kind, text }))

/** Along the longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  if (before.length * after.length > MOST_COMPARED)
    return [...lineList('removed', before), ...lineList('added', after)]
  const common = commonLengths(before, after)
  const lines: DiffLine[] = []
  let i = 0
  let j = 0
  while (i < before.length && j < after.length) {
    const [old = '', fresh = ''] = [before[i], after[j]]
    if (old === fresh) {
      lines.push({ kind: 'same', text: old })
      i += 1
      j += 1
    } else if (lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1)) {
      lines.push({ kind: 'removed', text: old })
      i += 1
    } else {
      lines.push({ kind: 'added', text: fresh })
      j += 1
    }
  }
  return [...lines, ...lineList('removed', before.slice(i)), ...lineList('added', after.slice(j))]
}

const lengthAt = (table: readonly (readonly number[])[], i: number, j: number): number =>
  table[i]?.[j] ?? 0

/** [i][j]: of what follows line i of the one and line j of the other. */
function commonLengths(
  before: readonly string[],
  after: readonly string[],
): readonly (readonly number[])[] {
  const table = Array.from({ length: before.length + 1 }, () =>
    Array.from({ length: after.length + 1 }, () => 0),
  )
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = table[i] as number[]
      row[j] =
        before[i] === after[j]
          ? lengthAt(table, i + 1, j + 1) + 1
          : Math.max(lengthAt(table, i + 1, j), lengthAt(table, i, j + 1))
    }
  return table
}
