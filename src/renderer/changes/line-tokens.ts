/** What of a line stands out in a diff: the words in which it differs from the line that it replaces. Pure. */
import {
  markEdits,
  tokenize,
  type ChangeData,
  type HunkData,
  type HunkTokens,
  type TokenNode,
} from 'react-diff-view'

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
