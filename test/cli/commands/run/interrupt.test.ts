/** ^C while `yard run` has two agents: once leaves them, twice kills them, whoever passes the signal on besides. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import { isAlive } from '../../../support/is-alive.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

const BIN = resolve(import.meta.dirname, '../../../../bin/yard')
const DISGUISE =
  "if (!process.env.YARD_HANDED_OVER) Object.defineProperty(process, 'versions', { value: { ...process.versions, napi: '9' } })"

const waiting = (id: string): string =>
  `[[task]]\nid = "${id}"\ntitle = "${id}"\nexec = "echo $$ > ${id}.pid; read line < gate-${id}"`
const third = '[[task]]\nid = "c"\ntitle = "c"\nexec = ":"'

let place: TestYard
let child: ChildProcess | null
let shown: string
let ended: Promise<number | null>

beforeEach(async () => {
  place = await openTestYard()
  child = null
  shown = ''
  writeFileSync(join(place.folder, 'disguise.cjs'), DISGUISE)
  spawnSync('mkfifo', ['gate-a', 'gate-b'], { cwd: place.folder })
  writeFileSync(join(place.folder, '.yard/config.toml'), '[coordinator]\nmax_agents = 2\n')
  writeFileSync(join(place.folder, 'graph.toml'), [...['a', 'b'].map(waiting), third].join('\n'))
})

afterEach(async () => {
  if (child?.exitCode === null) child.kill('SIGKILL')
  await place.close()
}, 60_000)

/** `old`: started by a Node that hands over to another, without needing such a one on every machine. */
const NODES = { right: [], old: ['--require', './disguise.cjs'] } as const
const commandOf = (node: keyof typeof NODES): string[] => [
  process.execPath,
  ...NODES[node],
  BIN,
  'run',
  'graph.toml',
]

async function start(command: readonly string[], more: Record<string, string> = {}): Promise<void> {
  const [program = '', ...args] = command
  const it = spawn(program, args, {
    cwd: place.folder,
    env: { ...place.env, YARD_DEV: '1', YARD_NODE: process.execPath, TERM: 'xterm', ...more },
    // A session of its own: without `script` there is no terminal, only a process group.
    detached: true,
  })
  child = it
  for (const stream of [it.stdout, it.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (shown += text))
  ended = new Promise((done) => it.on('close', (code) => done(code)))
  await eventually(() => expect(['a', 'b'].map((id) => isAlive(pidOf(id)))).toEqual([true, true]))
}

const pidOf = (id: string): number =>
  Number.parseInt(readFileSync(join(place.folder, `${id}.pid`), 'utf8'))

/** In the place of the shell that is asked to run it, which would end by the signal itself. */
const execLine = (command: readonly string[]): string =>
  `exec ${command.map((word) => `'${word}'`).join(' ')}`

const onTerminal = (command: readonly string[], more?: Record<string, string>): Promise<void> =>
  start(['script', '-qec', execLine(command), '/dev/null'], more)
const pressInTerminal = (): void => void child?.stdin?.write('\u0003')

const statesNow = async (): Promise<Record<string, string>> => {
  const tasks = (await place.json(['list'])) as { id: string; state: string }[]
  return Object.fromEntries(tasks.map(({ id, state }) => [id, state]))
}

/** One press, and whatever comes of it while both are at work; then both may end. */
async function pressOnce(press: () => void, afterwards = (): void => {}): Promise<void> {
  press()
  await eventually(() => expect(shown).toContain('waiting for 2 agents'))
  afterwards()
  expect(await statesNow()).toEqual({ a: 'in-progress', b: 'in-progress', c: 'ready' })
  expect(['a', 'b'].map((id) => isAlive(pidOf(id)))).toEqual([true, true])
  for (const id of ['a', 'b']) writeFileSync(join(place.folder, `gate-${id}`), 'go\n')
}
const bothDone = { a: 'done', b: 'done', c: 'ready' }

async function pressTwice(press: () => void): Promise<void> {
  press()
  await eventually(() => expect(shown).toContain('waiting for 2 agents'))
  press()
}
const bothKilled = { a: 'paused', b: 'paused', c: 'ready' }

const hasScript = spawnSync('script', ['--version']).status === 0

describe.runIf(hasScript)('on a terminal (it needs script)', { timeout: 120_000 }, () => {
  it.each(['right', 'old'] as const)('once lets both agents finish: %s Node', async (node) => {
    await onTerminal(commandOf(node))
    await pressOnce(pressInTerminal)
    expect(await ended).toBe(1)
    expect(shown.includes('killing 2 agents')).toBe(false)
    expect(await statesNow()).toEqual(bothDone)
  })

  it.each(['right', 'old'] as const)('twice kills them: %s Node', async (node) => {
    await onTerminal(commandOf(node))
    await pressTwice(pressInTerminal)
    expect(await ended).toBe(1)
    expect(shown.includes('killing 2 agents')).toBe(true)
    expect(['a', 'b'].map((id) => isAlive(pidOf(id)))).toEqual([false, false])
    expect(await statesNow()).toEqual(bothKilled)
  })

  it('once is once below npm, which passes the signal on', async () => {
    const scripts = { go: execLine(commandOf('right')) }
    writeFileSync(join(place.folder, 'package.json'), JSON.stringify({ scripts }))
    await onTerminal(['npm', 'run', 'go'], { npm_config_update_notifier: 'false' })
    await pressOnce(pressInTerminal)
    expect(await ended).toBe(1)
    expect(shown.includes('killing 2 agents')).toBe(false)
    expect(await statesNow()).toEqual(bothDone)
  })
})

describe.skipIf(process.platform === 'win32')(
  'without a terminal (no process groups on Windows)',
  { timeout: 120_000 },
  () => {
    const signalParent = (): void => void child?.kill('SIGINT')

    it('a signal to the whole group is one, even when the first process passes it on late', async () => {
      await start(commandOf('old'))
      const first = child?.pid ?? 0
      const signalGroup = (): void => {
        process.kill(first, 'SIGSTOP')
        process.kill(-first, 'SIGINT')
      }
      await pressOnce(signalGroup, () => process.kill(first, 'SIGCONT'))
      expect(await ended).toBe(1)
      expect(shown.includes('killing 2 agents')).toBe(false)
      expect(await statesNow()).toEqual(bothDone)
    })

    it('signals to the first process alone are passed on, each once', async () => {
      await start(commandOf('old'))
      await pressTwice(signalParent)
      expect(await ended).toBe(1)
      expect(shown.includes('killing 2 agents')).toBe(true)
      expect(['a', 'b'].map((id) => isAlive(pidOf(id)))).toEqual([false, false])
      expect(await statesNow()).toEqual(bothKilled)
    })
  },
)
