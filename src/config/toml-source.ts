/** TOML text as plain values that know the line they stand on. */
import { parseDocument } from '@decimalturn/toml-patch'
import { parse, TomlError } from 'smol-toml'
import { err, ok, type Result } from '../base/result.ts'
import { MAX_JSON_DEPTH } from '../domain/bounds.ts'

export type SourcePath = readonly (string | number)[]

interface TomlSource {
  readonly values: Readonly<Record<string, unknown>>
  /** Line (from 1) of the key, or of the nearest table around it; 1 for the whole. */
  lineOf(path: SourcePath): number
}

export interface SourceError {
  readonly line: number
  readonly message: string
  /** The way out, where it is known. */
  readonly hint?: string
}

export function parseToml(text: string): Result<TomlSource, SourceError> {
  const source = text.replace(/^\uFEFF/, '')
  try {
    const values = parse(source, { maxDepth: MAX_JSON_DEPTH })
    let lines: Map<string, number> | null = null
    return ok({ values, lineOf: (path) => nearestLine((lines ??= indexLines(source)), path) })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [message = 'not valid TOML'] = error.message.split('\n')
    const twice = message.includes('redefine') ? redefined(source, error.line) : null
    if (twice) return err(twice)
    return err({
      line: error.line,
      message: message.replace(/^Invalid TOML document: /, 'not valid TOML: '),
    })
  }
}

/** What stands on that line for the second time, and where the first one is; null where that cannot be told. */
function redefined(text: string, line: number): SourceError | null {
  const lines = text.split('\n')
  const before = readableNodes(lines.slice(0, line - 1).join('\n'))
  const [second] = readableNodes(`${lines[line - 1]?.trim() ?? ''}\n`)
  if (!second) return null
  const table = before.findLast(({ kind }) => kind === 'table')?.path ?? []
  const path = second.kind === 'table' ? second.path : [...table, ...second.path]
  const first = before.find((node) => JSON.stringify(node.path) === JSON.stringify(path))
  if (!first || first.kind !== second.kind) return null
  const places = `is in this file twice: lines ${first.start.line} and ${line}`
  return second.kind === 'table'
    ? {
        line,
        message: `[${path.join('.')}] ${places}`,
        hint: 'put its keys into the one and take the other away',
      }
    : { line, message: `${path.join('.')} ${places}`, hint: 'leave one of them' }
}

function readableNodes(text: string): TomlNode[] {
  try {
    return tomlNodes(text)
  } catch {
    return [] // the fault is told without its other half
  }
}

export function nearestLine(lines: ReadonlyMap<string, number>, path: SourcePath): number {
  for (let length = path.length; length > 0; length--) {
    const line = lines.get(JSON.stringify(path.slice(0, length)))
    if (line !== undefined) return line
  }
  return 1
}

export interface Spot {
  readonly line: number
  readonly column: number
}
/** One key with its value, or one table head, of the text. */
export interface TomlNode {
  readonly kind: 'table' | 'key'
  /** From the root, with the index in a list of tables. */
  readonly path: SourcePath
  readonly start: Spot
  /** Exclusive. For a table: where its head ends. */
  readonly end: Spot
  /** Of the value; same as start and end for a table. */
  readonly valueStart: Spot
  /** Inside `{…}`, or written with a dotted key. */
  readonly isInline: boolean
}

/** What of the parser's syntax tree is read here. */
interface SyntaxNode {
  readonly type: string
  readonly loc: { readonly start: Spot; readonly end: Spot }
  readonly key?: {
    readonly value?: string[]
    readonly item?: SyntaxNode['key']
    readonly loc: SyntaxNode['loc']
  }
  readonly value?: unknown
  readonly items?: readonly SyntaxNode[]
  readonly item?: SyntaxNode
}

/** All nodes in the order of the text, which must be valid TOML. */
export function tomlNodes(text: string): TomlNode[] {
  // The package types its tree by an enum that it does not export.
  const blocks = parseDocument(text).cst as unknown as readonly SyntaxNode[]
  const nodes: TomlNode[] = []
  const counts = new Map<string, number>()
  for (const block of blocks) {
    if (block.type === 'KeyValue') addKey(nodes, block, [], false)
    if (block.type === 'Table' || block.type === 'TableArray') addTable(nodes, block, counts)
  }
  return nodes
}

function addTable(nodes: TomlNode[], table: SyntaxNode, counts: Map<string, number>): void {
  const path = absolute(table.key?.item?.value ?? [], counts, table.type === 'TableArray')
  const { start, end } = table.key?.loc ?? table.loc
  nodes.push({ kind: 'table', path, start, end, valueStart: start, isInline: false })
  for (const item of table.items ?? [])
    if (item.type === 'KeyValue') addKey(nodes, item, path, false)
}

/** Inserts the index of the current element after each list of tables on the way. */
function absolute(
  keys: readonly string[],
  counts: Map<string, number>,
  isElement: boolean,
): SourcePath {
  const path: (string | number)[] = []
  for (const [at, key] of keys.entries()) {
    path.push(key)
    const id = JSON.stringify(path)
    if (isElement && at === keys.length - 1) counts.set(id, (counts.get(id) ?? -1) + 1)
    const index = counts.get(id)
    if (index !== undefined) path.push(index)
  }
  return path
}

function addKey(nodes: TomlNode[], node: SyntaxNode, parent: SourcePath, isInline: boolean): void {
  const keys = node.key?.value ?? []
  const value = node.value as SyntaxNode
  const path = [...parent, ...keys]
  nodes.push({
    kind: 'key',
    path,
    start: node.loc.start,
    end: node.loc.end,
    valueStart: value.loc.start,
    isInline: isInline || keys.length > 1,
  })
  addInside(nodes, value, path)
}

function addInside(nodes: TomlNode[], value: SyntaxNode, path: SourcePath): void {
  const items = value.items ?? []
  if (value.type === 'InlineTable')
    for (const { item } of items) if (item?.type === 'KeyValue') addKey(nodes, item, path, true)
  if (value.type !== 'InlineArray') return
  const elements = items.flatMap(({ item }) => (item && item.type !== 'Comment' ? [item] : []))
  for (const [index, item] of elements.entries()) {
    const { start, end } = item.loc
    nodes.push({
      kind: 'key',
      path: [...path, index],
      start,
      end,
      valueStart: start,
      isInline: true,
    })
    addInside(nodes, item, [...path, index])
  }
}

function indexLines(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  for (const { path, start } of tomlNodes(text))
    for (let length = path.length; length > 0; length--) {
      const id = JSON.stringify(path.slice(0, length))
      if (!lines.has(id)) lines.set(id, start.line)
    }
  return lines
}
