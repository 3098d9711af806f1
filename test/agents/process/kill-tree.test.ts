import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KillPhase } from '../../../src/agents/process/kill-tree.ts'
import type { Result } from '../../../src/base/result.ts'
import { carriers, endCarriers, firstLine, fixture, host, isRunning, openStages } from './stages.ts'
import type { Stages } from './stages.ts'
import { eventually } from '../../support/eventually.ts'

let stages: Stages
beforeEach(() => {
  stages = openStages()
})
afterEach(() => stages.close())

function valueOf<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

describe.runIf(process.platform === 'linux')('stopping a tree (it needs /proc)', () => {
  it('asks, and kills nobody when all go', async () => {
    const running = await stages.start([fixture('answers-term.sh')])
    await firstLine(running)
    const phases: KillPhase[] = []
    const target = await stages.target(running)
    const report = valueOf(await stages.launcher.killTree(target, (phase) => phases.push(phase)))
    expect(report).toMatchObject({ forced: 0, leftovers: [] })
    expect(phases.map(({ phase }) => phase)).toEqual(['snapshot', 'asking'])
    expect((await running.ended).code).toBe(7)
  })

  it('kills after the grace period what ignores the request', async () => {
    const running = await stages.start([fixture('ignores-term.sh')])
    await firstLine(running)
    const phases: KillPhase[] = []
    const target = await stages.target(running, { graceMs: 150 })
    const report = valueOf(await stages.launcher.killTree(target, (phase) => phases.push(phase)))
    expect(phases.map(({ phase }) => phase)).toEqual(['snapshot', 'asking', 'killing'])
    expect(report.forced).toBeGreaterThanOrEqual(2)
    expect(report.elapsedMs).toBeGreaterThanOrEqual(150)
    expect(report.leftovers).toEqual([])
    expect(await carriers([running.marker])).toEqual([])
    await eventually(() => expect(stages.vanished).toEqual([running.folder]))
  })

  it('finds children that left the session, dropped the environment, or both', async () => {
    const kinds = ['setsid', 'cleared', 'stubborn', 'daemon']
    const running = await stages.start([process.execPath, fixture('leaves-session.mjs'), ...kinds])
    const pids: number[] = JSON.parse(await firstLine(running))
    expect(await Promise.all(pids.map(isRunning))).toEqual([true, true, true, true])
    const target = await stages.target(running, { graceMs: 500 })
    const report = valueOf(await stages.launcher.killTree(target))
    expect(report.members).toBeGreaterThanOrEqual(6)
    expect(await Promise.all(pids.map(isRunning))).toEqual([false, false, false, false])
  })

  it('finds what an ended agent left behind by its marker', async () => {
    const running = await stages.start([fixture('leaves-grandchild.sh')])
    await running.ended
    const pid = Number(await firstLine(running))
    expect(await isRunning(pid)).toBe(true)
    const found = valueOf(await stages.launcher.sweep([running.marker, 'nobody']))
    expect(found).toEqual([
      { marker: running.marker, processes: [{ pid, command: 'sleep 100000' }] },
    ])
    const report = valueOf(await stages.launcher.killTree(await stages.target(running)))
    expect(report).toMatchObject({ members: 1, forced: 0 })
    expect(await isRunning(pid)).toBe(false)
  })

  it('touches nothing in a session that nobody can prove to be ours any more', async () => {
    const running = await stages.start([fixture('leaves-grandchild.sh'), 'cleared'])
    await running.ended
    const pid = Number(await firstLine(running))
    // The leader must be gone for good, not a zombie that still vouches for the session.
    await eventually(async () => expect((await host.look([running.pid])).size).toBe(0))
    const report = valueOf(await stages.launcher.killTree(await stages.target(running)))
    expect(report.members).toBe(0)
    expect(host.signal(pid, 'SIGKILL')).toBe('sent')
  })

  it('signals nobody when the start time or the boot is another', async () => {
    const running = await stages.start([fixture('hangs.sh')])
    await firstLine(running)
    const leader = { pid: running.pid, startTime: `${Number(running.startTime) + 1}` }
    const strangers = [
      await stages.target(running, { leader, marker: null }),
      await stages.target(running, { bootId: 'another boot' }),
    ]
    for (const stranger of strangers) {
      const report = valueOf(await stages.launcher.killTree(stranger))
      expect(report).toMatchObject({ members: 0, forced: 0 })
    }
    expect(await isRunning(running.pid)).toBe(true)
    await endCarriers([running.marker])
  })

  it('does not hold up launches while it waits', async () => {
    const stubborn = await stages.start([fixture('ignores-term.sh')])
    await firstLine(stubborn)
    let isOver = false
    const target = await stages.target(stubborn, { graceMs: 60_000 })
    const asking = Promise.withResolvers<void>()
    const killing = stages.launcher
      .killTree(target, ({ phase }) => phase === 'asking' && asking.resolve())
      .finally(() => (isOver = true))
    await asking.promise
    const quick = await stages.start([fixture('fails.sh'), '4'])
    expect((await quick.ended).code).toBe(4)
    expect(isOver).toBe(false)
    await endCarriers([stubborn.marker])
    expect(valueOf(await killing).leftovers).toEqual([])
  })

  it('tells the tools of an agent, which have sessions of their own, from its program', async () => {
    const agent = await stages.start([process.execPath, fixture('leaves-session.mjs'), 'setsid'])
    const trees = [await stages.target(agent)]
    await eventually(async () => {
      const [tree] = valueOf(await stages.launcher.treeCpu(trees))
      expect(tree?.tools).toEqual([
        { pid: expect.any(Number), startTime: expect.any(String), cpuMs: expect.any(Number) },
      ])
      expect(tree?.tools?.[0]?.pid).not.toBe(agent.pid)
      expect(tree?.ioBytes).toBeGreaterThan(0)
    })
    await endCarriers([agent.marker])
  })

  it('tells a busy tree from a quiet one', async () => {
    const busy = await stages.start([process.execPath, fixture('burns.mjs')])
    const quiet = await stages.start([fixture('hangs.sh')])
    await firstLine(quiet)
    const trees = await Promise.all([busy, quiet].map((running) => stages.target(running)))
    const look = async () => valueOf(await stages.launcher.treeCpu(trees))
    const first = await look()
    await eventually(async () => {
      const trees = await look()
      const [burnt = 0, hung = 0] = trees.map(({ cpuMs }, at) => cpuMs - (first[at]?.cpuMs ?? 0))
      expect(trees[0]?.count).toBe(3)
      expect(burnt).toBeGreaterThan(300)
      expect(hung).toBeLessThan(burnt / 10)
    })
    await endCarriers([busy.marker, quiet.marker])
  })
})
