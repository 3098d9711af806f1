/** `yard run` beside a host that is stopped (SIGSTOP): it starts nothing of its own, says who holds the yard, and joins it once that goes on. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { yardPaths } from '../../../../src/config/paths.ts'
import { glanceAt } from '../../../../src/headless/client.ts'
import { eventually } from '../../../support/eventually.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
let host: number | null
const fileOf = (name: string): string => join(place.folder, name)

beforeEach(async () => {
  host = null
  place = await openTestYard()
})
afterEach(async () => {
  if (host !== null) process.kill(host, 'SIGCONT')
  await place.close()
}, 60_000)

it.skipIf(process.platform === 'win32')(
  'is refused with the pid of the host, and joins it once it goes on (no SIGSTOP on Windows)',
  { timeout: 120_000 },
  async () => {
    const exec = 'echo run >> runs; until [ -e go ]; do sleep 0.05; done'
    await place.yard(['add', 'a', '--exec', exec])
    await place.yard(['add', 'b', '--exec', 'echo run >> runs', '--after', 'a'])
    await place.yard(['service', 'start'])
    await eventually(() => expect(existsSync(fileOf('runs'))).toBe(true))
    const { pid } = (await place.json(['service', 'status'])) as { pid: number }
    host = pid
    process.kill(pid, 'SIGSTOP')
    // A list of yards has it as not running.
    expect(await glanceAt(yardPaths(place.folder))).toBeNull()
    const [refused, shown] = await Promise.all([
      place.yard(['run', '--json']),
      place.yard(['service', 'status']),
    ])
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.out)).toMatchObject({ error: { kind: 'locked' } })
    expect(refused.err).toContain(`the host of this yard (pid ${pid}) does not answer`)
    expect(shown).toMatchObject({ code: 1, err: refused.err })
    process.kill(pid, 'SIGCONT')
    writeFileSync(fileOf('go'), '')
    const ran = await place.yard(['run'])
    expect(ran.code).toBe(0)
    expect(ran.err).toContain(`the host of this yard (pid ${pid}) does the work`)
    expect(readFileSync(fileOf('runs'), 'utf8')).toBe('run\nrun\n')
    expect(await place.json(['agents'])).toHaveLength(2)
  },
)
