import { fork } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  openLauncher,
  supervisorCommand,
} from '../../../../src/agents/process/launcher/launcher.ts'
import { recoverStage } from '../../../../src/agents/process/recover.ts'
import { readExit } from '../../../../src/agents/process/stage-files.ts'
import { silentLog } from '../../../../src/base/log.ts'
import { ENTRY, SUPERVISOR, firstLine, fixture, host, isRunning, openStages } from '../stages.ts'
import type { Stages } from '../stages.ts'
import { eventually } from '../../../support/eventually.ts'
import { createManualClock } from '../../../support/manual-clock.ts'

let stages: Stages
beforeEach(() => {
  stages = openStages()
})
afterEach(() => stages.close())

const OWN = { entry: ENTRY, node: process.execPath, supervisor: SUPERVISOR, log: silentLog }

/** Ends when the file appears, then with code 9. */
const untilFile = (file: string): string[] => [
  'sh',
  '-c',
  'echo ready; while ! [ -e "$1" ]; do sleep 0.02; done; exit 9',
  'sh',
  file,
]

describe('the launcher', () => {
  it('names the supervisor by pid and start time', async () => {
    const running = await stages.start([fixture('fails.sh'), '5'])
    expect((await running.ended).code).toBe(5)
    expect(running.read('pid').trim()).toBe(`${running.pid} ${running.startTime}`)
  })

  it('starts many at once and tells each end once', async () => {
    const body = join(stages.dir, 'body')
    const all = Array.from({ length: 200 }, () => stages.create([fixture('counts.sh'), body]))
    const started = await Promise.all(all.map(({ stage }) => stages.launcher.start(stage)))
    expect(started.filter(({ ok }) => !ok)).toEqual([])
    const exits = await Promise.all(all.map(({ ended }) => ended))
    expect(exits.filter(({ code }) => code !== 0)).toEqual([])
    expect(stages.watch.counts()).toEqual({ watched: 0, refused: 0 })
    expect(stages.vanished).toEqual([])
  }, 60_000)

  it('says why nothing was started', async () => {
    const { stage, folder } = stages.create(['true'])
    const missing = join(stages.dir, 'missing')
    const start = (changes: Partial<typeof stage>) =>
      stages.launcher.start({ ...stage, ...changes })
    expect(await start({ cwd: missing })).toMatchObject({
      error: { kind: 'bad-cwd', cwd: missing, code: 'ENOENT' },
    })
    writeFileSync(missing, '')
    expect(await start({ cwd: missing })).toMatchObject({
      error: { kind: 'bad-cwd', code: 'ENOTDIR' },
    })
    expect(await start({ argv: ['true', 'x'.repeat(4_000_000)] })).toMatchObject({
      error: { kind: 'spawn-failed', code: 'E2BIG' },
    })
    expect(existsSync(join(folder, 'pid'))).toBe(false)
  })

  it('is replaced when it is killed; agents go on and their ends are still told', async () => {
    const file = join(stages.dir, 'go')
    const running = await stages.start(untilFile(file))
    await firstLine(running)
    const before = stages.launcher.pid() ?? 0
    const replaced = new Promise<void>((resolve) => stages.launcher.onReplaced(resolve))
    process.kill(before, 'SIGKILL')
    await replaced
    expect(stages.launcher.pid()).not.toBe(before)
    expect(await isRunning(running.pid)).toBe(true)
    const next = await stages.start([fixture('fails.sh'), '6'])
    expect((await next.ended).code).toBe(6)
    writeFileSync(file, '')
    expect((await running.ended).code).toBe(9)
  })

  it('is replaced when it hangs: what it was asked is answered by the next', async () => {
    const clock = createManualClock()
    const launcher = openLauncher({ ...OWN, clock })
    await launcher.sweep([])
    const hung = launcher.pid() ?? 0
    process.kill(hung, 'SIGSTOP')
    const { stage, folder } = stages.create([fixture('fails.sh'), '6'])
    const starting = launcher.start(stage)
    clock.advance(4999)
    expect(launcher.pid()).toBe(hung)
    clock.advance(1000)
    expect(await starting).toMatchObject({ ok: true })
    expect(launcher.pid()).not.toBe(hung)
    expect(await isRunning(hung)).toBe(false)
    await eventually(() => expect(readExit(folder)?.code).toBe(6))
    await launcher.close()
  })

  it('is not replaced because its owner stood still: what came meanwhile is read first', async () => {
    const clock = createManualClock()
    const launcher = openLauncher({ ...OWN, clock })
    await launcher.sweep([])
    const before = launcher.pid()
    const asked = launcher.sweep([])
    clock.advance(5000)
    await asked
    clock.advance(60_000)
    expect(await launcher.sweep([])).toMatchObject({ ok: true })
    expect(launcher.pid()).toBe(before)
    await launcher.close()
  })

  it('settles requests that it died on, each body run once', async () => {
    const body = join(stages.dir, 'body')
    const all = Array.from({ length: 30 }, (_, n) =>
      stages.create([fixture('counts.sh'), `${body}-${n}`]),
    )
    const starts = all.map(({ stage }) => stages.launcher.start(stage))
    await starts[5]
    process.kill(stages.launcher.pid() ?? 0, 'SIGKILL')
    const started = await Promise.all(starts)
    expect(started.filter(({ ok }) => !ok)).toEqual([])
    const exits = await Promise.all(all.map(({ ended }) => ended))
    expect(exits.filter(({ code }) => code !== 0)).toEqual([])
    for (const [n, { read }] of all.entries()) {
      const start = started[n]
      expect(read(`../body-${n}`)).toBe('ran\n')
      expect(start?.ok && read('pid').startsWith(`${start.value.pid} `)).toBe(true)
    }
  })

  it('gives up when no launcher can be run, and answers again when one can', async () => {
    const entry = join(stages.dir, 'broken.ts')
    writeFileSync(entry, 'process.exit(3)')
    const node = process.execPath
    const launcher = openLauncher({ entry, node, supervisor: SUPERVISOR, log: silentLog })
    const { stage, ended } = stages.create([fixture('ends-well.sh')])
    expect(await launcher.start(stage)).toMatchObject({ error: { kind: 'launcher-unavailable' } })
    writeFileSync(entry, `await import(${JSON.stringify(ENTRY)})`)
    expect(await launcher.start(stage)).toMatchObject({ ok: true })
    await eventually(() => expect(readExit(stage.folder)?.code).toBe(0))
    stages.watch.checkAll()
    expect((await ended).code).toBe(0)
    await launcher.close()
    expect(await launcher.sweep([])).toMatchObject({ error: { kind: 'launcher-unavailable' } })
  })

  it('answers each request at once where none can even be forked', async () => {
    const options = { entry: ENTRY, node: '\0', supervisor: SUPERVISOR, log: silentLog }
    const launcher = openLauncher(options)
    for (let at = 0; at < 3; at += 1)
      expect(await launcher.sweep([])).toMatchObject({ error: { kind: 'launcher-unavailable' } })
    await launcher.close()
  })

  it('leaves agents alone when it is closed', async () => {
    const running = await stages.start([fixture('hangs.sh')])
    await firstLine(running)
    const pid = stages.launcher.pid() ?? 0
    await stages.launcher.close()
    expect(await isRunning(pid)).toBe(false)
    expect(await isRunning(running.pid)).toBe(true)
  })

  it('goes with an owner that is killed; the agent ends by itself with its true code', async () => {
    const { stage, folder } = stages.create(untilFile(join(stages.dir, 'go')))
    const owner = fork(fixture('owns-launcher.ts'), [ENTRY, ...SUPERVISOR])
    const answered = new Promise<{ launcherPid: number; result: { value: { pid: number } } }>(
      (resolve) => owner.once('message', (message) => resolve(message as never)),
    )
    owner.send(stage)
    const { launcherPid, result } = await answered
    await firstLine({ folder })
    owner.kill('SIGKILL')
    await eventually(async () => expect(await isRunning(launcherPid)).toBe(false))
    const recover = async () => recoverStage(folder, { bootIdAtLaunch: await host.bootId(), host })
    expect(await recover()).toMatchObject({ kind: 'alive', pid: result.value.pid })
    writeFileSync(join(stages.dir, 'go'), '')
    await eventually(async () =>
      expect(await recover()).toMatchObject({ kind: 'exited', exit: { code: 9 } }),
    )
  })

  it('runs the shell script, or its twin where there is no shell to count on', () => {
    expect(supervisorCommand('/r', '/n', 'darwin')).toEqual(['/bin/sh', '/r/supervise.sh'])
    expect(supervisorCommand('C:\\r', 'n.exe', 'win32')).toEqual(['n.exe', 'C:\\r\\supervise.mjs'])
  })

  it('runs nothing in a folder that is gone, and says that nothing came of it', async () => {
    const { stage, folder } = stages.create([fixture('counts.sh'), join(stages.dir, 'body')])
    rmSync(folder, { recursive: true })
    await stages.launcher.start(stage)
    await eventually(() => expect(stages.vanished).toEqual([folder]))
    expect(existsSync(join(stages.dir, 'body'))).toBe(false)
  })
})
