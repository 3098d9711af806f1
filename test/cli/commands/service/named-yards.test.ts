/** Real processes: several yards in one of them, and one machine for all. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { yardPaths } from '../../../../src/config/paths.ts'
import { createHttpClient } from '../../../../src/headless/http-client.ts'
import { readState, type HostState } from '../../../../src/headless/state-file.ts'
import { openTestYard, PROGRAM, type Ended, type TestYard } from '../../yard-command.ts'
import { isAlive } from '../../../support/is-alive.ts'
import { readExit } from '../../../../src/agents/process/stage-files.ts'

const HEADLESS = join(import.meta.dirname, '../../../../src/headless/index.ts')
let home: TestYard
/** Absolute. */
let a: string
let b: string
const children: ChildProcess[] = []

beforeEach(async () => {
  home = await openTestYard(true)
  a = join(home.folder, 'a')
  b = join(home.folder, 'b')
  for (const folder of [a, b]) {
    mkdirSync(folder)
    const made = await home.yard(['init', '--dir', folder])
    if (made.code !== 0) throw new Error(made.err)
  }
}, 60_000)
afterEach(async () => {
  for (const folder of [a, b])
    await home.yard(['service', 'stop', '--kill-agents', '--dir', folder])
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  await home.close()
}, 60_000)

const stateOf = (folder: string): HostState | null => readState(yardPaths(folder))
function servedAt(folder: string): HostState {
  const state = stateOf(folder)
  if (!state) throw new Error(`nobody serves ${folder}`)
  return state
}
const clientOf = (folder: string) => createHttpClient(servedAt(folder).url, servedAt(folder).token)
const both = (...words: string[]): string[] => [...words, '--yard', a, '--yard', b]
const inYard = (folder: string, ...words: string[]): Promise<Ended> =>
  home.yard([...words, '--dir', folder])
const statusOf = async (folder: string) =>
  JSON.parse((await inYard(folder, 'service', 'status', '--json')).out)
const globalConfig = (text: string): void => {
  const file = join(home.env['XDG_CONFIG_HOME'] ?? '', 'yard', 'config.toml')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

describe('one service for several yards', { timeout: 90_000 }, () => {
  it('holds them in one process, each with a listener, token, state and log of its own; one can be stopped alone', async () => {
    const started = JSON.parse((await home.yard(both('service', 'start', '--json'))).out)
    const [stateA, stateB] = [servedAt(a), servedAt(b)]
    expect(started).toMatchObject({ running: true, wasRunning: false, pid: stateA.pid })
    expect(started.yards).toEqual([
      { folder: a, url: stateA.url },
      { folder: b, url: stateB.url },
    ])
    expect(stateB.pid).toBe(stateA.pid)
    expect(stateB.url).not.toBe(stateA.url)
    expect(stateB.token).not.toBe(stateA.token)
    expect(await statusOf(b)).toMatchObject({ running: true, yards: [a, b] })
    const wrong = createHttpClient(stateB.url, stateA.token)
    await expect(wrong.service.status()).rejects.toThrow('Unauthorized')
    const recent = await clientOf(a).startScreen.recent()
    expect(recent.map(({ folder }) => folder).toSorted()).toEqual([a, b])

    const again = await home.yard(both('service', 'start', '--json'))
    expect(JSON.parse(again.out)).toMatchObject({ wasRunning: true, pid: stateA.pid })
    const stopped = JSON.parse((await inYard(a, 'service', 'stop', '--json')).out)
    expect(stopped).toMatchObject({ running: false, wasRunning: true, agentsLeft: 0, goOn: [b] })
    expect(stateOf(a)).toBeNull()
    expect(await statusOf(b)).toMatchObject({ pid: stateB.pid, yards: [b] })
    // Its lock is free: a command opens it by itself.
    expect((await inYard(a, 'add', 'alone', '--id', 'alone')).code).toBe(0)
    expect(readFileSync(yardPaths(a).service.log, 'utf8')).toContain('ended')
    expect(readFileSync(yardPaths(b).service.log, 'utf8')).not.toContain('ended')
  })

  it('is stopped and started anew as a whole, and taken up again after a kill -9', async () => {
    await home.yard(both('service', 'start'))
    const first = servedAt(a)
    const added = ['add', 'long', '--id', 'long', '--exec', 'sleep 600']
    for (const folder of [a, b]) expect((await inYard(folder, ...added)).code).toBe(0)
    for (const folder of [a, b])
      await expect.poll(async () => (await statusOf(folder)).agents.alive).toBe(1)
    const restarted = await inYard(b, 'service', 'restart', '--json')
    expect(restarted.err).toBe('')
    const second = servedAt(a)
    expect(second.pid).not.toBe(first.pid)
    expect(second.url).toBe(first.url)
    expect((await statusOf(a)).yards.toSorted()).toEqual([a, b])
    expect((await statusOf(a)).agents.alive).toBe(1)

    const { pid } = second
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
    expect((await home.yard(both('service', 'start'))).code).toBe(0)
    expect((await statusOf(b)).agents.alive).toBe(1)
    const sound = readFileSync(yardPaths(b).config, 'utf8')
    writeFileSync(yardPaths(b).config, 'broken')
    const kept = await inYard(a, 'service', 'restart')
    expect(kept).toMatchObject({ code: 1, err: expect.stringContaining('nothing was touched') })
    writeFileSync(yardPaths(b).config, sound)
    const third = servedAt(a).pid
    const words = ['service', 'stop', '--all', '--kill-agents', '--json']
    expect(JSON.parse((await inYard(a, ...words)).out)).toEqual({
      running: false,
      wasRunning: true,
      agentsLeft: 0,
      processesLeft: [],
    })
    expect([stateOf(a), stateOf(b)]).toEqual([null, null])
    await expect.poll(() => isAlive(third)).toBe(false)
  })

  it('starts none when one cannot be, and names that one', async () => {
    const config = yardPaths(b).config
    const sound = readFileSync(config, 'utf8')
    writeFileSync(config, '[coordinator]\nmax_agents = "many"\n')
    const broken = await home.yard(both('service', 'start'))
    expect(broken).toMatchObject({ code: 1, out: '' })
    expect(broken.err).toContain(b)
    expect(broken.err).toContain('max_agents')
    expect([stateOf(a), stateOf(b)]).toEqual([null, null])
    writeFileSync(config, sound)

    const nowhere = join(home.folder, 'nowhere')
    const missing = await home.yard(['service', 'start', '--yard', a, '--yard', nowhere])
    expect(missing.code).not.toBe(0)
    expect(missing.err).toContain(`--yard names ${nowhere}`)
    expect(existsSync(nowhere)).toBe(false)
    const agent = {
      YARD_TOKEN: 't',
      YARD_AGENT_ID: 'agent-1',
      YARD_TASK_ID: 't',
      YARD_DIR: b,
      YARD_GENERATION: '1',
    }
    const refused = await home.yard(both('service', 'start'), { env: agent })
    expect(refused.err).toContain('agent-1 is an agent of this yard and may not start a service')
    expect((await home.yard(both('service', 'start', '--port', '4000'))).err).toContain('--port')
    const twice = await home.yard(['service', 'start', '--yard', a, '--dir', b])
    expect(twice).toMatchObject({ code: 2 })

    await inYard(b, 'service', 'start')
    const locked = await home.yard(both('service', 'start'))
    expect(locked.code).toBe(1)
    expect(locked.err).toContain(`${b} is run already: pid ${stateOf(b)?.pid}`)
    expect(stateOf(a)).toBeNull()
  })

  it('that the system starts goes on without a yard that is gone or broken', async () => {
    rmSync(join(b, '.yard'), { recursive: true })
    const child = spawn(process.execPath, [HEADLESS, '--dir', b, '--dir', a], {
      env: { ...home.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    children.push(child)
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
    await expect.poll(() => stateOf(a)?.pid).toBe(child.pid)
    await expect.poll(() => said).toBe(`yard: ${b} is not served: there is no yard in it\n`)
    expect(existsSync(join(b, '.yard'))).toBe(false)
    expect(readFileSync(yardPaths(a).service.log, 'utf8')).toContain(`${b} is not served`)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})

it(
  'yard serve holds several in the foreground, each with a page',
  { timeout: 60_000 },
  async () => {
    const child = spawn(process.execPath, [PROGRAM, ...both('serve', '--json')], {
      cwd: home.folder,
      env: { ...home.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    let said = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text))
    await expect.poll(() => said.trimEnd().endsWith('}')).toBe(true)
    const told = JSON.parse(said)
    expect(told).toMatchObject({ pid: child.pid, url: stateOf(a)?.url })
    expect(told.yards.map(({ folder }: { folder: string }) => folder)).toEqual([a, b])
    expect(told.yards[1].pageUrl).toMatch(`${stateOf(b)?.url}/#code=`)
    expect(await statusOf(b)).toMatchObject({ yards: [a, b] })
    const again = await home.yard(both('serve'))
    expect(again.code).toBe(1)
    expect(again.err).toContain(a)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect([stateOf(a), stateOf(b)]).toEqual([null, null])
  },
)

it('yard service install names all of them to the system', { timeout: 60_000 }, async () => {
  const shown = await home.yard(both('service', 'install', '--print'))
  expect(shown.out).toContain(`"--dir" "${a}" "--dir" "${b}"`)
})

it(
  'yard service status says which yard is meant where a worktree has one of its own',
  { timeout: 60_000 },
  async () => {
    const tree = join(home.folder, 'tree')
    const git = (...words: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@y', ...words], { cwd: a })
    git('init', '-q')
    git('commit', '-q', '--allow-empty', '-m', 'one')
    git('worktree', 'add', '-q', tree)
    const status = (): string => {
      const words = [PROGRAM, 'service', 'status']
      return execFileSync(process.execPath, words, { cwd: tree, env: { ...home.env } }).toString()
    }
    expect(status()).not.toContain('meant is')
    mkdirSync(join(tree, '.yard'))
    expect(status()).toContain(
      `meant is ${a}, not the yard of this worktree: --dir ${tree} names that`,
    )
  },
)

describe('one machine', { timeout: 90_000 }, () => {
  it('has one cap for the services of all yards, which a crash does not make forget', async () => {
    globalConfig('[machine]\nmax_agents = 1\nmin_free_memory = 0\n')
    await inYard(a, 'service', 'start')
    await inYard(b, 'service', 'start')
    await inYard(a, 'add', 'first', '--id', 'first', '--exec', 'sleep 600')
    await expect.poll(async () => (await statusOf(a)).agents.alive).toBe(1)
    await inYard(b, 'add', 'second', '--id', 'second', '--exec', 'true')
    const full = 'all places of this machine are taken (1 of 1, 1 of them in other yards)'
    await expect.poll(async () => (await statusOf(b)).machineHold).toBe(full)
    const why = await clientOf(b).task.why({ id: 'second' })
    expect(why.waitsFor).toEqual([{ kind: 'cap', subject: 'machine', text: full, until: null }])
    // Its owner dies, its agent goes on.
    const { pid } = servedAt(a)
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
    const log = yardPaths(a).agents
    expect(readExit(join(log, 'agent-1'))).toBe(null)
    expect((await clientOf(b).task.get({ id: 'second' })).status).toBe('open')
    await inYard(a, 'kill', 'agent-1', '--force')
    await expect
      .poll(async () => (await clientOf(b).task.get({ id: 'second' })).status)
      .toBe('done')
    expect(await clientOf(b).service.status()).toMatchObject({ machineHold: null })
  })

  it('lets no agent start while too little memory is free', async () => {
    globalConfig('[machine]\nmin_free_memory = "900TB"\n')
    await inYard(a, 'service', 'start')
    await inYard(a, 'add', 'one', '--id', 'one', '--exec', 'true')
    const hold = expect.stringMatching(
      /^the machine has .* free of memory; agents wait until 900 TB$/,
    )
    await expect.poll(async () => (await statusOf(a)).machineHold).toEqual(hold)
    expect((await inYard(a, 'why', 'one')).out).toContain('free of memory')
    expect((await inYard(a, 'service', 'status')).out).toMatch(/^held {5}the machine has /m)
    globalConfig('[machine]\nmin_free_memory = 0\n')
    await inYard(a, 'service', 'reload')
    await expect.poll(async () => (await clientOf(a).task.get({ id: 'one' })).status).toBe('done')
  })

  it('is not for a project to speak of', async () => {
    const refused = await inYard(a, 'config', 'machine.max_agents', '3')
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('about the whole machine')
    expect((await inYard(a, 'config', '--global', 'machine.max_agents', '3')).code).toBe(0)
    const entries = (await home.json(['config', '--list', '--dir', a])) as { key: string }[]
    expect(entries.find(({ key }) => key === 'machine.max_agents')).toMatchObject({
      value: 3,
      source: 'global',
    })
    writeFileSync(yardPaths(a).config, '[machine]\nmax_agents = 3\n')
    const broken = await inYard(a, 'list')
    expect(broken.code).toBe(1)
    expect(broken.err).toContain('config.toml:2: machine.max_agents is about the whole machine')
  })
})
