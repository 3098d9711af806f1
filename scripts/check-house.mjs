// Rules of CONTRIBUTING.md that no linter of ours has: they are read off the syntax trees of the sources.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, say } from './project.mjs'

const MAX_FILES = 20
/** A shorter file that only a neighbour imports belongs into that, unless it is a component, a worker, an entry of a list (a registry, the migrations) or tested by itself. */
const MIN_LINES = 60
const LISTS = /\/(registry|router|index)\.ts$/
/** Words that exported names do not use; docs/glossary.md has the field's own. */
const REFUSED =
  /^(wish|wishes|words|told|tells?|teller|doors?|vigil|tenders?|tend|beat|tally|roads?|moments?|lobby|company|furniture|nursery|misfit|trouble|vitals|mend|trial|outlook|ladder)$/
const MAX_FUNCTION_LINES = 60
const MAX_COMPONENT_LINES = 150
/** A factory is one story over shared state; cut in two, it hands the same names through an object. */
const FACTORY = /^(create|open)[A-Z]/

/** Commands are sent from the room of actions; the session numbers what is sent again. */
const SENDS_COMMANDS = /^src\/renderer\/(actions|model\/session)\//

/** Resolves to an exit code, after saying what is wrong. */
export async function checkHouse() {
  const { default: ts } = await import('typescript')
  const paths = ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
      .filter((path) => /\.tsx?$/.test(path)),
  )
  const sources = paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  const faults = [
    ...crowdedFolders(paths),
    ...peeledFiles(sources),
    ...sources.flatMap(misnamedExports),
    ...sources.flatMap(strayCommands),
    ...sources.flatMap((source) => faultsOf(ts, source)),
  ]
  for (const fault of faults) say(fault)
  return faults.length === 0 ? 0 : 1
}

/** Folders below `src` with more sources than they may hold. */
export function crowdedFolders(paths) {
  const counts = new Map()
  for (const path of paths) {
    const folder = dirname(path)
    if (folder.startsWith('src')) counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  return [...counts].flatMap(([folder, count]) => {
    return count > MAX_FILES ? [`${folder} holds ${count} sources; ${MAX_FILES} are the most`] : []
  })
}

/** Short files that were split off the only file, beside them, that imports them. */
export function peeledFiles(sources) {
  const importers = new Map()
  for (const { path, text } of sources)
    for (const [, target] of text.matchAll(/(?:from|import\()\s*'(\.[^']*)'/g)) {
      const found = join(dirname(path), target).replaceAll('\\', '/')
      importers.set(found, new Set(importers.get(found)).add(path))
    }
  return sources.flatMap(({ path, text }) => {
    if (!path.startsWith('src/') || path.endsWith('x') || path.endsWith('-worker.ts')) return []
    const [only, ...others] = importers.get(path) ?? []
    const lines = text.split('\n').length - 1
    const isPeeled =
      only !== undefined &&
      others.length === 0 &&
      dirname(only) === dirname(path) &&
      !LISTS.test(only)
    return isPeeled && lines < MIN_LINES
      ? [`${path} has ${lines} lines and one importer, beside it: ${only} should hold it`]
      : []
  })
}

/** Exported names that use a refused word. */
export function misnamedExports({ path, text }) {
  if (!path.startsWith('src/')) return []
  const names = text.matchAll(
    /^export (?:async )?(?:const|let|function\*?|class|interface|type) (\w+)/gm,
  )
  return [...names].flatMap(([, name]) => {
    const words = name.split(/(?<=[a-z0-9])(?=[A-Z])|_/)
    const refused = words.find((word) => REFUSED.test(word.toLowerCase()))
    return refused === undefined ? [] : [`${path} exports ${name}; "${refused}" is a refused word`]
  })
}

/** Places of the page outside of its actions that send a command: who adds an action finds all in one room. */
export function strayCommands({ path, text }) {
  if (!path.startsWith('src/renderer/') || SENDS_COMMANDS.test(path)) return []
  return /\bcommandId\b/.test(text)
    ? [`${path} sends a command; that is for src/renderer/actions`]
    : []
}

/** What is wrong in one source, a line each: `path:line what`. */
export function faultsOf(ts, { path, text }) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const faults = []
  const add = (node, what) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    faults.push(`${path}:${line + 1} ${what}`)
  }
  const visit = (node) => {
    if (isSelfSpread(ts, node))
      add(node, 'an object literal is spread into an object: its properties are not checked')
    if (path.startsWith('src/') && ts.isFunctionLike(node) && node.body !== undefined)
      checkLength(ts, node, { source, path, add })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return faults
}

const isSelfSpread = (ts, node) =>
  (ts.isSpreadAssignment(node) || ts.isJsxSpreadAttribute(node)) &&
  ts.isObjectLiteralExpression(node.expression)

function checkLength(ts, node, { source, path, add }) {
  const name = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : null)
  if (name !== null && FACTORY.test(name.getText())) return
  if (isTable(ts, node.body)) return
  const { line: first } = source.getLineAndCharacterOfPosition(node.getStart())
  const { line: last } = source.getLineAndCharacterOfPosition(node.end)
  const lines = last - first + 1
  const most = path.endsWith('.tsx') ? MAX_COMPONENT_LINES : MAX_FUNCTION_LINES
  if (lines > most)
    add(node, `${name?.getText() ?? 'a function'} has ${lines} lines; ${most} are the most`)
}

/** `() => [ … ]`: data, and no steps. */
function isTable(ts, body) {
  const inner = ts.isParenthesizedExpression(body) ? body.expression : body
  return ts.isArrayLiteralExpression(inner) || ts.isObjectLiteralExpression(inner)
}
