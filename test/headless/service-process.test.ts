import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { yardPaths } from '../../src/config/paths.ts'
import { createHttpClient } from '../../src/headless/http-client.ts'
import { readState } from '../../src/headless/state-file.ts'
import { initYard } from '../../src/yard/init-yard.ts'

let root: string
let env: NodeJS.ProcessEnv
const started: ChildProcess[] = []
const ENTRY = join(import.meta.dirname, '../../src/headless/index.ts')

beforeEach(async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'yard-service-')))
  root = join(folder, 'project')
  mkdirSync(root)
  env = { ...process.env, HOME: join(folder, 'home'), XDG_DATA_HOME: '', XDG_CONFIG_HOME: '' }
  const made = await initYard(root, join(folder, 'home', '.local', 'share', 'yard'))
  if (!made.ok) throw new Error(made.error.message)
})
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
  rmSync(join(root, '..'), { recursive: true, force: true })
})

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [ENTRY, '--dir', root, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  started.push(child)
  return child
}

async function untilAnswer(child: ChildProcess) {
  await expect.poll(() => readState(yardPaths(root))?.pid, { interval: 30 }).toBe(child.pid)
  const state = readState(yardPaths(root))
  if (!state) throw new Error('no state')
  return createHttpClient(state.url, state.token)
}

describe('the service', { timeout: 120_000 }, () => {
  it('does a task, ends on TERM, and leaves no state behind', async () => {
    const child = start('--max-agents', '3')
    const client = await untilAnswer(child)
    expect(await client.service.status()).toMatchObject({ running: true, agents: { max: 3 } })
    await client.task.add({ title: 'hi', id: 'hi', exec: 'echo hi' })
    await expect.poll(async () => (await client.task.get({ id: 'hi' })).status).toBe('done')
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(existsSync(yardPaths(root).service.state)).toBe(false)
  })

  it('is followed by another after a kill -9, on the same port', async () => {
    const first = start()
    await untilAnswer(first)
    const before = readState(yardPaths(root))
    first.kill('SIGKILL')
    await once(first, 'exit')
    const second = start()
    await untilAnswer(second)
    expect(readState(yardPaths(root))?.url).toBe(before?.url)
  })

  it('that comes second gives way to the first', async () => {
    const first = start()
    await untilAnswer(first)
    const second = start()
    const [code] = await once(second, 'exit')
    expect(code).toBe(0)
    expect(readState(yardPaths(root))?.pid).toBe(first.pid)
  })
})
