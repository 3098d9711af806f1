/** A disk that fails for a while under a real service whose agents end meanwhile. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { yardPaths } from '../../src/config/paths.ts'
import { createHttpClient } from '../../src/headless/http-client.ts'
import { readState } from '../../src/headless/state-file.ts'
import { fold } from '../support/fold-journal.ts'
import { openStore } from '../../src/store/open-store.ts'
import { initYard } from '../../src/yard/init-yard.ts'
import { readExit } from '../../src/agents/process/stage-files.ts'

const ENTRY = join(import.meta.dirname, '../../src/headless/index.ts')
const SUPPORT = join(import.meta.dirname, '../support')

let folder: string
let root: string
let child: ChildProcess | null = null
let flag: string

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'yard-disk-')))
  root = join(folder, 'project')
  flag = join(folder, 'disk-fails')
  mkdirSync(root)
  const made = await initYard(root, join(folder, 'home', '.local', 'share', 'yard'))
  if (!made.ok) throw new Error(made.error.message)
})
afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
})

async function startService(preload: Record<string, string>) {
  const env = { ...process.env, HOME: join(folder, 'home'), XDG_DATA_HOME: '', XDG_CONFIG_HOME: '' }
  const started = spawn(process.execPath, [ENTRY, '--dir', root, '--max-agents', '3'], {
    env: { ...env, FAILING_DISK: flag, ...preload },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  child = started
  await expect.poll(() => readState(yardPaths(root))?.pid, { interval: 30 }).toBe(started.pid)
  const state = readState(yardPaths(root))
  if (!state) throw new Error('no state')
  return createHttpClient(state.url, state.token)
}

const runs = (): string[] => {
  const file = join(root, 'runs')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).toSorted() : []
}

const IDS = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']

const libraryOf = (place: string): string => {
  const library = join(place, 'failing-disk.so')
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, join(SUPPORT, 'failing-disk.c'), '-ldl'])
  return library
}

function whyNoLibrary(): string | null {
  if (process.platform !== 'linux') return 'LD_PRELOAD is of Linux'
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'there is no C compiler to build it with'
  }
}

const noLibrary = whyNoLibrary()
const WAYS = [
  {
    title: 'in the driver of the database',
    isSkipped: false,
    preload: () => ({
      NODE_OPTIONS: `--import=${pathToFileURL(join(SUPPORT, 'failing-disk.ts')).href}`,
    }),
  },
  {
    title: `below SQLite, by a preloaded library${noLibrary === null ? '' : ` (skipped: ${noLibrary})`}`,
    isSkipped: noLibrary !== null,
    preload: () => ({ LD_PRELOAD: libraryOf(folder) }),
  },
]

describe.each(WAYS)('reads and writes that fail $title', ({ preload, isSkipped }) => {
  it.skipIf(isSkipped)(
    'are answered at once, and when they work again each task has run once',
    async () => {
      const client = await startService(preload())
      for (const id of IDS) {
        const exec = `echo ${id} >> runs; while [ -e runs ] && [ ! -e go ]; do sleep 0.05; done`
        await client.task.add({ title: id, id, exec })
      }
      await expect.poll(runs).toEqual(['a1', 'a2', 'a3'])
      await expect.poll(async () => (await client.agent.list({ which: 'working' })).length).toBe(3)
      writeFileSync(flag, '')
      await expect(client.task.add({ title: 'late', id: 'late' })).rejects.toMatchObject({
        data: { kind: 'read-only' },
      })
      writeFileSync(join(root, 'go'), '')
      const folders = [1, 2, 3].map((n) => join(root, '.yard', 'agents', `agent-${n}`))
      await expect.poll(() => folders.every((folder) => readExit(folder) !== null)).toBe(true)
      await expect(client.task.add({ title: 'later', id: 'later' })).rejects.toMatchObject({
        data: { kind: 'read-only' },
      })
      rmSync(flag)
      await expect
        .poll(async () => (await client.task.list({})).map(({ id, status }) => `${id} ${status}`))
        .toEqual(IDS.map((id) => `${id} done`))
      expect(runs()).toEqual(IDS)
      const ended = once(child as ChildProcess, 'exit')
      child?.kill('SIGTERM')
      expect(await ended).toEqual([0, null])
      await expectSound()
    },
  )
})

/** Promise 8: tables, journal and plan say the same. */
async function expectSound(): Promise<void> {
  const opened = await openStore({ path: yardPaths(root).db, at: Date.now() })
  if (!opened.ok) throw new Error(opened.error.message)
  const { plan, store, close } = opened.value
  const folded = fold(store.journal(0, -1)).get('task')
  expect(Object.fromEntries(folded ?? [])).toEqual(Object.fromEntries(plan.tasks))
  close()
}
