import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createExitWatch } from '../../../src/agents/process/exit-watch.ts'
import type { ExitWatch } from '../../../src/agents/process/exit-watch.ts'
import type { StageEnd } from '../../../src/agents/process/launcher/launcher.ts'
import type { ExitRecord } from '../../../src/agents/process/stage-files.ts'
import { createEmitter } from '../../../src/base/emitter.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import { host, livingProcess } from './stages.ts'

let dir: string
let watch: ExitWatch
let exits: { folder: string; exit: ExitRecord }[]
let vanished: string[]
let timers: (() => void)[]
let told: PromiseWithResolvers<void>

const fail = (error: unknown): never => {
  throw error
}
const ended = createEmitter<StageEnd>(fail)
const replaced = createEmitter<void>(fail)
const clock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  after(_ms, run) {
    timers.push(run)
    return () => {
      timers = timers.filter((timer) => timer !== run)
    }
  },
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'yard-watch-'))
  exits = []
  vanished = []
  timers = []
  told = Promise.withResolvers()
  watch = createExitWatch({
    launcher: { onEnded: ended.on, onReplaced: replaced.on },
    host,
    clock,
    log: silentLog,
    onExit(folder, exit) {
      exits.push({ folder, exit })
      told.resolve()
    },
    onVanished: (folder) => vanished.push(folder),
  })
})
afterEach(() => {
  watch.close()
  rmSync(dir, { recursive: true, force: true })
})

/** A folder as a supervisor with the pid 4711 leaves it while its program runs. */
function running(name = 'agent-1'): string {
  const folder = join(dir, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'pid'), '4711 1\n')
  writeFileSync(join(folder, 'exit.4711'), ' '.repeat(63) + '\n')
  return folder
}

/** In place, as the shell writes it; `renamed` as a supervisor in Node leaves it. */
function end(folder: string, code = 0, { renamed } = { renamed: false }): void {
  const record = `{"code":${code},"signal":null}`.padEnd(63) + '\n'
  writeFileSync(join(folder, 'exit.4711'), record, { flag: 'r+' })
  if (renamed) renameSync(join(folder, 'exit.4711'), join(folder, 'exit.json'))
}

const word = (folder: string): void =>
  ended.emit({ folder, end: { pid: 4711, code: 0, signal: null } })

describe('the exit watch', () => {
  it("tells an end at the launcher's word, once, without any file watch", () => {
    const folder = running()
    watch.watch(folder)
    end(folder, 3)
    expect(exits).toEqual([])
    word(folder)
    word(folder)
    expect(watch.check(folder)).toBe(false)
    expect(exits).toMatchObject([{ folder, exit: { code: 3, signal: null } }])
    expect(exits[0]?.exit.endedAt).toBeGreaterThan(0)
    expect([timers, vanished, watch.counts().watched]).toEqual([[], [], 0])
    expect(readdirSync(folder).toSorted()).toEqual(['exit.json', 'pid'])
  })

  it.each([false, true])(
    'sees the end by itself where it was adopted, renamed: %s',
    async (renamed) => {
      const folder = running()
      watch.watch(folder, { isAdopted: true })
      end(folder, 4, { renamed })
      await told.promise
      watch.checkAll()
      expect(exits).toMatchObject([{ folder, exit: { code: 4 } }])
    },
  )

  it('sees the end of a stage that nobody has begun to write', async () => {
    const folder = join(dir, 'agent-1')
    mkdirSync(folder)
    watch.watch(folder, { isAdopted: true })
    writeFileSync(join(folder, 'exit.json'), '{"code":0,"signal":null}')
    await told.promise
    expect(exits).toHaveLength(1)
  })

  it('sees an end from before it was asked to watch', async () => {
    const folder = running()
    end(folder)
    watch.watch(folder, { isAdopted: true })
    await told.promise
    expect(exits).toHaveLength(1)
  })

  it('watches by itself what lives longer than a moment', async () => {
    const folder = running()
    watch.watch(folder)
    expect(timers).toHaveLength(1)
    timers[0]?.()
    end(folder)
    await told.promise
    expect(exits).toHaveLength(1)
  })

  it('watches by itself once the launcher was replaced', async () => {
    const folder = running()
    watch.watch(folder)
    replaced.emit()
    expect(timers).toEqual([])
    end(folder)
    await told.promise
    expect(exits).toHaveLength(1)
  })

  it('says when a supervisor has gone without a record, and keeps watching', async () => {
    const folder = running()
    watch.watch(folder, { isAdopted: true })
    word(folder)
    expect(vanished).toEqual([folder])
    end(folder)
    await told.promise
    expect(exits).toHaveLength(1)
  })

  it('does not believe an exit.json while its supervisor lives', async () => {
    const supervisor = await livingProcess()
    const folder = join(dir, 'agent-1')
    mkdirSync(folder)
    writeFileSync(join(folder, 'pid'), `${supervisor.pid} ${supervisor.startTime}\n`)
    watch.watch(folder)
    writeFileSync(join(folder, 'exit.json'), '{"code":0,"signal":null}')
    await watch.checkAll()
    // Asked again and again, for a supervisor ends a moment after it has written the end.
    for (let tries = 0; tries < 7; tries += 1) {
      expect(timers).toHaveLength(2)
      timers.pop()?.()
      await new Promise((resolve) => void setImmediate(resolve))
    }
    expect(timers).toHaveLength(1)
    expect(exits).toEqual([])
    await supervisor.end()
    await watch.checkAll()
    expect(exits).toMatchObject([{ folder }])
  })

  it('believes the supervisor that has ended, whatever its agent has made of pid', () => {
    for (const [name, forged] of [
      ['agent-1', '1 1\n'],
      ['agent-2', null],
    ] as const) {
      const folder = running(name)
      watch.watch(folder)
      rmSync(join(folder, 'pid'))
      if (forged !== null) writeFileSync(join(folder, 'pid'), forged)
      writeFileSync(join(folder, 'exit.json'), '{"code":0,"signal":null}')
      end(folder, 3)
      word(folder)
    }
    expect(exits).toMatchObject([{ exit: { code: 3 } }, { exit: { code: 3 } }])
  })

  it.each([true, false])(
    'does not believe a pid that the agent has written, adopted: %s',
    async (isAdopted) => {
      const supervisor = await livingProcess()
      const folder = running()
      if (isAdopted) watch.watch(folder, { isAdopted, supervisor })
      else {
        watch.watch(folder)
        watch.know(folder, supervisor)
      }
      writeFileSync(join(folder, 'pid'), '1 1\n')
      writeFileSync(join(folder, 'exit.json'), '{"code":0,"signal":null}')
      await watch.checkAll()
      expect(exits).toEqual([])
      await supervisor.end()
    },
  )

  it('takes half a record for none', () => {
    const folder = running()
    watch.watch(folder)
    writeFileSync(join(folder, 'exit.json'), '{"code":')
    expect(watch.check(folder)).toBe(false)
    end(folder)
    expect(watch.check(folder)).toBe(true)
  })

  it('goes on without a file watch where one is refused', async () => {
    const folder = join(dir, 'not-there')
    watch.watch(folder, { isAdopted: true })
    expect(watch.counts()).toEqual({ watched: 1, refused: 1 })
    mkdirSync(folder)
    writeFileSync(join(folder, 'exit.json'), '{"code":1,"signal":"SIGTERM"}')
    await watch.checkAll()
    expect(exits).toMatchObject([{ exit: { code: 1, signal: 'SIGTERM' } }])
  })

  it('tells nothing of what it was asked to forget', () => {
    const folder = running()
    watch.watch(folder)
    watch.forget(folder)
    end(folder)
    word(folder)
    expect([exits, vanished, timers]).toEqual([[], [], []])
  })
})
