import { MARKER_VARIABLE } from '../../../src/domain/ids.ts'
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recoverStage } from '../../../src/agents/process/recover.ts'
import type { Recovery } from '../../../src/agents/process/recover.ts'
import { readExit } from '../../../src/agents/process/stage-files.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { SUPERVISOR, carriers, fixture, host } from './stages.ts'
import { eventually } from '../../support/eventually.ts'

const LAUNCHES = 40
const AT_ONCE = 4

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'yard-race-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

interface Outcome {
  readonly recovery: Recovery
  readonly timesRan: number
  readonly code: number | null
}

/** The moment is the subject here: an owner killed, and a recovery begun, at any point of a start. */
const moment = (maxMs: number): Promise<void> =>
  new Promise((resolve) => void systemClock.after(Math.random() * maxMs, resolve))

const appears = (file: string): Promise<void> =>
  eventually(() => expect(existsSync(file)).toBe(true))

async function race(n: number): Promise<Outcome> {
  const folder = join(dir, `agent-${n}`)
  mkdirSync(folder)
  const body = join(dir, `body-${n}`)
  const marker = randomUUID()
  const command = [...SUPERVISOR, folder, '/dev/null', fixture('counts.sh'), body]
  const twins = n % 3 === 0 ? 2 : 1
  const delayMs = Math.random() * 4
  const owner = fork(fixture('spawns-supervisor.mjs'), [`${delayMs}`, `${twins}`, ...command], {
    env: { PATH: process.env['PATH'] ?? '', [MARKER_VARIABLE]: marker },
  })
  const recover = async (): Promise<Recovery> =>
    recoverStage(folder, { bootIdAtLaunch: await host.bootId(), host })
  const isGone = new Promise((resolve) => owner.once('exit', resolve))
  // Two of ten are no matter of luck: one recovery comes before any supervisor, one after it has won.
  const early = n % 10 === 0 ? await recover() : null
  await new Promise((resolve) => owner.once('message', resolve))
  const killed = n % 10 === 5 ? null : moment(20).then(() => owner.kill('SIGKILL'))
  if (killed) await moment(20)
  else await appears(join(folder, 'pid'))
  const recovery = early ?? (await recover())
  await killed
  owner.kill('SIGKILL')
  await isGone
  await eventually(async () => expect(await carriers([marker])).toEqual([]))
  const timesRan = existsSync(body) ? readFileSync(body, 'utf8').split('\n').length - 1 : 0
  return { recovery, timesRan, code: readExit(folder)?.code ?? null }
}

const isWindows = process.platform === 'win32'
describe.skipIf(isWindows)('an owner killed while it starts an agent (Windows: no SIGKILL)', () => {
  it('never has the body run twice, nor after a recovery has reopened the task', async () => {
    const outcomes: Outcome[] = []
    let next = 0
    const lane = async (): Promise<void> => {
      while (next < LAUNCHES) outcomes.push(await race(next++))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    expect(outcomes).toHaveLength(LAUNCHES)
    const isTrue = ({ recovery, timesRan, code }: Outcome): boolean =>
      recovery.kind === 'never-ran'
        ? timesRan === 0 && code === null
        : (recovery.kind === 'alive' || recovery.kind === 'exited') && timesRan === 1 && code === 0
    expect(outcomes.filter((outcome) => !isTrue(outcome))).toEqual([])
    const kinds = new Set(outcomes.map(({ recovery }) => recovery.kind))
    expect(kinds.has('never-ran') && kinds.size > 1).toBe(true)
  }, 120_000)
})
