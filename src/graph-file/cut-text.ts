/**
 * Cuts the text of a graph between two tasks without parsing it. Each piece is a valid graph in the same format. Text that cannot
 * be cut with certainty stays in one piece, so that its errors are reported with the right lines.
 */

export interface Cut {
  /** The text of the piece, line breaks unchanged. */
  readonly source: string
  /** Offset of its end in the whole text. */
  readonly end: number
  /** Its first line, from 1. */
  readonly line: number
}

type Cutter = (text: string, size: number) => Generator<Cut>

/** One task a line. */
export const cutLines: Cutter = function* (text, size) {
  let line = 1
  for (let start = 0; start < text.length;) {
    const at = text.indexOf('\n', Math.min(start + size, text.length))
    const end = at < 0 ? text.length : at + 1
    const source = text.slice(start, end)
    yield { source, end, line }
    line += breaksIn(source)
    start = end
  }
}

/** Before a `[[task]]` that stands outside every string. */
export const cutToml: Cutter = function* (text, size) {
  let start = 0
  let startLine = 1
  let line = 1
  let quote: string | null = null
  for (let at = 0; at < text.length; line += 1) {
    const next = text.indexOf('\n', at)
    const end = next < 0 ? text.length : next + 1
    if (quote === null && at - start >= size && TASK_HEAD.test(text.slice(at, end))) {
      yield { source: text.slice(start, at), end: at, line: startLine }
      start = at
      startLine = line
    }
    quote = quoteAfter(text.slice(at, end), quote)
    at = end
  }
  yield { source: text.slice(start), end: text.length, line: startLine }
}

const TASK_HEAD = /^\s*\[\[\s*(?:task|"task"|'task')\s*\]\]/

/** Delimiters of strings, escapes of basic strings, the start of a comment. */
const TOML_MARKS = /"""|'''|\\.|["'#]/g

/** The delimiter of the string that is still open at the end of this line; null when none is. */
function quoteAfter(line: string, quote: string | null): string | null {
  let open = quote
  if (open === null && !line.includes('"""') && !line.includes("'''")) return null
  for (const [mark] of line.matchAll(TOML_MARKS)) {
    if (open !== null) open = mark === open ? null : open
    else if (mark === '#') break
    else if (!mark.startsWith('\\')) open = mark
  }
  // A string of one line ends with its line; otherwise the text is invalid anyway.
  return open !== null && open.length === 3 ? open : null
}

const JSON_HEAD = /^\uFEFF?\s*\{\s*"task"\s*:\s*\[/
/** Whole strings (skipped), brackets and commas. */
const JSON_MARKS = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},]/gs
const DEPTH_STEPS: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1 }
/** What follows a comma that separates no two elements. */
const JSON_GAP = /\s*[\],]/y

/** Between two elements of `{"task": […]}`. The last piece keeps the text after the list. */
export const cutJson: Cutter = function* (text, size) {
  const head = JSON_HEAD.exec(text)?.[0]
  if (head === undefined) return yield { source: text, end: text.length, line: 1 }
  let start = head.length
  let line = 1 + breaksIn(head)
  let depth = 0
  const marks = new RegExp(JSON_MARKS)
  marks.lastIndex = start
  for (let mark = marks.exec(text); mark && depth >= 0; mark = marks.exec(text)) {
    const at = mark.index
    depth += DEPTH_STEPS[mark[0]] ?? 0
    const isBetween = mark[0] === ',' && depth === 0
    if (!isBetween || at - start < size || isGap(text, at + 1)) continue
    const body = text.slice(start, at)
    yield { source: `{"task":[${body}]}`, end: at, line }
    line += breaksIn(body)
    start = at + 1
  }
  yield { source: `{"task":[${text.slice(start)}`, end: text.length, line }
}

function isGap(text: string, at: number): boolean {
  JSON_GAP.lastIndex = at
  return JSON_GAP.test(text)
}

function breaksIn(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
