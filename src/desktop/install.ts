/** Puts the command `yard` where shells find it. A file there that is not ours stays as it is. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { errorText, shellWord } from '../base/text.ts'
import { replaceFile } from '../files/replace-file.ts'

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
