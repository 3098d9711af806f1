/** Signs of life of an agent whose machine's clock was set back: those that come after count. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createHeld, type HeldAgent } from '../../../src/agents/runtime/held-agent.ts'
import { factsOf, noteNews } from '../../../src/agents/runtime/life-signs.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { launchOrder } from '../executors/launch-order.ts'

const DAY = 86_400_000

function held(type: 'shell' | 'claude', now: number): HeldAgent {
  const agents = mkdtempSync(join(tmpdir(), 'yard-life-'))
  onTestFinished(() => rmSync(agents, { recursive: true }))
  const one = createHeld(launchOrder(type), { agents, clock: createManualClock() })
  mkdirSync(one.folder)
  one.heardAt = now
  return one
}

it('output that is written after that is one', () => {
  const now = Date.now()
  const one = held('shell', now + DAY)
  const file = join(one.folder, 'stdout.log')
  writeFileSync(file, 'more\n')
  utimesSync(file, now / 1000, now / 1000)
  expect(factsOf(one, now).lastHeardAt).toBe(now)
})

it('a file of before that is none', () => {
  const now = Date.now()
  const one = held('shell', now)
  const file = join(one.folder, 'stderr.log')
  writeFileSync(file, 'early\n')
  utimesSync(file, (now + DAY) / 1000, (now + DAY) / 1000)
  expect(factsOf(one, now).lastHeardAt).toBe(now)
})

it('events that come after that are one, whatever the other file says', () => {
  const now = Date.now()
  const one = held('claude', now + DAY)
  const told = { waiting: null, doing: null, usage: null, conversation: null, reports: [] }
  const news = { agentId: one.order.agent.id, outputBytes: 10, heardAt: now + DAY, ...told }
  noteNews(one, news as unknown as Parameters<typeof noteNews>[1], now)
  expect(factsOf(one, now).lastHeardAt).toBe(now)
})
