/** What the app installs: the command `yard` where shells find it, and the programs of its version. A file that is not ours stays as it is. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { errorText, shellWord } from '../base/text.ts'
import { replaceFile } from '../files/replace-file.ts'
import { createHash, randomUUID } from 'node:crypto'
import { PROGRAMS_FOLDER } from '../config/paths.ts'

export interface CommandParts {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** What runs the program, and what must be set for that. */
  readonly node: { readonly command: string; readonly env: Readonly<Record<string, string>> }
  /** `bin/yard` of this version. */
  readonly program: string
}

export interface CommandReport {
  readonly ok: boolean
  readonly message: string
}

const MARK = 'The command line of Yardmaster, put here by the app.'

export function installCommand(parts: CommandParts): CommandReport {
  const folder = folderFor(parts)
  const file = join(folder, parts.platform === 'win32' ? 'yard.cmd' : 'yard')
  if (existsSync(file) && !isOurs(file))
    return {
      ok: false,
      message: `${file} is another program. Move it away, or run ${parts.program} by its path.`,
    }
  try {
    write(file, parts)
  } catch (error) {
    const why = errorText(error)
    return { ok: false, message: `${file} cannot be written: ${why}` }
  }
  return { ok: true, message: `Wrote ${file}.${pathAdvice(folder, parts)}` }
}

/** After an update the command that was installed before leads to the new version. Nothing is installed that was not. */
export function refreshCommand(parts: CommandParts): void {
  const name = parts.platform === 'win32' ? 'yard.cmd' : 'yard'
  for (const folder of foldersOf(parts)) {
    const file = join(folder, name)
    try {
      if (isOurs(file) && readFileSync(file, 'utf8') !== textOf(parts)) write(file, parts)
    } catch {
      // one that cannot be written leads to the version before, which still is there
    }
  }
}

function foldersOf({ platform, home, env }: CommandParts): string[] {
  if (platform === 'win32')
    return [join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'yard', 'bin')]
  return [join(home, '.local', 'bin'), '/usr/local/bin']
}

/** The first that is on the PATH and may be written; else the person's own. */
function folderFor(parts: CommandParts): string {
  const folders = foldersOf(parts)
  const [own = ''] = folders
  return folders.find((folder) => isOnPath(folder, parts.env) && isWritable(folder)) ?? own
}

function write(file: string, parts: CommandParts): void {
  mkdirSync(join(file, '..'), { recursive: true })
  replaceFile(file, textOf(parts), { mode: 0o755 })
}

function textOf({ platform, node, program }: CommandParts): string {
  const variables = Object.entries(node.env)
  if (platform === 'win32') {
    const set = variables.map(([name, value]) => `@set "${name}=${value}"`)
    const lines = ['@setlocal', `@rem ${MARK}`, ...set, `@"${node.command}" "${program}" %*`]
    return `${lines.join('\r\n')}\r\n`
  }
  const set = variables.map(([name, value]) => `export ${name}=${shellWord(value)}`)
  const command = `exec ${shellWord(node.command)} ${shellWord(program)} "$@"`
  return ['#!/bin/sh', `# ${MARK}`, ...set, command, ''].join('\n')
}

function isOurs(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes(MARK)
  } catch {
    return false // not there, or not for us to read
  }
}

const isOnPath = (folder: string, env: CommandParts['env']): boolean =>
  (env['PATH'] ?? env['Path'] ?? '').split(delimiter).includes(folder)

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function pathAdvice(folder: string, { platform, env }: CommandParts): string {
  if (isOnPath(folder, env)) return ' Type `yard help` in a new terminal.'
  return platform === 'win32'
    ? ` Add ${folder} to your PATH to use it.`
    : ` ${folder} is not on your PATH yet: add \`export PATH="${folder}:$PATH"\` to your shell's profile.`
}

// A packed app copies what other processes run (supervisor, launcher, service, command line) into a folder of the user's, one for
// each version: agents outlive the app, and an image's mount or an update does not spare what they still need.

interface InstallParts {
  /** The packed app's folder: its archive, which is read as a folder. */
  readonly source: string
  /** The user's data folder. */
  readonly dataFolder: string
  readonly version: string
  readonly platform: NodeJS.Platform
  readonly now: number
}

/** What plain Node needs of the app. The page is served by services, too. */
const KEPT = ['package.json', 'bin', 'out/main', 'out/renderer', 'resources'] as const
const PACKAGES = ['better-sqlite3', 'electron-log', 'ws'] as const

/** Longer than any agent lives on after its app. A service says each day that it lives. */
const PRUNE_AFTER_MS = 60 * 24 * 3_600_000

/**
 * The folder of this version, complete. A second start finds it, also while the first one copies: each copies by itself
 * and the first to finish gives it its name.
 */
export function installPrograms(parts: InstallParts): string {
  const base = join(parts.dataFolder, PROGRAMS_FOLDER)
  const target = join(base, `${parts.version}-${contentOf(parts.source)}`)
  if (!existsSync(target)) copyInto(base, target, parts)
  const seconds = parts.now / 1000
  utimesSync(target, seconds, seconds) // used today
  prune(base, target, parts.now)
  return target
}

function copyInto(base: string, target: string, { source, platform }: InstallParts): void {
  mkdirSync(base, { recursive: true, mode: 0o700 })
  const fresh = join(base, `.new-${process.pid}-${randomUUID()}`)
  try {
    for (const name of KEPT) copy(join(source, name), join(fresh, name), isNeeded(platform))
    for (const name of PACKAGES) {
      const path = join('node_modules', name)
      copy(join(source, path), join(fresh, path), isNeeded(platform))
    }
    renameSync(fresh, target)
  } catch (error) {
    // Another start was faster: what stands there is complete.
    if (!existsSync(target)) throw error
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** Maps, and native libraries of other systems, are left behind. */
const isNeeded =
  (platform: NodeJS.Platform) =>
  (path: string): boolean => {
    if (path.endsWith('.map')) return false
    const native = /[\\/]prebuilds[\\/]([a-z0-9]+)-/.exec(path)?.[1]
    return native === undefined || native.replace('musl', '') === platform
  }

/** By plain reads and writes: those are what the archive answers. */
function copy(from: string, to: string, isWanted: (path: string) => boolean): void {
  if (!isWanted(from)) return
  if (statSync(from).isDirectory()) {
    mkdirSync(to, { recursive: true })
    for (const name of readdirSync(from)) copy(join(from, name), join(to, name), isWanted)
    return
  }
  mkdirSync(join(to, '..'), { recursive: true })
  const isProgram = /(?:\.sh|[\\/]bin[\\/]yard)$/.test(from)
  writeFileSync(to, readFileSync(from), { mode: isProgram ? 0o755 : 0o644 })
}

/** Two builds of one version are told apart by what they were built from, or by what they contain. */
function contentOf(source: string): string {
  const note = join(source, 'out', 'built-from')
  const file = existsSync(note) ? note : join(source, 'out', 'main', 'cli.js')
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12)
}

function prune(base: string, current: string, now: number): void {
  for (const name of readdirSync(base)) {
    const path = join(base, name)
    if (path === current) continue
    try {
      if (now - statSync(path).mtimeMs > PRUNE_AFTER_MS)
        rmSync(path, { recursive: true, force: true })
    } catch {
      // another start prunes it, too
    }
  }
}
