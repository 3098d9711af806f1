/**
 * The environment that a person's login shell gives to programs. An app that was started from a dock or a menu has a poorer
 * one, in which no agent CLI would be found.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { errorText, shellWord } from '../../base/text.ts'
import { parseJson } from '../executors/readers/reader.ts'
import { signalOwnGroup } from '../process/host/process-host.ts'
import { nodeProgram } from '../process/node-program.ts'

const environmentSchema = z.record(z.string(), z.string())

type Env = Readonly<Record<string, string | undefined>>

/** Profiles that load version managers take a second or two. */
const PATIENCE_MS = 10_000

/** Of the shell itself and of this one moment, or of the program that asks. */
const NOT_TAKEN = /^(?:_|PWD|OLDPWD|SHLVL|TERM|ELECTRON_.*|YARD_.*)$/

/** `env` with what the login shell sets over it; `env` itself where there is no such shell, or it fails or hangs. */
export async function loginEnvironment(
  env: Env,
  platform: NodeJS.Platform = process.platform,
  patienceMs: number = PATIENCE_MS,
): Promise<Record<string, string | undefined>> {
  const shell = env['SHELL']
  if (platform === 'win32' || !shell || !isAbsolute(shell)) return { ...env }
  // What a profile prints by itself stands before the mark.
  const mark = `yard-${randomUUID()}`
  const node = nodeProgram()
  const script = `process.stdout.write("${mark}" + JSON.stringify(process.env))`
  const ended = await runBriefly({
    command: shell,
    args: ['-ilc', `${shellWord(node.command)} -e ${shellWord(script)}`],
    env: { ...env, ...node.env, TERM: 'dumb' },
    timeoutMs: patienceMs,
  })
  if (ended.kind !== 'ended' || ended.code !== 0) return { ...env }
  const at = ended.stdout.lastIndexOf(mark)
  return at === -1 ? { ...env } : { ...env, ...read(ended.stdout.slice(at + mark.length)) }
}

function read(text: string): Record<string, string> {
  // Not JSON where a profile's farewell stands behind it.
  const said = environmentSchema.safeParse(parseJson(text))
  const entries = Object.entries(said.data ?? {})
  return Object.fromEntries(entries.filter(([name]) => !NOT_TAKEN.test(name)))
}

// Runs a small program to its end for what it prints, within a time limit.

export interface BriefRun {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly timeoutMs: number
}

export type BriefEnd =
  | { readonly kind: 'ended'; readonly code: number | null; readonly stdout: string }
  | { readonly kind: 'not-started'; readonly reason: string }
  | { readonly kind: 'too-slow' }

const MOST_CHARACTERS = 1_000_000
/** For what was printed just before the end. */
const REST_MS = 200

/** Resolves always. What it started itself goes on, unless it is too slow: then that is ended with it where the system has process groups. */
export async function runBriefly(run: BriefRun): Promise<BriefEnd> {
  try {
    return await runToEnd(run)
  } catch (error) {
    // Some programs that cannot be run at all are refused before there is a process, such as `.cmd` files on Windows.
    return { kind: 'not-started', reason: errorText(error) }
  }
}

function runToEnd({ command, args, env, cwd, timeoutMs }: BriefRun): Promise<BriefEnd> {
  return new Promise((resolve) => {
    let stdout = ''
    const hasGroups = process.platform !== 'win32'
    const child = spawn(command, [...args], {
      env: { ...env },
      ...(cwd === undefined ? {} : { cwd }),
      // A shell that asks for a terminal would stop us: it gets a session of its own.
      detached: hasGroups,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const end = (): void => {
      if (child.pid !== undefined) signalOwnGroup(child.pid, 'SIGKILL')
    }
    const settle = (result: BriefEnd): void => {
      clearTimeout(timer)
      resolve(result)
    }
    let timer = setTimeout(() => {
      end()
      settle({ kind: 'too-slow' })
    }, timeoutMs)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < MOST_CHARACTERS) stdout += text
    })
    child.once('error', (error) => settle({ kind: 'not-started', reason: error.message }))
    child.once('close', (code) => settle({ kind: 'ended', code, stdout }))
    // Something that it left running may hold its output open for good.
    child.once('exit', (code) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        child.stdout.destroy()
        settle({ kind: 'ended', code, stdout })
      }, REST_MS)
    })
  })
}
