/** Reads a graph of any size in pieces, so that the caller's event loop runs in between. */
import { err, ok, type Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import type { NewTask } from '../domain/new-task.ts'
import { cutJson, cutLines, cutToml } from './cut-text.ts'
import { graphFailure, parseGraphFile, type GraphFormat } from './read-graph.ts'

export interface GraphPiece {
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
