/**
 * Changes one key in a TOML text and leaves every other byte alone. The syntax tree and the edits of inline tables come from
 * toml-patch; plain keys are edited here, because its inserts go below the comment that introduces the next table and its
 * removals take the comment above a key with them.
 */
import { isDeepStrictEqual } from 'node:util'
import { patch } from '@decimalturn/toml-patch'
import { parse } from 'smol-toml'
import { invariant } from '../base/result.ts'
import { formatKey } from './keys.ts'
import { tomlNodes, type Spot, type TomlNode } from './toml-source.ts'

/** `text` is valid TOML and so is the answer. Removing what is not there changes nothing. */
export function setInText(text: string, path: readonly string[], value: unknown): string {
  const wanted = changed(parse(text), path, value)
  const edited = withByteOrderMark(text, (source) => setPlain(source, path, value))
  return isSame(edited, wanted) ? edited : patched(text, wanted)
}

/** Removes a key, or a table with all that is below it. */
export function removeFromText(text: string, path: readonly string[]): string {
  const wanted = changed(parse(text), path, undefined)
  const edited = withByteOrderMark(text, (source) => removePlain(source, path))
  return isSame(edited, wanted) ? edited : patched(text, wanted)
}

/** It is written down and nothing stands in it. */
export function isEmptyTable(text: string, path: readonly string[]): boolean {
  const table = path.reduce<unknown>(
    (around, key) => Object.entries(around ?? {}).find(([name]) => name === key)?.[1],
    parse(text),
  )
  return isDeepStrictEqual(plain(table), {})
}

function isSame(text: string, wanted: unknown): boolean {
  try {
    return isDeepStrictEqual(plain(parse(text)), plain(wanted))
  } catch {
    return false // the plain edit does not fit the way this file is written
  }
}

function patched(text: string, wanted: unknown): string {
  const edited = patch(text, wanted, { trailingComma: false, inlineTableStart: 9 })
  invariant(isSame(edited, wanted), 'an edit of the config file changed something else')
  return edited
}

/** Empty tables count for nothing: `[models]` may stay behind. */
const plain = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date)
    return value
  const entries = Object.entries(value).map(([key, inner]) => [key, plain(inner)] as const)
  const isEmpty = (inner: unknown) => isDeepStrictEqual(inner, {})
  return Object.fromEntries(entries.filter(([, inner]) => !isEmpty(inner)))
}

function changed(
  tree: Readonly<Record<string, unknown>>,
  path: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const [key = '', ...rest] = path
  const inner = Object.hasOwn(tree, key) ? tree[key] : undefined
  const isTable = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
  const next =
    rest.length === 0
      ? value
      : changed(isTable ? Object.fromEntries(Object.entries(inner)) : {}, rest, value)
  const others = Object.entries(tree)
  if (next === undefined) return Object.fromEntries(others.filter(([name]) => name !== key))
  const isNew = !Object.hasOwn(tree, key)
  return Object.fromEntries([
    ...others.map(([name, old]) => [name, name === key ? next : old]),
    ...(isNew ? [[key, next]] : []),
  ])
}

function withByteOrderMark(text: string, edit: (source: string) => string): string {
  return text.startsWith('\uFEFF') ? `\uFEFF${edit(text.slice(1))}` : edit(text)
}

function setPlain(text: string, path: readonly string[], value: unknown): string {
  const nodes = tomlNodes(text)
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const existing = nodes.find((node) => node.kind === 'key' && isPath(node, path))
  const literal = toLiteral(value)
  if (existing)
    return (
      text.slice(0, offsetOf(text, existing.valueStart)) +
      literal +
      text.slice(offsetOf(text, existing.end))
    )
  const line = `${formatKey(path.slice(-1))} = ${literal}`
  const inline = nodes.find((node) => node.kind === 'key' && isPath(node, path.slice(0, -1)))
  if (inline) return insertInside(text, inline, line)
  const table = nodes.find((node) => node.kind === 'table' && isPath(node, path.slice(0, -1)))
  if (table) return insertLine(text, insertAfter(text, nodes, table, path), line, eol)
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : `${eol}${eol}`
  return `${text}${gap}[${formatKey(path.slice(0, -1))}]${eol}${line}${eol}`
}

/** The line (from 1) to insert after: the commented-out default of the key, else the last key of the table, else its head. */
function insertAfter(
  text: string,
  nodes: readonly TomlNode[],
  table: TomlNode,
  path: readonly string[],
): number {
  const index = nodes.indexOf(table)
  const next = nodes.findIndex((node, at) => at > index && node.kind === 'table')
  const own = nodes.slice(index + 1, next === -1 ? nodes.length : next)
  const lines = text.split('\n')
  const until = next === -1 ? lines.length : (nodes[next]?.start.line ?? 1) - 1
  const comment = new RegExp(`^\\s*#\\s*${path.at(-1)?.replace(/\W/g, '\\$&') ?? ''}\\s*=`)
  for (let line = table.end.line + 1; line <= until; line++) {
    const isInValue = own.some((node) => node.start.line < line && line <= node.end.line)
    if (!isInValue && comment.test(lines[line - 1] ?? '')) return line
  }
  return Math.max(table.end.line, ...own.map((node) => node.end.line))
}

function insertLine(text: string, after: number, line: string, eol: string): string {
  const at = offsetOf(text, { line: after + 1, column: 0 })
  const before = text.slice(0, at)
  return `${before}${before.endsWith('\n') ? '' : eol}${line}${eol}${text.slice(at)}`
}

/** At the end of `{…}`; of anything else it makes no TOML, which is seen afterwards. */
function insertInside(text: string, table: TomlNode, pair: string): string {
  const end = offsetOf(text, table.end) - 1
  const before = text.slice(0, end).trimEnd()
  const comma = before.endsWith('{') ? ' ' : ', '
  return `${before}${comma}${pair} ${text.slice(end)}`
}

function removePlain(text: string, path: readonly string[]): string {
  const gone = tomlNodes(text).filter((node) => path.every((part, at) => node.path[at] === part))
  const lines = text.split('\n')
  const dropped = new Set<number>()
  for (const node of gone)
    for (let line = node.start.line; line <= node.end.line; line++) dropped.add(line)
  return lines.filter((_, index) => !dropped.has(index + 1)).join('\n')
}

const isPath = (node: TomlNode, path: readonly string[]): boolean =>
  isDeepStrictEqual(node.path, path)

function offsetOf(text: string, spot: Spot): number {
  let offset = 0
  for (let line = 1; line < spot.line; line++) {
    const end = text.indexOf('\n', offset)
    if (end === -1) return text.length
    offset = end + 1
  }
  return offset + spot.column
}

/** A value on one line. */
export function toLiteral(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map(toLiteral).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(
      ([key, inner]) => `${formatKey([key])} = ${toLiteral(inner)}`,
    )
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
  }
  return String(value)
}

/** JSON's escapes are TOML's, but for DEL; half a surrogate pair cannot be written at all. */
export const quote = (text: string): string =>
  JSON.stringify(text.toWellFormed()).replaceAll('\u007f', '\\u007f')
