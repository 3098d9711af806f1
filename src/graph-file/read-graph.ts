/** Reads a graph from a file: all of it or nothing; each error is named by its line. */
import { givenTaskIdSchema } from '../domain/schemas.ts'
import { err, ok, type Result } from '../base/result.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { NewTask } from '../domain/task.ts'
import { type Spelling, toNewTask } from './task-fields.ts'
import { nearestLine, parseToml, type SourceError, type SourcePath } from '../config/toml-source.ts'
import { printParseErrorCode, visit } from 'jsonc-parser'
import { MAX_JSON_DEPTH } from '../domain/bounds.ts'

const GRAPH_FORMATS = ['toml', 'json', 'jsonl'] as const
export type GraphFormat = (typeof GRAPH_FORMATS)[number]

interface GraphFile {
  /** In the order of the file. */
  readonly tasks: readonly NewTask[]
  /** Line (from 1) of the task or of one of its fields (`after`), for errors that only a look at the whole graph finds. */
  lineOf(index: number, field?: string): number
}

/** A file as far as it can be read: its valid tasks and the errors of the others. */
export interface GraphReading extends GraphFile {
  readonly faults: readonly SourceError[]
  /** Indexes of tasks that only hold the id of an invalid one, so that others can depend on it. */
  readonly names: ReadonlySet<number>
}

/** `name` is the file as the user named it, `-` for stdin. Its extension gives the format, else the text is inspected. */
export function parseGraphFile(text: string, name: string): Result<GraphFile, Failure> {
  const reading = readGraphFile(text, name)
  if (!reading.ok) return reading
  const { faults, tasks, lineOf } = reading.value
  return faults.length > 0 ? err(graphFailure(name, faults)) : ok({ tasks, lineOf })
}

/** As `parseGraphFile`, but fails only where the text as a whole cannot be parsed. */
export function readGraphFile(text: string, name: string): Result<GraphReading, Failure> {
  const format = formatOf(name) ?? formatByLook(text)
  const read = READERS[format](text)
  if (!read.ok) return err(graphFailure(name, read.error))
  const { items, lineOf, spelling, faults } = read.value
  const tasks: NewTask[] = []
  const positions: number[] = []
  const names = new Set<number>()
  for (const [index, item] of items.entries()) {
    const task = toNewTask(item, spelling)
    if (task.ok) tasks.push(task.value)
    else {
      for (const fault of task.error)
        faults.push({ line: lineOf(index, fault.field), message: fault.message })
      const id = givenTaskIdSchema.safeParse(isRecord(item) ? item['id'] : undefined)
      if (!id.success) continue
      names.add(tasks.length)
      tasks.push({ id: id.data, title: '?' })
    }
    positions.push(index)
  }
  faults.push(...doubleIds(items, lineOf))
  const lineAt = (index: number, field?: string) => lineOf(positions[index] ?? index, field ?? null)
  return ok({ tasks, faults, names, lineOf: lineAt })
}

const SHOWN_ERRORS = 50

/** One message that names each error by its line, fifty at most. */
export function graphFailure(name: string, faults: readonly SourceError[]): Failure {
  const label = name === '-' ? 'the graph on stdin' : name
  const sorted = faults.toSorted((a, b) => a.line - b.line)
  const shown = sorted.slice(0, SHOWN_ERRORS).map(({ line, message }) => `line ${line}: ${message}`)
  const more = faults.length > shown.length ? [`and ${faults.length - shown.length} more`] : []
  return failure('file-broken', `${label}: ${[...shown, ...more].join(' | ')}`, {
    hint: 'nothing was imported',
    facts: { file: name, faults: sorted.slice(0, SHOWN_ERRORS) },
  })
}

export function formatOf(name: string): GraphFormat | null {
  const ending = /\.([A-Za-z]+)$/.exec(name)?.[1]?.toLowerCase()
  if (ending === 'ndjson') return 'jsonl'
  return GRAPH_FORMATS.find((format) => format === ending) ?? null
}

function formatByLook(text: string): GraphFormat {
  const start = text.replace(/^\uFEFF/, '').trimStart()
  if (!start.startsWith('{')) return 'toml'
  const whole = parseJson(text)
  const [first = ''] = start.split('\n')
  const isLines = parseJson(first).ok
  if (!whole.ok) return isLines ? 'jsonl' : 'json'
  return isRecord(whole.value.value) && Object.hasOwn(whole.value.value, 'task') ? 'json' : 'jsonl'
}

interface Reading {
  readonly items: readonly unknown[]
  readonly lineOf: (index: number, field: string | null) => number
  readonly spelling: Spelling
  readonly faults: SourceError[]
}

const READERS: Record<GraphFormat, (text: string) => Result<Reading, readonly SourceError[]>> = {
  toml: (text) => {
    const parsed = parseToml(text)
    return parsed.ok
      ? ok(readList(parsed.value.values, parsed.value.lineOf, 'snake'))
      : err([parsed.error])
  },
  json: (text) => {
    const parsed = parseJson(text)
    if (!parsed.ok) return err([parsed.error])
    const { value, lineOf } = parsed.value
    if (!isRecord(value)) return err([{ line: 1, message: 'must be one object {"task": […]}' }])
    return ok(readList(value, lineOf, 'camel'))
  },
  jsonl: readLines,
}

/** `[[task]]` or `{"task": […]}`. */
function readList(
  values: Readonly<Record<string, unknown>>,
  lineAt: (path: SourcePath) => number,
  spelling: Spelling,
): Reading {
  const faults = Object.keys(values)
    .filter((key) => key !== 'task')
    .map((key) => ({
      line: lineAt([key]),
      message: `unknown key ${JSON.stringify(key)}; a graph holds only tasks, each under "task"`,
    }))
  const list = values['task'] ?? []
  if (!Array.isArray(list))
    faults.push({ line: lineAt(['task']), message: '"task" must be a list: [[task]]' })
  const items: readonly unknown[] = Array.isArray(list) ? list : []
  const lineOf: Reading['lineOf'] = (index, field) =>
    lineAt(field === null ? ['task', index] : ['task', index, field])
  return { items, lineOf, spelling, faults }
}

function readLines(text: string): Result<Reading, readonly SourceError[]> {
  const items: unknown[] = []
  const lines: number[] = []
  const faults: SourceError[] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue
    const parsed = parseJson(line)
    if (!parsed.ok) {
      faults.push({ line: index + 1, message: parsed.error.message })
      continue
    }
    items.push(parsed.value.value)
    lines.push(index + 1)
  }
  return ok({ items, lineOf: (index) => lines[index] ?? 1, spelling: 'camel', faults })
}

function doubleIds(items: readonly unknown[], lineOf: Reading['lineOf']): SourceError[] {
  const firsts = new Map<string, number>()
  const faults: SourceError[] = []
  for (const [index, item] of items.entries()) {
    const id = isRecord(item) ? item['id'] : undefined
    if (typeof id !== 'string') continue
    const first = firsts.get(id)
    if (first === undefined) firsts.set(id, index)
    else
      faults.push({
        line: lineOf(index, 'id'),
        message: `the id ${JSON.stringify(id)} is taken by the task of line ${lineOf(first, 'id')}`,
      })
  }
  return faults
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// Parses JSON and keeps the line of each key and element. A duplicate key is an error: JSON.parse would silently take the last.

interface JsonSource {
  readonly value: unknown
  lineOf(path: SourcePath): number
}

export function parseJson(text: string): Result<JsonSource, SourceError> {
  const source = text.replace(/^\uFEFF/, '')
  try {
    const lines = linesByPath(source)
    const value: unknown = JSON.parse(source)
    return ok({ value, lineOf: (path) => nearestLine(lines, path) })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const line = error instanceof JsonError ? error.line : 1
    return err({ line, message: `not valid JSON: ${error.message}` })
  }
}

/** Ends the scan, which has no other way to stop early. */
class JsonError extends SyntaxError {
  readonly line: number
  /** `line` counts from 0. */
  constructor(message: string, line: number) {
    super(message)
    this.line = line + 1
  }
}

function linesByPath(source: string): Map<string, number> {
  const lines = new Map<string, number>()
  const keysOfOpenObjects: Set<string>[] = []
  const note = (path: SourcePath, line: number): void => {
    if (path.length > MAX_JSON_DEPTH)
      throw new JsonError(`nested deeper than ${MAX_JSON_DEPTH} levels`, line)
    const id = JSON.stringify(path)
    // The value of a key may begin on a later line than the key.
    if (!lines.has(id)) lines.set(id, line + 1)
  }
  const noteValue = (line: number, path: () => SourcePath): void => note(path(), line)
  const textAt = (offset: number, length: number) => source.slice(offset, offset + length)
  visit(
    source,
    {
      onObjectBegin(...[, , line, , path]) {
        noteValue(line, path)
        keysOfOpenObjects.push(new Set())
      },
      onObjectEnd: () => void keysOfOpenObjects.pop(),
      onObjectProperty(...[key, offset, length, line, , path]) {
        const keys = keysOfOpenObjects.at(-1)
        if (keys?.has(key))
          throw new JsonError(`the key ${textAt(offset, length)} comes twice`, line)
        keys?.add(key)
        note([...path(), key], line)
      },
      onArrayBegin: (...[, , line, , path]) => noteValue(line, path),
      onLiteralValue: (...[, , , line, , path]) => noteValue(line, path),
      onError(...[code, offset, length, line, column]) {
        if (isJson(source.slice(0, offset)))
          throw new JsonError('there is something after its end', line)
        const problem = printParseErrorCode(code)
          .replace(/\B[A-Z]/g, ' $&')
          .toLowerCase()
        const found = length === 0 ? 'the text ends' : `there is ${textAt(offset, length)}`
        throw new JsonError(`${problem} at column ${column + 1}, ${found}`, line)
      },
    },
    { disallowComments: true },
  )
  return lines
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
