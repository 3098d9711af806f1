/** The real command line, run as a person would: `bin/yard` from this checkout, in a yard of its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { PROJECT } from '../bench/bench-yard.ts'

export interface CommandPlace {
  readonly root: string
  readonly env: Readonly<Record<string, string>>
}

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

const YARD = join(PROJECT, 'bin', 'yard')

export function yard(place: CommandPlace, ...words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [YARD, ...words],
      { cwd: place.root, env: { ...place.env }, maxBuffer: 64 * 2 ** 20 },
      (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    )
  })
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** For what goes on until it is ended, or killed. */
export const startYard = (place: CommandPlace, ...words: readonly string[]): Running =>
  startProgram(place, [YARD, ...words])

/** A script with its arguments, in this Node. */
export function startProgram(place: CommandPlace, words: readonly string[]): Running {
  const child = spawn(process.execPath, words, {
    cwd: place.root,
    env: { ...place.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal, ...said }))
  })
  return { child, ended }
}
