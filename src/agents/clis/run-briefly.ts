/** Runs a small program to its end for what it prints, within a time limit. */
import { spawn } from 'node:child_process'
import { errorText } from '../../base/text.ts'

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
      if (child.pid === undefined) return
      try {
        process.kill(hasGroups ? -child.pid : child.pid, 'SIGKILL')
      } catch {
        // it has just ended by itself
      }
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
