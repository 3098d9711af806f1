import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAlive } from '../../../support/is-alive.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
let stopped: number | null
beforeEach(async () => {
  stopped = null
  place = await openTestYard()
})
afterEach(async () => {
  if (stopped !== null) process.kill(stopped, 'SIGCONT')
  await place.close()
}, 60_000)

const stateFile = (): string => join(place.folder, '.yard/service/state.json')
const state = () => JSON.parse(readFileSync(stateFile(), 'utf8'))

async function doctor(): Promise<{ code: number | null; levels: Record<string, string> }> {
  const { code, out } = await place.yard(['doctor', '--json'])
  const items = JSON.parse(out) as { id: string; level: string }[]
  return { code, levels: Object.fromEntries(items.map(({ id, level }) => [id, level])) }
}

describe('yard doctor', { timeout: 120_000 }, () => {
  it('is well without an owner, and names a yard that is not there', async () => {
    expect(await doctor()).toMatchObject({ code: 0, levels: { 'owner.lock': 'ok' } })
    const nowhere = join(place.folder, '..', 'nowhere')
    mkdirSync(nowhere)
    const { code, out } = await place.yard(['--dir', nowhere, 'doctor', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject([{ id: 'yard.found', level: 'fail' }])
  })

  it('fails of a broken config file, with what is left', async () => {
    appendFileSync(join(place.folder, '.yard/config.toml'), '\n[[no toml\n')
    expect(await doctor()).toMatchObject({
      code: 1,
      levels: { 'config.valid': 'fail', 'store.integrity': 'ok' },
    })
  })

  it('S6: takes nobody for its owner by a pid or a name; the lock alone tells, and `stop` ends no stranger', async () => {
    // It looks like a service of this yard, and has the pid that an owner left behind.
    const words = ['-e', 'process.stdin.resume()', 'bin/yard', 'serve', '--dir', place.folder]
    const stranger = spawn(process.execPath, words, { stdio: ['pipe', 'ignore', 'ignore'] })
    const gone = once(stranger, 'exit')
    try {
      const { pid = 0 } = stranger
      const left = { pid, url: 'http://127.0.0.1:1', token: 'yot_a', version: '0', host: 'service' }
      mkdirSync(dirname(stateFile()), { recursive: true })
      writeFileSync(stateFile(), JSON.stringify({ ...left, startedAt: '2026-01-01T00:00:00Z' }))
      const looked = await place.yard(['doctor'])
      expect(looked.code).toBe(0)
      expect(looked.out).toContain('no host runs it')
      const { code, out } = await place.yard(['service', 'stop', '--kill-agents'])
      expect(code).toBe(0)
      expect(out).toContain('no service is running')
      expect(isAlive(pid)).toBe(true)
    } finally {
      stranger.stdin.end()
      await gone
    }
  })

  it('is not for agents', async () => {
    const agent = {
      YARD_TOKEN: 't',
      YARD_AGENT_ID: 'agent-1',
      YARD_TASK_ID: 't',
      YARD_DIR: place.folder,
      YARD_GENERATION: '1',
    }
    expect((await place.yard(['doctor'], { env: agent })).code).toBe(4)
  })

  it.skipIf(process.platform === 'win32')(
    'names an owner that is stopped, and finds it well when it goes on',
    async () => {
      await place.yard(['service', 'start'])
      expect(await doctor()).toMatchObject({ code: 0, levels: { 'owner.heartbeat': 'ok' } })
      const pid: number = state().pid
      stopped = pid
      process.kill(pid, 'SIGSTOP')
      // As if it had been so for longer; nobody writes the file meanwhile.
      const { monotonicMs, ...seen } = state()
      writeFileSync(stateFile(), JSON.stringify({ ...seen, monotonicMs: monotonicMs - 21_000 }))
      expect(await doctor()).toMatchObject({
        code: 1,
        levels: { 'owner.lock': 'ok', 'owner.heartbeat': 'fail' },
      })
      process.kill(pid, 'SIGCONT')
      stopped = null
      await expect.poll(() => state().monotonicMs, { timeout: 60_000 }).toBeGreaterThan(monotonicMs)
      expect(await doctor()).toMatchObject({ code: 0, levels: { 'owner.heartbeat': 'ok' } })
    },
  )
})
