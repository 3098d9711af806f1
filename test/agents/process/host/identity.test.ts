import { execFileSync, spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import {
  createDarwinHost,
  cpuMsFromPs,
  parsePs,
} from '../../../../src/agents/process/host/darwin-host.ts'
import { isAlive, startTimeOf } from '../../../../src/agents/process/host/identity.ts'
import { parseStat } from '../../../../src/agents/process/host/linux-host.ts'
import {
  createWindowsHost,
  parseProcessList,
} from '../../../../src/agents/process/host/windows-host.ts'
import { host } from '../stages.ts'

const PAGE_BYTES = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }))

describe('the identity of a process', () => {
  it('is pid, start time and boot together', async () => {
    const bootId = await host.bootId()
    const startTime = (await startTimeOf(process.pid, host)) ?? ''
    const me = { pid: process.pid, startTime, bootId }
    expect(await isAlive(me, host)).toBe(true)
    expect(await isAlive({ ...me, bootId: 'another' }, host)).toBe(false)
    expect(await isAlive({ ...me, pid: process.ppid }, host)).toBe(false)
    expect(await isAlive({ ...me, startTime: '1' }, host)).toBe(false)
  })

  it('ends with the process', async () => {
    const child = spawn('sleep', ['100000'], { stdio: 'ignore' })
    const pid = child.pid ?? 0
    const identity = {
      pid,
      startTime: (await startTimeOf(pid, host)) ?? '',
      bootId: await host.bootId(),
    }
    expect(await isAlive(identity, host)).toBe(true)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(await isAlive(identity, host)).toBe(false)
    expect(await startTimeOf(pid, host)).toBeNull()
  })
})

describe('what the systems print', () => {
  it('is counted after the last bracket on Linux', () => {
    const stat = `42 (a) R 1 (b) S 7 42 40 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 98765 1 3`
    expect(parseStat(stat)).toEqual({
      pid: 42,
      parentPid: 7,
      sessionId: 40,
      startTime: '98765',
      isDead: false,
      cpuMs: 1000,
      memoryBytes: 3 * PAGE_BYTES,
    })
    expect(parseStat(stat.replace(') S ', ') Z '))?.isDead).toBe(true)
    expect(parseStat('')).toBeNull()
  })

  it('has a start time with spaces in it on macOS', () => {
    const rows = parsePs(
      [
        '    1     0     1 Ss     0:12.50   2048 Thu Nov 20 10:00:00 2026',
        '  501     1   501 Z+     1:00:01      0 Fri Nov  6 09:08:07 2026',
        '',
      ].join('\n'),
    )
    expect([...rows.values()]).toEqual([
      {
        pid: 1,
        parentPid: 0,
        sessionId: 1,
        startTime: 'Thu Nov 20 10:00:00 2026',
        isDead: false,
        cpuMs: 12_500,
        memoryBytes: 2_097_152,
      },
      {
        pid: 501,
        parentPid: 1,
        sessionId: 501,
        startTime: 'Fri Nov 6 09:08:07 2026',
        isDead: true,
        cpuMs: 3_601_000,
        memoryBytes: 0,
      },
    ])
    expect(cpuMsFromPs('2-01:00:00')).toBe(176_400_000)
    const darwin = createDarwinHost()
    expect(darwin.isSameStart('Fri Nov  6 09:08:07 2026', 'Fri Nov 6 09:08:07 2026')).toBe(true)
    expect(darwin.isBefore('Fri Nov 6 09:08:07 2026', 'Thu Nov 20 10:00:00 2026')).toBe(true)
    expect(darwin.isBefore('Thu Nov 20 10:00:00 2026', 'Thu Nov 20 10:00:00 2026')).toBe(false)
  })

  it('may name a parent on Windows whose pid was given out again', () => {
    const rows = parseProcessList(
      '4 0 0 15,6\r\n100 4 1000000 2 4096\r\n200 100 2000000 3\r\n300 200 1500000 1\r\nnoise\r\n',
    )
    expect([...rows.values()].map(({ pid, parentPid, cpuMs }) => [pid, parentPid, cpuMs])).toEqual([
      [4, 0, 16],
      [100, 4, 2],
      [200, 100, 3],
      [300, 0, 1],
    ])
    expect([...rows.values()].map((row) => row.memoryBytes)).toEqual([null, 4096, null, null])
    const windows = createWindowsHost()
    expect(windows.isSameStart('1000000', '1001500')).toBe(true)
    expect(windows.isSameStart('1000000', '1003000')).toBe(false)
    expect(windows.isBefore('1000000', '1001500')).toBe(false)
    expect(windows.isBefore('1000000', '1003000')).toBe(true)
  })
})
