/** What the order to start an agent says of its task. */
import { afterEach, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { launchOrderOf } from '../../../src/yard/executors/launch-order.ts'
import type { OpenStore } from '../../../src/store/open-store.ts'
import { START_AT } from '../../support/manual-clock.ts'
import { openMemoryStore } from '../../support/memory-store.ts'
import { addCommand, asAgent, createBench } from '../../support/plan-builder.ts'

let opened: OpenStore
afterEach(() => opened.close())

it('is capped for a task that spends a budget, its own or that of the task whose agent added it', async () => {
  opened = await openMemoryStore()
  const bench = createBench()
  bench.add('paid', { budget: 5 })
  bench.add('free')
  bench.claim('paid', 1)
  bench.must(addCommand('child', { exec: null }), asAgent(1, 'paid'))
  bench.claim('free', 2)
  bench.claim('child', 3)
  const config = loadConfig({ globalFile: 'no-such-file', projectFile: null, env: {} })
  if (!config.ok) throw new Error(config.error.message)
  const { settings } = config.value
  const capped = [...bench.plan.agents.values()].map((agent) => [
    agent.taskId,
    launchOrderOf({ ...bench, store: opened.store, settings, now: START_AT }, agent)?.isCapped,
  ])
  expect(capped).toEqual([
    ['paid', true],
    ['free', false],
    ['child', true],
  ])
})
