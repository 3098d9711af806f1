// bin/yard in a copy of the project's layout, with a stand-in for the program.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isAlive } from '../support/is-alive.ts'
import { eventually } from '../support/eventually.ts'

const project = resolve(import.meta.dirname, '../..')

/** Tells what it runs on, then does as its first word says. */
const PROGRAM = `
const [wish, ...rest] = process.argv.slice(2)
if (wish === 'exit') process.exitCode = Number(rest[0])
if (wish === 'wait') {
  setInterval(() => {}, 1000)
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(41))
}
const marker = process.env.YARD_HANDED_OVER ?? null
console.log(JSON.stringify({ version: process.version, rest, pid: process.pid, marker }))
if (wish === 'die') process.kill(process.pid, 'SIGTERM')
`

let folder: string
let yard: string
const children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-bootstrap-'))
  cpSync(join(project, 'bin'), join(folder, 'bin'), { recursive: true })
  mkdirSync(join(folder, 'out/main'), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'out/main/cli.js'), PROGRAM)
  yard = join(folder, 'bin/yard')
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('on a Node that is new enough', () => {
  test('the program runs in the same process, with its words and its exit code', () => {
    const { stdout, status, pid } = spawnSync(process.execPath, [yard, 'exit', '3', 'a b'], {
      encoding: 'utf8',
    })
    expect(JSON.parse(stdout)).toMatchObject({ version: process.version, rest: ['3', 'a b'], pid })
    expect(status).toBe(3)
  })

  test('the version is said without the program, and with it where more is asked for', () => {
    writeFileSync(join(folder, 'package.json'), '{ "version": "7.8.9" }')
    const ask = (...words: string[]) =>
      spawnSync(process.execPath, [yard, ...words], { encoding: 'utf8' })
    expect(ask('--version')).toMatchObject({ stdout: '7.8.9\n', status: 0 })
    expect(JSON.parse(ask('--version', '--json').stdout)).toMatchObject({ rest: ['--json'] })
  })

  test('a link to bin/yard finds the program of its own project', () => {
    symlinkSync(yard, join(folder, 'linked'))
    const { stdout } = spawnSync(process.execPath, [join(folder, 'linked'), 'exit', '0'], {
      encoding: 'utf8',
    })
    expect(JSON.parse(stdout)).toMatchObject({ rest: ['0'] })
  })

  test('the source runs where nothing is built, and where YARD_DEV=1 asks for it', () => {
    mkdirSync(join(folder, 'src/cli'), { recursive: true })
    writeFileSync(
      join(folder, 'src/cli/index.ts'),
      'const word: string = "source"; console.log(word)',
    )
    const env = { ...process.env, YARD_DEV: '1' }
    expect(spawnSync(process.execPath, [yard], { encoding: 'utf8', env }).stdout).toBe('source\n')
    rmSync(join(folder, 'out'), { recursive: true })
    expect(spawnSync(process.execPath, [yard], { encoding: 'utf8' }).stdout).toBe('source\n')
  })

  test('an incomplete copy is said in one line', () => {
    rmSync(join(folder, 'out'), { recursive: true })
    const { status, stderr } = spawnSync(process.execPath, [yard], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^yard: this copy is incomplete: .*\n$/)
  })

  test('packages that are not installed are said in one line', () => {
    writeFileSync(join(folder, 'out/main/cli.js'), "import 'no-such-package'")
    const { status, stderr } = spawnSync(process.execPath, [yard], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^yard: Cannot find package 'no-such-package'.*npm ci.*\n$/)
  })
})

// `--require` makes the first process look like an old Node, without needing one on every machine.
describe('on a Node that is too old', () => {
  test('the program runs on the packaged Node, and its exit code comes back', () => {
    packageNode()
    const { stdout, status } = runOld(['exit', '7', 'x'])
    expect(JSON.parse(stdout)).toMatchObject({
      version: process.version,
      rest: ['7', 'x'],
      marker: null,
    })
    expect(status).toBe(7)
  })

  test('YARD_NODE names another', () => {
    const { stdout } = runOld(['exit', '0'], { YARD_NODE: process.execPath })
    expect(JSON.parse(stdout)).toMatchObject({ version: process.version })
  })

  test('a candidate that cannot be started gives way to the next', () => {
    const broken = join(folder, 'node_modules', `node-linux-${process.arch}`)
    mkdirSync(join(broken, 'bin'), { recursive: true })
    writeFileSync(join(broken, 'package.json'), '{}')
    writeFileSync(join(broken, 'bin/node'), '', { mode: 0o644 })
    const { stdout } = runOld(['exit', '0'], { YARD_NODE: process.execPath })
    expect(JSON.parse(stdout)).toMatchObject({ rest: ['0'] })
  })

  test('a death by signal comes back as one', () => {
    packageNode()
    expect(runOld(['die']).signal).toBe('SIGTERM')
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('%s reaches the program', async (signal) => {
    packageNode()
    const { child } = await startOld(['wait'])
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([41, null])
  })

  test('killing it with SIGKILL ends the program too', async () => {
    packageNode()
    const { child, programPid } = await startOld(['wait'])
    expect(programPid).not.toBe(child.pid)
    child.kill('SIGKILL')
    await eventually(() => expect(isAlive(programPid)).toBe(false))
  })

  test('without any newer one it says so in one line, with the way out', () => {
    const { status, stderr } = runOld(['exit', '0'])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^yard: needs Node\.js 22\.14 or newer .*YARD_NODE.*\n$/)
  })
})

test('Node 18 can read it: CommonJS, and nothing but Node itself', () => {
  expect(JSON.parse(readFileSync(join(project, 'bin/package.json'), 'utf8'))).toEqual({
    type: 'commonjs',
  })
  for (const file of ['yard', 'find-node.cjs', 'hand-over.cjs']) {
    const text = readFileSync(join(project, 'bin', file), 'utf8')
    const imported = [...text.matchAll(/require\('([^']+)'\)/g)].map((match) => match[1])
    expect(imported.length).toBeGreaterThan(0)
    expect(
      imported.filter((name) => !/^(node:|\.\/(find-node|hand-over)\.cjs$)/.test(name ?? '')),
    ).toEqual([])
    expect(text).not.toMatch(/using |\.toSorted\(|\.findLast\(|Promise\.withResolvers|import\.meta/)
  }
})

function packageNode(): void {
  const home = join(folder, 'node_modules', `node-linux-${process.arch}`)
  mkdirSync(join(home, 'bin'), { recursive: true })
  writeFileSync(join(home, 'package.json'), '{}')
  symlinkSync(process.execPath, join(home, 'bin/node'))
}

function oldNode(extra: Record<string, string>): { args: string[]; env: NodeJS.ProcessEnv } {
  const disguise = join(folder, 'disguise.cjs')
  writeFileSync(
    disguise,
    "if (!process.env.YARD_HANDED_OVER) Object.defineProperty(process, 'versions', { value: { ...process.versions, napi: '9' } })",
  )
  const { YARD_NODE: _, ...inherited } = process.env
  const env = { ...inherited, XDG_CACHE_HOME: join(folder, 'cache'), HOME: folder, ...extra }
  return { args: ['--require', disguise, yard], env }
}

function runOld(words: string[], extra: Record<string, string> = {}) {
  const { args, env } = oldNode(extra)
  return spawnSync(process.execPath, [...args, ...words], { encoding: 'utf8', env })
}

async function startOld(words: string[]): Promise<{ child: ChildProcess; programPid: number }> {
  const { args, env } = oldNode({})
  // Detached: without a controlling terminal there is nobody but the first process to pass a signal on.
  const child = spawn(process.execPath, [...args, ...words], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, programPid: JSON.parse(line).pid }
  }
  throw new Error('the program said nothing')
}
