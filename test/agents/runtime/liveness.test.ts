/** Signs of life of an agent whose machine's clock was set back: those that come after count. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createProcessHost } from '../../../src/agents/process/host/identity.ts'
import { linuxStartTime } from '../../../src/agents/process/host/linux-host.ts'
import { factsOf, noteNews, unsupervised } from '../../../src/agents/runtime/agent-tree.ts'
import { createTracked, type TrackedAgent } from '../../../src/agents/runtime/tracked-agent.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { launchOrder } from '../executors/launch-order.ts'

const DAY = 86_400_000

function held(type: 'shell' | 'claude', now: number): TrackedAgent {
  const agents = mkdtempSync(join(tmpdir(), 'yard-life-'))
  onTestFinished(() => rmSync(agents, { recursive: true }))
  const one = createTracked(launchOrder(type), { agents, clock: createManualClock() })
  mkdirSync(one.folder)
  one.heardAt = now
  return one
}

const at = (now: number) => ({ clock: createManualClock(now), host: createProcessHost() })

it.runIf(process.platform === 'linux')(
  'how long it has run is told by no clock that is set',
  () => {
    const one = held('shell', 0)
    one.leader = { pid: process.pid, startTime: linuxStartTime(process.pid) ?? '' }
    const { ranMs } = factsOf(one, at(0))
    expect(Math.abs((ranMs ?? 0) - performance.now())).toBeLessThan(5000)
  },
)

it('output that is written after that is one', () => {
  const now = Date.now()
  const one = held('shell', now + DAY)
  const file = join(one.folder, 'stdout.log')
  writeFileSync(file, 'more\n')
  utimesSync(file, now / 1000, now / 1000)
  expect(factsOf(one, at(now)).lastHeardAt).toBe(now)
})

it('a file of before that is none', () => {
  const now = Date.now()
  const one = held('shell', now)
  const file = join(one.folder, 'stderr.log')
  writeFileSync(file, 'early\n')
  utimesSync(file, (now + DAY) / 1000, (now + DAY) / 1000)
  expect(factsOf(one, at(now)).lastHeardAt).toBe(now)
})

it('events that come after that are one, whatever the other file says', () => {
  const now = Date.now()
  const one = held('claude', now + DAY)
  const told = { waiting: null, doing: null, usage: null, conversation: null, reports: [] }
  const news = { agentId: one.order.agent.id, outputBytes: 10, heardAt: now + DAY, ...told }
  noteNews(one, news as unknown as Parameters<typeof noteNews>[1], now)
  expect(factsOf(one, at(now)).lastHeardAt).toBe(now)
})

it.runIf(process.platform === 'linux')(
  'a supervisor that is gone is noticed whatever its agent has started, but not that of a pilot',
  async () => {
    const supervisor = spawn('sleep', ['300'], { stdio: 'ignore' })
    const { pid = 0 } = supervisor
    const one = held('claude', 0)
    one.leader = { pid, startTime: linuxStartTime(pid) ?? '' }
    const look = () => unsupervised([one], { host: createProcessHost() })
    expect(await look()).toEqual([])
    supervisor.kill('SIGKILL')
    await once(supervisor, 'exit')
    expect(await look()).toEqual([one])
    const order = { ...one.order, agent: { ...one.order.agent, by: 'pilot' as const } }
    const pilot = { ...one, order }
    expect(await unsupervised([pilot], { host: createProcessHost() })).toEqual([])
  },
)
