/** Which landings begin and when, what ends one that nobody wants any more, and that cleaning up decides nothing. */
import { afterEach, describe, expect, it } from 'vitest'
import type { LandingPort } from '../../src/coordinator/ports.ts'
import type { LandingOrder, LandingOutcome, Withdrawal } from '../../src/domain/landing.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { taskId } from '../support/plan-builder.ts'
import { createYardBench, endedReport, type YardBench } from './yard-bench.ts'

/** Which commits do not work. */
const disk: { isFullFor: ((opened: OpenStore) => boolean) | null } = { isFullFor: null }
const fillable = (opened: OpenStore): OpenStore => ({
  ...opened,
  writer: {
    ...opened.writer,
    commit() {
      if (disk.isFullFor?.(opened))
        throw Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' })
      opened.writer.commit()
    },
  },
})

let bench: YardBench
afterEach(() => bench.close())

interface Asked {
  readonly order: LandingOrder
  readonly withdrawn: Withdrawal
  readonly settle: (outcome: LandingOutcome | null) => void
}

/** A lander that does what the test says, when it says so. */
function scripted(policy: 'keep' | 'auto') {
  const asked: Asked[] = []
  const cleared: { readonly id: string; readonly state: string | undefined }[] = []
  const faults = { clear: false }
  /** Cleaning up lasts until this resolves. */
  const slow = { clear: Promise.resolve() }
  const landing: LandingPort = {
    lander: {
      land: (order, withdrawn) =>
        new Promise((settle) => void asked.push({ order, withdrawn, settle })),
      async clear({ taskId: id }) {
        cleared.push({ id, state: bench.task(id).landing?.state })
        await slow.clear
        if (faults.clear) throw new Error('a file is in use')
      },
      close: () => Promise.resolve(),
    },
    policy: () => policy,
    orderOf: ({ id, title, description, landing: wish, verify, resultCommit }) => {
      const result = wish?.result ?? resultCommit
      if (result === null) return null
      return {
        taskId: id,
        title,
        description,
        verify,
        result,
        commit: result,
        folder: '/yard',
        name: id,
        target: null,
        how: { kind: 'merge' },
        askedAt: wish?.at ?? 0,
      }
    },
    mergerOf: () => ({ executor: null, model: null }),
  }
  return { landing, asked, cleared, faults, slow }
}

async function open(policy: 'keep' | 'auto' = 'keep') {
  const script = scripted(policy)
  disk.isFullFor = null
  bench = await createYardBench({ landing: script.landing, wrap: fillable })
  await bench.start()
  return script
}

const CHANGES = { filesChanged: 1, insertions: 1, deletions: 0, commits: 1, notes: [] }

async function end(id: string, commit: string): Promise<void> {
  const agent = bench.opened.plan.agents.get(bench.agentOf(id))
  if (!agent) throw new Error(`nobody works on ${id}`)
  bench.runtime.report(agent.id, agent.generation, {
    ...endedReport(bench.clock.now()),
    changes: { commit, ...CHANGES },
  })
  await bench.turns.idle()
}

async function done(id: string, commit = `result-of-${id}`): Promise<void> {
  await bench.add(id)
  await bench.begin(id)
  await end(id, commit)
}
const ask = (id: string) => bench.send({ type: 'landing.request', id: taskId(id) })
const stateOf = (id: string) => bench.task(id).landing?.state
const LANDED: LandingOutcome = { kind: 'landed', commit: 'c1', target: 'main', note: null }
const ids = (asked: readonly Asked[]): string[] => asked.map(({ order }) => order.taskId)

describe('the outcome of a landing', () => {
  it('is saved before anything is cleared, and stands where that fails', async () => {
    const { asked, cleared, faults } = await open()
    faults.clear = true
    await done('a')
    await ask('a')
    asked[0]?.settle(LANDED)
    await bench.turns.idle()
    expect(cleared).toEqual([{ id: 'a', state: 'landed' }])
    expect(bench.task('a').landing).toMatchObject({ state: 'landed', commit: 'c1', reason: null })
  })

  it('lets the next of its folder begin once all is cleared, however long that takes', async () => {
    const { asked, slow } = await open()
    const cleaned = Promise.withResolvers<void>()
    slow.clear = cleaned.promise
    await done('a')
    await done('b')
    await ask('a')
    await ask('b')
    asked[0]?.settle(LANDED)
    await bench.turns.idle()
    expect([ids(asked), stateOf('a')]).toEqual([['a'], 'landed'])
    cleaned.resolve()
    await bench.turns.idle()
    expect(ids(asked)).toEqual(['a', 'b'])
  })
})

describe('a landing that is withdrawn', () => {
  it('is ended as soon as its task is worked on again, and its place is cleared', async () => {
    const { asked, cleared } = await open()
    await done('a')
    await ask('a')
    expect(asked[0]?.withdrawn.aborted).toBe(false)
    await bench.send({ type: 'task.reopen', id: taskId('a') })
    expect(asked[0]?.withdrawn.aborted).toBe(true)
    asked[0]?.settle(null)
    await bench.turns.idle()
    expect(cleared).toEqual([{ id: 'a', state: undefined }])
    await done('b')
    await ask('b')
    expect(ids(asked)).toEqual(['a', 'b'])
  })

  it('and had landed by then is on record as landed, and its task is worked on all the same', async () => {
    const { asked } = await open()
    await done('a', 'r1')
    await ask('a')
    await bench.send({ type: 'task.reopen', id: taskId('a') })
    asked[0]?.settle(LANDED)
    await bench.turns.idle()
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'in-progress' },
      landing: { state: 'landed', result: 'r1', commit: 'c1' },
    })
    const lines = bench.opened.store.logOf(taskId('a')).map(({ text }) => text)
    expect(lines).toEqual(['its result r1 was in main (c1) already when that was withdrawn'])
  })

  it('and had landed by then does not take the place of what was asked for since', async () => {
    const { asked } = await open()
    await done('a', 'r1')
    await ask('a')
    await bench.send({ type: 'task.reopen', id: taskId('a') })
    await bench.begin('a')
    await end('a', 'r2')
    await ask('a')
    asked[0]?.settle(LANDED)
    await bench.turns.idle()
    expect(bench.task('a').landing).toMatchObject({ state: 'queued', result: 'r2' })
    expect(bench.opened.store.logOf(taskId('a'))).toHaveLength(1)
  })

  it('is not ended by anything else that becomes of its task', async () => {
    const { asked } = await open()
    await done('a')
    await ask('a')
    await bench.send({ type: 'task.log', id: taskId('a'), text: 'well done' })
    expect(asked[0]?.withdrawn.aborted).toBe(false)
  })
})

describe('while the yard is paused', () => {
  it('nothing lands by the policy, and what waited begins when it goes on', async () => {
    const { asked } = await open('auto')
    await bench.add('a')
    await bench.begin('a')
    await bench.send({ type: 'yard.pause' })
    await end('a', 'r1')
    await bench.pass(600_000)
    expect(asked).toEqual([])
    expect(bench.task('a').landing).toBeNull()
    await bench.send({ type: 'yard.resume' })
    expect(ids(asked)).toEqual(['a'])
  })

  it('one that the policy asked for before waits, and a person can have it go on', async () => {
    const { asked } = await open('auto')
    await done('a')
    await done('b')
    await done('c')
    await bench.send({ type: 'yard.pause' })
    expect(ids(asked)).toEqual(['a'])
    asked[0]?.settle(LANDED)
    await bench.turns.idle()
    expect([stateOf('a'), stateOf('b'), stateOf('c')]).toEqual(['landed', 'queued', 'queued'])
    await bench.pass(600_000)
    expect(ids(asked)).toEqual(['a'])
    await ask('c')
    expect(ids(asked)).toEqual(['a', 'c'])
    asked[1]?.settle(LANDED)
    await bench.turns.idle()
    expect(ids(asked)).toEqual(['a', 'c'])
    await bench.send({ type: 'yard.resume' })
    expect(ids(asked)).toEqual(['a', 'c', 'b'])
  })
})

describe('a disk that is full', () => {
  it('as the policy asks for a landing, only puts that off', async () => {
    const { asked } = await open('auto')
    await bench.add('a')
    await bench.begin('a')
    // What ended it is saved; all that comes after is not.
    let saved = 0
    disk.isFullFor = ({ plan }) =>
      plan.tasks.get(taskId('a'))?.state.kind === 'done' && (saved += 1) > 1
    await end('a', 'r1')
    await bench.pass(60_000)
    expect([bench.task('a').state.kind, stateOf('a'), asked.length]).toEqual(['done', undefined, 0])
    disk.isFullFor = null
    await bench.pass(2000)
    expect(ids(asked)).toEqual(['a'])
  })
})
