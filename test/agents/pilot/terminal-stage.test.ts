/** A stage in a terminal's hands: at most one owner, seen by whoever looks at the folder. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  endTerminalStage,
  runInTerminal,
  takeTerminalStage,
  waitForTerminal,
} from '../../../src/agents/pilot/terminal-stage.ts'
import { createProcessHost } from '../../../src/agents/process/host/identity.ts'
import { recoverStage, type Recovery } from '../../../src/agents/process/recover.ts'
import { createManualClock } from '../../support/manual-clock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-terminal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const host = createProcessHost()
const recover = async (): Promise<Recovery> =>
  recoverStage(folder, { bootIdAtLaunch: await host.bootId(), host })

it('is alive while this process is, and has exited when that is written down', async () => {
  expect(await takeTerminalStage(folder)).toMatchObject({ ok: true })
  expect(await recover()).toMatchObject({ kind: 'alive', pid: process.pid })
  endTerminalStage(folder, { code: 143, signal: 'SIGTERM' })
  expect(await recover()).toMatchObject({
    kind: 'exited',
    exit: { code: 143, signal: 'SIGTERM' },
  })
})

it('cannot be taken up once it was given up, nor twice', async () => {
  expect(await recover()).toEqual({ kind: 'never-ran' })
  expect(await takeTerminalStage(folder)).toMatchObject({
    ok: false,
    error: { reason: expect.stringContaining('taken back') },
  })
  expect(await recover()).toEqual({ kind: 'never-ran' })
  expect(readdirSync(folder)).toEqual(['pid'])
})

it('says why it cannot be taken up', async () => {
  rmSync(folder, { recursive: true })
  expect(await takeTerminalStage(folder)).toMatchObject({
    ok: false,
    error: { reason: expect.stringContaining('cannot be written') },
  })
})

it('is waited for as long as somebody may still come', async () => {
  const clock = createManualClock()
  let isOver = false
  const ends: string[] = []
  const wait = (name: string, over: () => boolean): void =>
    void waitForTerminal(folder, clock, over).then(() => ends.push(name))
  wait('patient', () => false)
  wait('stopped', () => isOver)
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await Promise.resolve()
  }
  await pass(29_000)
  expect(ends).toEqual([])
  isOver = true
  await pass(200)
  expect(ends).toEqual(['stopped'])
  await pass(1000)
  expect(ends).toEqual(['stopped', 'patient'])
  await takeTerminalStage(folder)
  wait('taken', () => false)
  await pass(0)
  expect(ends.at(-1)).toBe('taken')
})

it('runs the program with its variables alone, and tells how it ended', async () => {
  const run = (line: string) =>
    runInTerminal({ argv: ['/bin/sh', '-c', line], cwd: folder, env: { GIVEN: 'yes' } })
  expect(await run('test "$GIVEN$HOME" = yes && exit 7')).toEqual({
    code: 7,
    signal: null,
    wasStopped: false,
  })
  expect(await run('kill -TERM $$')).toEqual({ code: 143, signal: 'SIGTERM', wasStopped: false })
  const missing = { argv: [join(folder, 'none')] as [string], cwd: folder, env: {} }
  expect(await runInTerminal(missing)).toMatchObject({ code: 127, signal: null })
})
