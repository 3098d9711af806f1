import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { listenForSignals, type HostSignals } from '../../src/headless/host-signals.ts'
import type { HostKind } from '../../src/yard/yard.ts'
import { addCommand, PERSON, taskId } from '../support/plan-builder.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { openTestYard, type TestYard } from './served-yard.ts'

let test: TestYard
let signals: HostSignals
let notices: string[]
let ended: Promise<void>
let clock: ManualClock
beforeEach(async () => {
  test = await openTestYard()
  notices = []
  clock = createManualClock()
})
afterEach(async () => {
  signals.stop()
  await test.close()
})

function listen(kind: HostKind, env: Record<string, string> = {}): void {
  const { promise, resolve } = Promise.withResolvers<void>()
  ended = promise
  const order = { kind, log: silentLog, env, notice: (text: string) => void notices.push(text) }
  signals = listenForSignals({ yard: test.yard, order, end: resolve, clock })
}

/** As the signal would, without sending one to whoever runs the tests. */
const press = (): void => void process.listeners('SIGINT').at(-1)?.('SIGINT')

describe('^C in a terminal', () => {
  it('starts no new agent and waits for the living ones, saying how many', async () => {
    listen('run')
    await test.yard.dispatch(addCommand('a'), PERSON)
    const agent = await test.agentOf('a')
    press()
    expect(signals.isDraining()).toBe(true)
    expect(notices).toEqual([expect.stringContaining('waiting for 1 agent ')])
    await test.yard.dispatch(addCommand('b'), PERSON)
    test.runtime.end(agent.id, agent.generation, 0)
    await ended
    expect(test.yard.plan.tasks.get(taskId('a'))?.state.kind).toBe('done')
    expect(test.runtime.launched).toEqual([agent.id])
  })

  it('kills them when it comes a second time', async () => {
    listen('run')
    await test.yard.dispatch(addCommand('a'), PERSON)
    await test.agentOf('a')
    press()
    press()
    await ended
    expect(notices.at(-1)).toContain('killing 1 agent')
    expect(test.yard.plan.agents.size).toBe(0)
    expect(test.yard.plan.tasks.get(taskId('a'))).toMatchObject({ held: true })
  })

  it('is one press when npm passes it on as well, and the next press is the second', async () => {
    listen('run', { npm_command: 'run-script' })
    await test.yard.dispatch(addCommand('a'), PERSON)
    await test.agentOf('a')
    press()
    clock.advance(900)
    press()
    expect(notices).toHaveLength(1)
    expect(test.yard.plan.agents.size).toBe(1)
    clock.advance(100)
    press()
    await ended
    expect(notices.at(-1)).toContain('killing 1 agent')
  })

  it('ends a host with nothing to wait for at once', async () => {
    listen('run')
    press()
    await ended
    expect(notices).toEqual([])
  })
})

describe('a service', () => {
  it('ends at INT and leaves its agents', async () => {
    listen('service')
    await test.yard.dispatch(addCommand('a'), PERSON)
    await test.agentOf('a')
    press()
    await ended
    expect(test.yard.plan.agents.size).toBe(1)
  })
})
