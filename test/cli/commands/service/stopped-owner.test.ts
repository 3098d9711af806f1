/** An owner that is stopped (SIGSTOP) while time limits and leases pass looks before it judges, and gets the report that came meanwhile: real processes, each task once. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import { openTestYard, PROGRAM, type TestYard } from '../../yard-command.ts'
import { readExit } from '../../../../src/agents/process/stage-files.ts'

/** Long enough for whatever happens before the stop, on a busy machine too. */
const LIMIT_MS = 15_000

let place: TestYard
let owner: ChildProcess | null
let token: string
beforeEach(async () => {
  owner = null
  place = await openTestYard()
  spawnSync('mkfifo', ['gate', 'report'], { cwd: place.folder })
  const limit = `${LIMIT_MS / 1000}s`
  const line = 'echo run >> runs; read line < gate'
  await place.yard(['add', 'a', '--exec', line, '--timeout', limit, '--max-attempts', '3'])
  const report = 'touch up; read line < report; touch asks; yard log c "found it"'
  await place.yard(['add', 'c', '--exec', report, '--max-attempts', '1'])
  await place.yard(['add', 'b', '--executor', 'external'])
  const claimed = (await place.json(['claim', 'b', '--as', 'n8n', '--lease', limit])) as {
    readonly token: string
  }
  token = claimed.token
})
afterEach(async () => {
  if (owner?.exitCode === null) owner.kill('SIGKILL')
  await place.close()
}, 60_000)

/** Status of the answer, which comes once the owner goes on. */
async function post(path: string, body: object): Promise<number> {
  const { url } = JSON.parse(readFileSync(fileOf('.yard/service/state.json'), 'utf8'))
  const headers = { authorization: `Bearer ${token}`, origin: url }
  const answer = await fetch(`${url}/api/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...headers, 'content-type': 'application/json' },
  })
  return answer.status
}

const fileOf = (name: string): string => join(place.folder, name)

describe.skipIf(process.platform === 'win32')(
  'a stopped owner (no SIGSTOP on Windows)',
  { timeout: 120_000 },
  () => {
    it('takes an end in time for what it was, gives the lease its time back and gets a late report', async () => {
      const it = spawn(process.execPath, [PROGRAM, 'run'], {
        cwd: place.folder,
        env: place.env,
        stdio: 'ignore',
      })
      owner = it
      const ended = new Promise((done) => it.on('close', done))
      await eventually(() => expect(existsSync(fileOf('runs'))).toBe(true))
      await eventually(() => expect(existsSync(fileOf('up'))).toBe(true))
      it.kill('SIGSTOP')
      writeFileSync(fileOf('report'), 'go\n')
      await eventually(() => expect(existsSync(fileOf('asks'))).toBe(true))
      const stoppedAt = Date.now()
      writeFileSync(fileOf('gate'), 'go\n')
      await eventually(() =>
        expect(readExit(fileOf('.yard/agents/agent-2'))).toMatchObject({ code: 0 }),
      )
      await eventually(() => expect(Date.now() - stoppedAt).toBeGreaterThan(LIMIT_MS + 3000))
      const heartbeat = post('agent/agent-1/heartbeat', {})
      it.kill('SIGCONT')
      expect(await heartbeat).toBe(200)
      expect(await post('task/b/complete', { generation: 1 })).toBe(200)
      expect(await ended).toBe(0)
      expect(readFileSync(fileOf('runs'), 'utf8')).toBe('run\n')
      expect(await place.json(['show', 'a'])).toMatchObject({ state: 'done' })
      expect(await place.json(['show', 'c'])).toMatchObject({
        state: 'done',
        log: [{ text: 'found it' }],
      })
    })
  },
)
