/** An owner that answers late: what an agent reports meanwhile is not lost. Real processes; the owner is stopped, as a starved one would be. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { openTestYard, PROGRAM, type TestYard } from '../yard-command.ts'

/** Longer than a person's command waits for an owner that does not answer. */
const STOPPED_MS = 16_000

let place: TestYard
let owner: ChildProcess | null
beforeEach(async () => {
  owner = null
  place = await openTestYard()
})
afterEach(async () => {
  if (owner?.exitCode === null) owner.kill('SIGKILL')
  await place.close()
}, 60_000)

const fileOf = (name: string): string => join(place.folder, name)

describe.skipIf(process.platform === 'win32')(
  'an owner that is stopped for a while (no SIGSTOP on Windows)',
  { timeout: 90_000 },
  () => {
    it('gets the report of an agent once it goes on', async () => {
      spawnSync('mkfifo', ['gate'], { cwd: place.folder })
      const line = 'touch up; read line < gate; touch asks; yard log a "found it"'
      await place.yard(['add', 'a', '--exec', line, '--max-attempts', '1'])
      const it = spawn(process.execPath, [PROGRAM, 'run'], {
        cwd: place.folder,
        env: place.env,
        stdio: 'ignore',
      })
      owner = it
      const ended = new Promise((done) => it.on('close', done))
      await eventually(() => expect(existsSync(fileOf('up'))).toBe(true))
      it.kill('SIGSTOP')
      writeFileSync(fileOf('gate'), 'go\n')
      await eventually(() => expect(existsSync(fileOf('asks'))).toBe(true))
      await delay(STOPPED_MS)
      it.kill('SIGCONT')

      expect(await ended).toBe(0)
      expect(await place.json(['show', 'a'])).toMatchObject({
        state: 'done',
        log: [{ by: 'agent-1', text: 'found it' }],
      })
    })
  },
)
