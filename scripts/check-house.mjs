// Rules of CONTRIBUTING.md that no linter of ours has: they are read off the syntax trees of the sources.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, say } from './project.mjs'

const MAX_FILES = 20
/** Rooms of before this rule, with what they may hold at most until they are rebuilt; a count only ever falls. */
const LARGER = {
  'src/coordinator': 24,
  'src/domain': 40,
  'src/renderer/app': 21,
  'src/renderer/composer': 32,
  'src/renderer/graph': 52,
  'src/renderer/graph/acts': 21,
  'src/renderer/task': 28,
  'src/renderer/tasks': 26,
  'src/renderer/ui': 48,
  'src/renderer/workspace': 32,
  'src/yard': 50,
}
const MAX_FUNCTION_LINES = 60
const MAX_COMPONENT_LINES = 150
/** A factory is one story over shared state; cut in two, it hands the same names through an object. */
const FACTORY = /^(create|open)[A-Z]/

/** Resolves to an exit code, after saying what is wrong. */
export async function checkHouse() {
  const { default: ts } = await import('typescript')
  const paths = ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
      .filter((path) => /\.tsx?$/.test(path)),
  )
  const faults = [
    ...crowdedFolders(paths, LARGER),
    ...paths.flatMap((path) =>
      faultsOf(ts, { path, text: readFileSync(join(root, path), 'utf8') }),
    ),
  ]
  for (const fault of faults) say(fault)
  return faults.length === 0 ? 0 : 1
}

/** Folders below `src` with more sources than they may hold. `larger`: the most for some of them, by path. */
export function crowdedFolders(paths, larger = {}) {
  const counts = new Map()
  for (const path of paths) {
    const folder = dirname(path)
    if (folder.startsWith('src')) counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  return [...counts].flatMap(([folder, count]) => {
    const most = larger[folder] ?? MAX_FILES
    return count > most ? [`${folder} holds ${count} sources; ${most} are the most`] : []
  })
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
