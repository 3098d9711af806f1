// Builds out/ when the sources are not those it was built from. Content decides, not times: git sets new times.
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root, say, Stop } from './project.mjs'
import { runTool } from './run-tool.mjs'

const SOURCES = [
  'src',
  'resources',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
]

export async function buildIfStale() {
  const reason = whyStale(root)
  if (reason === null) return
  say(`Building (${reason}) …`)
  await build()
}

/** Builds, and notes what was built. A failed build leaves no note, so the next start builds again. */
export async function build(args = []) {
  const fingerprint = fingerprintOf(root) // taken first: an edit during the build makes the result stale
  rmSync(stampFile(root), { force: true })
  const code = await runTool('electron-vite', ['build', '--logLevel', 'warn', ...args])
  if (code !== 0) throw new Stop('The build failed (see above).')
  writeStamp(root, fingerprint)
}

/** Why a build is due, in words, or null. */
export function whyStale(folder) {
  if (!existsSync(join(folder, 'out/main/cli.js'))) return 'nothing is built yet'
  if (!existsSync(stampFile(folder))) return 'it is unknown what out/ was built from'
  const built = readFileSync(stampFile(folder), 'utf8').trim()
  return built === fingerprintOf(folder) ? null : 'the sources have changed'
}

/** A hash over the names and contents of all that goes into the build. */
export function fingerprintOf(folder) {
  const hash = createHash('sha256')
  for (const source of SOURCES) {
    for (const file of filesBelow(join(folder, source))) {
      hash.update(`${relative(folder, file).split(sep).join('/')}\0`)
      hash.update(readFileSync(file))
      hash.update('\0')
    }
  }
  return hash.digest('hex')
}

export function writeStamp(folder, fingerprint) {
  mkdirSync(join(folder, 'out'), { recursive: true })
  writeFileSync(stampFile(folder), `${fingerprint}\n`)
}

function stampFile(folder) {
  return join(folder, 'out/built-from')
}

function filesBelow(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path).sort()
  return names.flatMap((name) => filesBelow(join(path, name)))
}
