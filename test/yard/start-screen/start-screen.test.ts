import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ok } from '../../../src/base/result.ts'
import { yardPaths, type YardPaths } from '../../../src/config/paths.ts'
import { silentLog } from '../../../src/base/log.ts'
import {
  createStartScreen,
  type Glance,
} from '../../../src/yard/start-screen/create-start-screen.ts'
import { createRouterClient } from '@orpc/server'
import { startScreenRouter } from '../../../src/yard/start-screen/router.ts'
import { makeExample } from '../../../src/yard/start-screen/make-example.ts'
import {
  forgetYard,
  readRecentYards,
  rememberYard,
} from '../../../src/yard/start-screen/recent-yards.ts'
import { initYard } from '../../../src/yard/init-yard.ts'
import { openYard } from '../../../src/yard/open-yard.ts'
import { isTrusted } from '../../../src/yard/access/trust.ts'

const project = resolve(import.meta.dirname, '../../..')
let home: string
let data: string
let now = 1_000
const glances = new Map<string, Glance>()
const entered: YardPaths[] = []

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'yard-start-')))
  data = join(home, 'data', 'yard')
  glances.clear()
  entered.length = 0
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const env = () => ({ ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'data') })
const parts = () =>
  createStartScreen({
    env: env(),
    dataFolder: data,
    home,
    now: () => (now += 1),
    resources: join(project, 'resources'),
    launcherEntry: 'unused',
    tailEntry: 'unused',
    forecastEntry: 'unused',
    glance: async ({ root }) => glances.get(root) ?? null,
    enter: async (paths) => {
      entered.push(paths)
      return ok(`http://127.0.0.1:1/#code=${entered.length}`)
    },
  })
const calls = () =>
  createRouterClient(startScreenRouter, { context: { host: { startScreen: parts() } } })
const client = () => calls().startScreen

test('the list of opened yards survives a broken file and keeps the latest first', () => {
  expect(readRecentYards(data)).toEqual([])
  rememberYard(data, '/a', 1)
  rememberYard(data, '/b', 2)
  rememberYard(data, '/a', 3)
  expect(readRecentYards(data)).toEqual([
    { folder: '/a', openedAt: 3 },
    { folder: '/b', openedAt: 2 },
  ])
  expect([forgetYard(data, '/a'), forgetYard(data, '/a')]).toEqual([true, false])
  for (const broken of ['[{"folder":', '{}', '[{"folder":1}]']) {
    writeFileSync(join(data, 'recent.json'), broken)
    expect(readRecentYards(data)).toEqual([])
  }
  rememberYard(data, '/c', 4)
  expect(readRecentYards(data)).toHaveLength(1)
  for (let n = 0; n < 40; n++) rememberYard(data, `/many/${n}`, n)
  expect(readRecentYards(data)).toHaveLength(30)
  expect(readdirSync(data)).toEqual(['recent.json'])
})

test('a folder of somebody else loses nothing but the list', () => {
  writeFileSync(join(home, 'file'), '')
  expect(() => rememberYard(join(home, 'file'), '/a', 1)).not.toThrow()
})

test('recent yards tell their state from who runs them', async () => {
  const roots = ['stopped', 'rest', 'busy', 'asks', 'gone'].map((name) => join(home, name))
  for (const root of roots) {
    mkdirSync(root)
    await initYard(root, data)
    rememberYard(data, root, 5)
  }
  rmSync(roots[4] ?? '', { recursive: true })
  glances.set(join(home, 'rest'), { agents: 0, attention: 0 })
  glances.set(join(home, 'busy'), { agents: 2, attention: 0 })
  glances.set(join(home, 'asks'), { agents: 1, attention: 3 })
  const states = (await client().recent()).map(({ name, state, agents, attention }) => [
    ...[name, state, agents, attention],
  ])
  expect(states).toEqual([
    ['gone', 'gone', 0, 0],
    ['asks', 'needs-you', 1, 3],
    ['busy', 'working', 2, 0],
    ['rest', 'at-rest', 0, 0],
    ['stopped', 'not-running', 0, 0],
  ])
  expect(await client().forget({ folder: '~/gone' })).toEqual({ ok: true })
  expect(await client().recent()).toHaveLength(4)
})

test('a folder is inspected before it is opened', async () => {
  mkdirSync(join(home, 'plain'))
  mkdirSync(join(home, 'repo/.git'), { recursive: true })
  mkdirSync(join(home, 'repo/.yard'))
  mkdirSync(join(home, 'repo/deep'))
  const inspect = (folder: string) => client().inspect({ folder })
  const plain = join(home, 'plain')
  expect(await inspect('~/plain/')).toEqual({
    folder: plain,
    exists: true,
    isGit: false,
    yard: null,
  })
  const root = join(home, 'repo')
  expect(await inspect(join(root, 'deep'))).toMatchObject({ isGit: true, yard: root })
  expect(await inspect(join(home, 'none'))).toMatchObject({ exists: false, yard: null })
  for (const folder of ['', '  ', 'relative/x', '\0', '~user/x', 'x'.repeat(5000)])
    await expect(inspect(folder)).rejects.toMatchObject({ data: { kind: 'bad-request' } })
})

test('opening makes a yard where there is none, remembers it and goes on to it', async () => {
  const folder = join(home, 'fresh')
  mkdirSync(folder)
  await expect(client().open({ folder, make: false })).rejects.toMatchObject({
    data: { kind: 'no-yard' },
  })
  expect(existsSync(join(folder, '.yard'))).toBe(false)
  const opened = await client().open({ folder })
  expect(opened).toEqual({ folder, pageUrl: 'http://127.0.0.1:1/#code=1' })
  expect(existsSync(join(folder, '.yard/config.toml'))).toBe(true)
  expect(readRecentYards(data)[0]?.folder).toBe(folder)
  await expect(client().open({ folder: join(home, 'none') })).rejects.toMatchObject({
    data: { kind: 'unknown-folder' },
  })
  expect(entered.map(({ root }) => root)).toEqual([folder])
})

test('opening a yard from elsewhere makes nobody trust it', async () => {
  const folder = join(home, 'foreign')
  mkdirSync(join(folder, '.yard'), { recursive: true })
  writeFileSync(join(folder, '.yard/config.toml'), '')
  await client().open({ folder })
  expect(isTrusted({ paths: yardPaths(folder), dataFolder: data })).toBe(false)
})

test('the example is a repository with its tasks in a trusted yard', async () => {
  const { folder } = await client().example()
  try {
    const paths = yardPaths(folder)
    expect(isTrusted({ paths, dataFolder: data })).toBe(true)
    const yard = await openYard({
      paths,
      env: env(),
      host: 'command',
      log: silentLog,
      flags: {},
      runsAgents: false,
      resources: join(project, 'resources'),
      launcherEntry: 'none',
      tailEntry: 'none',
      forecastEntry: 'none',
    })
    if (!yard.ok) throw new Error(yard.error.message)
    expect(yard.value.plan.tasks.size).toBe(9)
    await yard.value.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('an example that cannot be made leaves nothing behind', async () => {
  vi.stubEnv('TMPDIR', home)
  try {
    const parts = { env: env(), resources: join(home, 'nowhere'), dataFolder: data }
    const made = await makeExample({
      ...parts,
      launcherEntry: 'unused',
      tailEntry: 'unused',
      forecastEntry: 'unused',
    })
    expect(made).toMatchObject({ ok: false, error: { kind: 'io' } })
    expect(readdirSync(home)).toEqual([])
  } finally {
    vi.unstubAllEnvs()
  }
})

test('clis names the folders that were searched', async () => {
  const { clis, path } = await client().clis()
  expect(clis.map(({ type }) => type)).toEqual([
    ...['claude', 'codex', 'gemini', 'qwen', 'opencode', 'pi', 'copilot', 'kimi'],
    'shell',
  ])
  expect(path.length).toBeGreaterThan(0)
})

test('where no yard is open, hello says so', async () => {
  expect(await calls().service.hello()).toMatchObject({ root: null })
})

test.skipIf(process.platform === 'win32')(
  'no yard is made in a folder of the system, whatever leads there',
  async () => {
    const link = join(home, 'link')
    symlinkSync('/usr', link)
    for (const folder of ['/', '/etc', '/usr/bin', '/proc/self', '/home', tmpdir(), link])
      await expect(client().open({ folder, make: true })).rejects.toMatchObject({
        data: { kind: 'bad-request' },
      })
    expect(existsSync('/.yard') || existsSync('/usr/.yard')).toBe(false)
    const own = join(home, 'etc')
    mkdirSync(own)
    expect((await client().open({ folder: own, make: true })).folder).toBe(own)
  },
)
