/** The order of a kill, against a table of processes that says what real ones say only by chance. */
import { describe, expect, it } from 'vitest'
import { killTree, type KillReport } from '../../../src/agents/process/kill-tree.ts'
import type { ProcessHost, ProcessRow } from '../../../src/agents/process/host/process-host.ts'
import type { Clock } from '../../../src/base/clock.ts'

const LEADER = 100

interface Scene {
  readonly signals: string[]
  add(pid: number, more?: { line?: string; marker?: string }): void
  remove(...pids: number[]): void
  kill(how: {
    graceMs: number
    onScan?: (n: number) => void
    onSignal?: (text: string) => void
  }): Promise<KillReport>
}

function scene(): Scene {
  const rows = new Map<number, ProcessRow & { readonly line: string; readonly marker: string }>()
  const signals: string[] = []
  return {
    signals,
    add(pid, { line = `program ${pid}`, marker = 'ours' } = {}) {
      const parentPid = pid === LEADER ? 1 : LEADER
      const common = { startTime: '7', isDead: false, cpuMs: 0, memoryBytes: 0 }
      rows.set(pid, { pid, parentPid, sessionId: LEADER, ...common, line, marker })
    },
    remove: (...pids) => pids.forEach((pid) => rows.delete(pid)),
    kill({ graceMs, onScan = () => {}, onSignal = () => {} }) {
      const note = (text: string): 'sent' => {
        signals.push(text)
        onSignal(text)
        return 'sent'
      }
      let ms = 0
      const clock: Clock = {
        now: () => ms,
        monotonic: () => ms,
        after(wait, run) {
          ms += wait
          setImmediate(run)
          return () => {}
        },
      }
      const host: ProcessHost = {
        bootId: async () => 'boot',
        look: async (pids) =>
          new Map(
            pids.flatMap((pid) => (rows.has(pid) ? [[pid, rows.get(pid) as ProcessRow]] : [])),
          ),
        isSameStart: (a, b) => a === b,
        isBefore: () => false,
        commandLine: async (pid) => rows.get(pid)?.line ?? null,
        table: async () => ({
          rows: new Map(rows),
          markerOf: (pid) => rows.get(pid)?.marker ?? null,
          ioBytesOf: () => null,
        }),
        signal: (pid, signal) => note(`${signal} ${pid}`),
        signalGroup: (pid, signal) => note(`${signal} -${pid}`),
      }
      let scans = 0
      const scan = (): ReturnType<ProcessHost['table']> => {
        onScan((scans += 1))
        return host.table()
      }
      const leader = { pid: LEADER, startTime: '7' }
      const target = { folder: '/x', leader, marker: 'ours', bootId: 'boot', graceMs }
      return killTree({ ...target, signal: 'SIGINT' }, { host, clock, scan }, () => {})
    },
  }
}

describe('the order of a kill', () => {
  it('asks a program again that its supervisor had not started yet, once', async () => {
    const at = scene()
    at.add(LEADER, { line: 'sh supervise.sh /x' })
    const report = await at.kill({
      graceMs: 10_000,
      onScan(n) {
        // The fork of the supervisor, which becomes the program a moment later.
        if (n === 2) at.add(LEADER + 1, { line: 'sh supervise.sh /x' })
        if (n === 3) at.add(LEADER + 1, { line: 'claude' })
        if (n > 3) at.remove(LEADER, LEADER + 1)
      },
      onSignal: (text) => text === `SIGINT ${LEADER + 1}` && at.remove(LEADER, LEADER + 1),
    })
    expect(at.signals).toEqual([`SIGINT -${LEADER}`, `SIGINT ${LEADER + 1}`])
    expect(report).toMatchObject({ forced: 0, leftovers: [] })
  })

  it('asks a program once that runs, and never what that starts to tidy up', async () => {
    const at = scene()
    at.add(LEADER, { line: 'sh supervise.sh /x' })
    at.add(LEADER + 1)
    let looks = 0
    await at.kill({
      graceMs: 1000,
      onSignal(text) {
        if (text === `SIGINT -${LEADER}`) at.add(LEADER + 2)
        if (text.startsWith('SIGKILL')) at.remove(Number(text.split(' ')[1]))
        looks += 1
      },
    })
    expect(looks).toBeGreaterThan(1)
    expect(at.signals.filter((text) => text.startsWith('SIGINT'))).toEqual([`SIGINT -${LEADER}`])
  })

  it('stops all of a tree before it kills any, so that nothing forks while others die', async () => {
    const at = scene()
    for (const pid of [LEADER, LEADER + 1, LEADER + 2]) at.add(pid)
    await at.kill({
      graceMs: 0,
      onSignal: (text) => text.startsWith('SIGKILL') && at.remove(Number(text.split(' ')[1])),
    })
    expect(at.signals.slice(1)).toEqual([
      ...[LEADER, LEADER + 1, LEADER + 2].map((pid) => `SIGSTOP ${pid}`),
      ...[LEADER, LEADER + 1, LEADER + 2].map((pid) => `SIGKILL ${pid}`),
    ])
  })

  it('looks twice before nobody is left: what was being forked at the first look shows at the second', async () => {
    const at = scene()
    at.add(LEADER)
    let empty = 0
    const report = await at.kill({
      graceMs: 0,
      onScan(n) {
        // Scan 1 is the snapshot and 2 the first round; by 3 all that was found is gone.
        if (n === 4) at.add(LEADER + 5)
        if (n >= 3) empty += 1
      },
      onSignal: (text) => text.startsWith('SIGKILL') && at.remove(Number(text.split(' ')[1])),
    })
    expect(at.signals).toContain(`SIGKILL ${LEADER + 5}`)
    expect(report).toMatchObject({ forced: 2, leftovers: [] })
    expect(empty).toBe(4)
  })
})
