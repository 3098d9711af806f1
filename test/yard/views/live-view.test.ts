import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Patch, Snapshot, TaskCard } from '../../../src/contract/view.ts'
import type { Actor, Command } from '../../../src/domain/command.ts'
import { createLiveIndex, toSnapshot } from '../../../src/yard/views/live-index.ts'
import { cardSourceOf } from '../../../src/yard/views/task-card.ts'
import { createLiveView, TURN_MS, type LiveView } from '../../../src/yard/views/live-view.ts'
import { openTestYard, type TestYard } from '../../headless/served-yard.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { addCommand, PERSON, taskId } from '../../support/plan-builder.ts'

let clock: ManualClock
let test: TestYard
let view: LiveView
beforeEach(async () => {
  clock = createManualClock()
  test = await openTestYard({ clock, runsAgents: false })
  view = createLiveView(test.yard, clock)
})
afterEach(async () => {
  view.close()
  await test.close()
})

async function run(command: Command, by: Actor = PERSON): Promise<void> {
  const reply = await test.yard.dispatch(command, by)
  if (!reply.ok) throw new Error(reply.error.message)
}

/** All of it in one go, for comparison. */
function snapshotAtOnce({ yard }: TestYard): Snapshot {
  const index = createLiveIndex(() => cardSourceOf(yard))
  const ids = [...yard.plan.tasks.keys()]
  for (const id of ids) index.refresh(id)
  return toSnapshot(yard, index, new Map(ids.map((id) => [id, index.card(id)])))
}

/** The next patch; its turn is over first. */
function nextOf(patches: AsyncIterator<Patch>): Promise<Patch> {
  const next = patches.next()
  clock.advance(TURN_MS)
  return next.then((r) => r.value)
}

/** The graph as a client holds it that folds what it hears. */
function fold(cards: Map<string, TaskCard>, patch: Patch): void {
  for (const card of patch.tasks) cards.set(card.id, card)
  for (const id of patch.removed) cards.delete(id)
}

describe('the live view', () => {
  it('begins with where it stands and tells one patch a turn', async () => {
    const patches = view.follow()
    const { seq } = test.yard.store
    expect((await patches.next()).value).toMatchObject({ from: seq, seq, tasks: [], summary: null })
    await run(addCommand('a'))
    await run(addCommand('b', { after: [taskId('a')] }))
    const patch = await nextOf(patches)
    expect(patch).toMatchObject({ from: seq, seq: test.yard.store.seq })
    expect(patch.tasks.map((t) => [t.id, t.state, t.fact])).toEqual([
      ['a', 'ready', 'Next in line'],
      ['b', 'blocked', '1 to go'],
    ])
    expect(patch.summary?.tasks).toEqual({ ready: 1, blocked: 1 })
    await patches.return?.()
  })

  it('tells of a task whose time has come, though nothing was committed', async () => {
    await run(addCommand('later', { delayMs: 60_000 }))
    const patches = view.follow()
    await patches.next()
    const next = patches.next()
    clock.advance(60_000)
    const { value } = await next
    expect(value).toMatchObject({
      from: test.yard.store.seq,
      tasks: [{ id: 'later', state: 'ready' }],
    })
    expect(value?.summary?.tasks).toEqual({ ready: 1 })
    await patches.return?.()
  })

  it('says what a failure holds up, and takes it back', async () => {
    await run(addCommand('a'))
    await run(addCommand('b', { after: [taskId('a')] }))
    const patches = view.follow()
    await patches.next()
    const about = { id: taskId('a'), agentId: null, generation: null, nextFireAt: null }
    await run({ type: 'task.fail', ...about, reason: 'no key', class: 'auth' })
    const cards = new Map<string, TaskCard>()
    fold(cards, await nextOf(patches))
    expect([cards.get('a')?.fact, cards.get('b')?.fact]).toEqual(['no key', 'Upstream failed'])
    await run({ type: 'task.retry', id: taskId('a'), fresh: false })
    fold(cards, await nextOf(patches))
    expect(cards.get('b')?.fact).toBe('1 to go')
    await patches.return?.()
  })

  it('never straddles a snapshot', async () => {
    const patches = view.follow()
    await patches.next()
    await run(addCommand('a'))
    const { seq } = await view.snapshot()
    await run(addCommand('b'))
    const before = await patches.next()
    const after = await nextOf(patches)
    expect([before.value?.seq, after.from]).toEqual([seq, seq])
    await patches.return?.()
  })

  it('makes a large snapshot in pieces, all of one moment', async () => {
    const tasks = Array.from({ length: 40_000 }, (_, n) => ({
      nextFireAt: null,
      task: {
        id: taskId(`t${n}`),
        title: `t${n}`,
        exec: 'true',
        ...(n % 3 === 0 ? { delayMs: 50 } : { after: [taskId(`t${n - (n % 3)}`)] }),
      },
    }))
    await run({ type: 'tasks.import', tasks })
    const patches = view.follow()
    await patches.next()
    let isMade = false
    let commits = 0
    const making = view.snapshot().then((made) => {
      isMade = true
      return { made, atOnce: snapshotAtOnce(test) }
    })
    for (let n = 0; !isMade; n += 1, commits += 1) {
      await run({ type: 'task.hold', id: taskId(`t${(n * 37) % 20_000}`) })
      if (n === 1) await run({ type: 'task.remove', id: taskId('t19999') })
      if (n === 2) clock.advance(100)
    }
    const { made, atOnce } = await making
    expect(commits).toBeGreaterThan(2)
    expect(made).toEqual(atOnce)
    expect(made.tasks).toHaveLength(39_999)
    await patches.return?.()
    await expect(view.snapshot(AbortSignal.abort())).rejects.toThrow('abort')
  })

  it('counts a large graph in pieces, for who asks and for who begins to follow', async () => {
    const tasks = Array.from({ length: 60_000 }, (_, n) => ({
      nextFireAt: null,
      task: { id: taskId(`t${n}`), title: `t${n}`, exec: 'true' },
    }))
    await run({ type: 'tasks.import', tasks })
    /** One commit comes between; the loop goes round more than once meanwhile. */
    const during = async (work: Promise<unknown>, id: string): Promise<void> => {
      let isOver = false
      const over = work.then(() => (isOver = true))
      const committed = run({ type: 'task.hold', id: taskId(id) })
      let turns = 0
      for (; !isOver; turns += 1) await new Promise((resolve) => setImmediate(resolve))
      expect(turns).toBeGreaterThan(1)
      await Promise.all([over, committed])
    }
    const asking = view.summary()
    await during(asking, 't19999')
    expect((await asking).tasks['paused'] ?? 0).toBeLessThanOrEqual(1)
    const [one, other] = [view.follow(), view.follow()]
    const joining = [one.next(), other.next()] as const
    await during(Promise.all(joining), 't9999')
    const { value } = await joining[0]
    expect(value).toEqual((await joining[1]).value)
    expect(await view.summary()).toEqual({
      ...(await view.snapshot()).summary,
      tasks: { ready: 59_998, paused: 2 },
    })
    await Promise.all([one.return?.(), other.return?.()])
  })

  it('lets go of one who left or was cut off before the graph was counted', async () => {
    await run(addCommand('a'))
    const cut = new AbortController()
    const patches = [view.follow(cut.signal), view.follow(), view.follow()] as const
    const [first, second, third] = patches.map((each) => each.next())
    cut.abort()
    await patches[1].return?.()
    expect([(await first)?.done, (await second)?.done]).toEqual([true, true])
    expect((await third)?.value).toMatchObject({ tasks: [] })
    view.close()
    expect((await patches[2].next()).done).toBe(true)
    const late = view.follow()
    expect((await late.next()).done).toBe(false)
    expect((await late.next()).done).toBe(true)
  })

  it('lets a slow subscriber see a gap, and loses nothing for a quick one', async () => {
    const slow = view.follow()
    const quick = view.follow()
    let last = (await slow.next()).value?.seq
    await quick.next()
    const cards = new Map<string, TaskCard>()
    for (let n = 0; n < 70; n += 1) {
      await run(addCommand(`t${n}`))
      fold(cards, await nextOf(quick))
    }
    expect(cards.size).toBe(70)
    const first = (await slow.next()).value
    expect(first?.from).toBeGreaterThan(last ?? 0)
    last = first?.seq
    await quick.return?.()
    await slow.return?.()
  })

  it('does nothing while nobody follows', async () => {
    const before = clock.timers
    await run(addCommand('later', { delayMs: 60_000 }))
    const idle = clock.timers
    const patches = view.follow()
    await patches.next()
    expect(clock.timers).toBeGreaterThan(idle)
    await patches.return?.()
    expect([clock.timers, before <= idle]).toEqual([idle, true])
  })

  it('ends with the signal while it waits', async () => {
    const stop = new AbortController()
    const patches = view.follow(stop.signal)
    await patches.next()
    const next = patches.next()
    stop.abort()
    expect((await next).done).toBe(true)
  })
})
