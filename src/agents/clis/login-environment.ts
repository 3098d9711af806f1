/**
 * The environment that a person's login shell gives to programs. An app that was started from a dock or a menu has a poorer
 * one, in which no agent CLI would be found.
 */
import { randomUUID } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { shellWord } from '../../base/text.ts'
import { nodeProgram } from '../process/node-program.ts'
import { runBriefly } from './run-briefly.ts'

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
  const said = environmentSchema.safeParse(tryJson(text))
  const entries = Object.entries(said.data ?? {})
  return Object.fromEntries(entries.filter(([name]) => !NOT_TAKEN.test(name)))
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // a profile's farewell stands behind it
  }
}
