/** Reads a graph of any size in pieces, so that the caller's event loop runs in between. */
import { err, ok, type Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import type { NewTask } from '../domain/task.ts'
import { graphFailure, parseGraphFile, type GraphFormat } from './read-graph.ts'

interface GraphPiece {
  readonly tasks: readonly NewTask[]
  /** Number of characters read so far. */
  readonly done: number
}

/** The smallest size of a piece but the last. */
const PIECE_CHARACTERS = 64_000
const NAME = 'the graph'

/**
 * Ends with the first failure, which names every error of its piece by the line in the whole text. An id that occurs in two
 * pieces is an error of the second.
 */
export function* readGraphInPieces(
  text: string,
  format: GraphFormat | 'auto',
  pieceCharacters = PIECE_CHARACTERS,
): Generator<Result<GraphPiece, Failure>> {
  const known = format === 'auto' ? formatByHead(text) : format
  const cut = { toml: cutToml, json: cutJson, jsonl: cutLines }[known]
  const firsts = new Map<string, number>()
  for (const { source, end, line } of cut(text, pieceCharacters)) {
    const piece = readPiece(source, known, line, firsts)
    if (!piece.ok) return yield piece
    yield ok({ tasks: piece.value, done: end })
  }
}

function readPiece(
  source: string,
  format: GraphFormat,
  firstLine: number,
  firsts: Map<string, number>,
): Result<readonly NewTask[], Failure> {
  const read = parseGraphFile(source, `graph.${format}`)
  const shift = firstLine - 1
  if (!read.ok) {
    const faults = faultsOf(read.error).map((fault) => ({ ...fault, line: fault.line + shift }))
    return err(graphFailure(NAME, faults))
  }
  const { tasks, lineOf } = read.value
  const doubles = tasks.flatMap(({ id }, index) => {
    if (id === undefined) return []
    const line = lineOf(index, 'id') + shift
    const first = firsts.get(id)
    if (first === undefined) firsts.set(id, line)
    return first === undefined
      ? []
      : [{ line, message: `the id "${id}" is taken by the task of line ${first}` }]
  })
  return doubles.length > 0 ? err(graphFailure(NAME, doubles)) : ok(tasks)
}

const faultsOf = ({ facts }: Failure): { line: number; message: string }[] =>
  Array.isArray(facts?.['faults']) ? facts['faults'] : []

/** Looks at the beginning only: parsing the whole text would block. */
function formatByHead(text: string): GraphFormat {
  const start = text.search(/[^\s\uFEFF]/)
  if (start < 0 || text[start] !== '{') return 'toml'
  const lineEnd = text.indexOf('\n', start)
  const first = text.slice(start, lineEnd < 0 ? undefined : lineEnd)
  const value = parsedOrNull(first)
  if (value === null) return 'json'
  return Object.hasOwn(value, 'task') ? 'json' : 'jsonl'
}

function parsedOrNull(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' ? value : null
  } catch {
    return null // the value continues on the next line
  }
}

interface Cut {
  /** The text of the piece, line breaks unchanged. */
  readonly source: string
  /** Offset of its end in the whole text. */
  readonly end: number
  /** Its first line, from 1. */
  readonly line: number
}

/**
 * Cuts the text of a graph between two tasks without parsing it. Each piece is a valid graph in the same format. Text that cannot
 * be cut with certainty stays in one piece, so that its errors are reported with the right lines.
 */
type Cutter = (text: string, size: number) => Generator<Cut>

/** One task a line. */
const cutLines: Cutter = function* (text, size) {
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
const cutToml: Cutter = function* (text, size) {
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
const cutJson: Cutter = function* (text, size) {
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
