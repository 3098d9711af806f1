/** Plants one fault in a copy of the project and asks who catches it. The working tree is only read. */
import { spawn } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fault } from './faults.ts'

/** What a run said of a fault: it held, it failed, or it did not come to an end. */
export type Answer = 'held' | 'failed' | 'hung'

export interface Caught {
  readonly name: string
  /** Null: not asked. */
  readonly simulation: Answer | null
  readonly tests: Answer | null
  /** The first line of what was said. */
  readonly words: string
}

/** Who is asked; `either`: the tests only where the simulation has not caught it. */
export type Judge = 'simulation' | 'tests' | 'both' | 'either'
export const isJudge = (word: string): word is Judge =>
  ['simulation', 'tests', 'both', 'either'].includes(word)

export interface PlantOptions {
  readonly histories: number
  readonly steps: number
  readonly by: Judge
  /** A run that takes longer is ended and counts as hung. */
  readonly limitMs: number
}

const COPIED = ['src', 'test', 'resources', 'bin', 'scripts', 'package.json', 'vitest.config.ts']
const isTsconfig = (name: string): boolean => /^tsconfig.*\.json$/.test(name)

export interface Copy {
  /** Without a fault everybody must say that it holds; else what they say of faults means nothing. Gives who does not. */
  checkSound(faults: readonly Fault[], options: PlantOptions): Promise<string | null>
  ask(fault: Fault, options: PlantOptions): Promise<Caught>
  remove(): void
}

export function makeCopy(root: string): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'yard-mutate-'))
  for (const name of [...COPIED, ...readdirSync(root).filter(isTsconfig)])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return {
    async checkSound(faults, options) {
      const { by } = options
      const worlds = new Map(faults.map((fault) => [worldOf(fault).join(' '), worldOf(fault)]))
      for (const world of by === 'tests' ? [] : worlds.values()) {
        const simulation = await askSimulation(folder, options, world)
        if (simulation.answer !== 'held') return `the simulation: ${simulation.words}`
      }
      const tests = [...new Set(faults.flatMap((fault) => fault.tests))]
      const isEnough = by === 'simulation' || tests.length === 0
      const answer = isEnough ? UNASKED : await askTests(folder, tests, options)
      return (answer.answer ?? 'held') === 'held' ? null : `the tests: ${answer.words}`
    },
    async ask(fault, options) {
      const file = join(folder, fault.file)
      const sound = readFileSync(file, 'utf8')
      // A function, because `$` has a meaning in a text.
      writeFileSync(
        file,
        sound.replace(fault.find, () => fault.replace),
      )
      try {
        return await ask(folder, fault, options)
      } finally {
        writeFileSync(file, sound)
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function ask(folder: string, fault: Fault, options: PlantOptions): Promise<Caught> {
  const { by } = options
  const simulation = by === 'tests' ? UNASKED : await askSimulation(folder, options, worldOf(fault))
  const isCaught = simulation.answer === 'failed' || simulation.answer === 'hung'
  const isEnough = by === 'simulation' || (by === 'either' && isCaught) || fault.tests.length === 0
  const tests = isEnough ? UNASKED : await askTests(folder, fault.tests, options)
  const { words } = isCaught ? simulation : tests
  return { name: fault.name, simulation: simulation.answer, tests: tests.answer, words }
}

const UNASKED: { readonly answer: Answer | null; readonly words: string } = {
  answer: null,
  words: '',
}

/** What the histories must hold for the fault to be reached at all. */
const worldOf = ({ area }: Fault): readonly string[] => WORLDS[area] ?? []
const WORLDS: Readonly<Partial<Record<Fault['area'], readonly string[]>>> = {
  triage: ['--triages'],
  mail: ['--mails'],
}

function askSimulation(
  folder: string,
  { histories, steps, limitMs }: PlantOptions,
  world: readonly string[],
) {
  const asked = ['--seed', 1, '--histories', histories, '--steps', steps, ...world]
  return run(folder, ['test/simulation/cli.ts', ...asked.map(String)], limitMs)
}

const askTests = (folder: string, tests: readonly string[], { limitMs }: PlantOptions) =>
  run(
    folder,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--bail', '1', ...tests],
    limitMs,
  )

function run(
  folder: string,
  args: readonly string[],
  limitMs: number,
): Promise<{ answer: Answer; words: string }> {
  return new Promise((resolve) => {
    // A group of its own, so that the processes of a test that hangs end with it.
    const child = spawn(process.execPath, args, { cwd: folder, detached: true })
    let output = ''
    let hangs = false
    const collect = (data: Buffer): void => void (output += data.toString())
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const timer = setTimeout(() => {
      hangs = true
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, limitMs)
    child.on('close', (code) => {
      clearTimeout(timer)
      const answer = hangs ? 'hung' : code === 0 ? 'held' : 'failed'
      resolve({ answer, words: tellingLine(output) })
    })
  })
}

const TELLING = /broke promise|AssertionError|Error:|FAIL /
// oxlint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;]*m/g

function tellingLine(output: string): string {
  const lines = output.replaceAll(COLOURS, '').split('\n')
  return (lines.find((line) => TELLING.test(line)) ?? '').trim().slice(0, 160)
}
