/** Changes of many tasks, carried out in pieces: all or nothing, in order with what else is asked for, and as if done at once. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AnyCommand } from '../../src/domain/command.ts'
import type { CommittedBatch } from '../../src/coordinator/dispatch.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { openStore, type OpenStore } from '../../src/store/open-store.ts'
import { chainOf, LARGE_WRITE_ENTRY, nameAt } from '../support/large-import.ts'
import { START_AT } from '../support/manual-clock.ts'
import { addCommand, PERSON, taskId } from '../support/plan-builder.ts'
import { createYardBench, type YardBench } from './yard-bench.ts'

const COUNT = 1500
/** Far above any test's commands. */
const NEVER = 1e9

let folder: string
let yards: YardBench[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-large-'))
  yards = []
})
afterEach(async () => {
  for (const yard of yards) await yard.close()
  rmSync(folder, { recursive: true, force: true })
})

async function openAt(name: string, largeWriteEntry = LARGE_WRITE_ENTRY): Promise<OpenStore> {
  const opened = await openStore({ path: join(folder, name), at: START_AT, largeWriteEntry })
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

async function open(name: string, { largeFrom = 100, entry = LARGE_WRITE_ENTRY } = {}) {
  const yard = await createYardBench({ opened: await openAt(name, entry), largeFrom })
  yards.push(yard)
  await yard.start()
  return yard
}

/** Takes turns until it has settled. */
async function settle<T>(yard: YardBench, promise: Promise<T>): Promise<T> {
  let isOver = false
  void promise.finally(() => (isOver = true))
  while (!isOver) await yard.turns.idle()
  await yard.turns.idle()
  return promise
}
const send = (yard: YardBench, command: AnyCommand, id?: string) =>
  settle(yard, yard.dispatcher.dispatch(command, PERSON, id))

const stateOf = (plan: Plan) => ({
  tasks: [...plan.tasks],
  startable: new Set(plan.startable),
  edges: [...plan.tasks.keys()].map((id) => [
    id,
    new Set(plan.blockersOf(id)),
    new Set(plan.dependentsOf(id)),
    plan.unmetOf(id),
  ]),
  sizes: [plan.tasks.size, plan.agents.size, plan.breakers.size, plan.lastOrder],
})
const rowsOf = ({ opened }: YardBench) =>
  opened.store.journal(0, -1).map(({ event, entity, id, set }) => ({ event, entity, id, set }))

const manyChanges = (): AnyCommand => ({
  type: 'tasks.change',
  commands: [
    ...Array.from({ length: 300 }, (_, i) =>
      addCommand(`c${i}`, i > 0 ? { after: [taskId(`c${i - 1}`), taskId('old')] } : {}),
    ),
    { type: 'task.edit', id: taskId('c7'), edit: { title: 'Seven' }, nextFireAt: null },
    { type: 'task.edit', id: taskId('old'), edit: { priority: 'high' }, nextFireAt: null },
    { type: 'task.log', id: taskId('c3'), text: 'a word' },
    { type: 'task.hold', id: taskId('c4') },
    { type: 'task.abandon', id: taskId('old'), withDependents: false, join: true },
    { type: 'task.remove', id: taskId('c299') },
    addCommand('c299', { before: [taskId('c5')].slice(1) }),
  ],
})

describe('a large change', () => {
  it.each([
    ['an import', () => chainOf(COUNT)],
    ['a list of changes', manyChanges],
  ])('leaves what it would have left at once: %s', async (_, command) => {
    const large = await open('large.db')
    const whole = await open('whole.db', { largeFrom: NEVER })
    const [mine, theirs] = [large, whole].map(async (yard) => {
      yard.caps = { ...yard.caps, maxAgents: 0 }
      await yard.send(addCommand('old'))
      const reply = await send(yard, command(), 'once')
      return { reply, again: await send(yard, command(), 'once') }
    })
    expect(await mine).toEqual(await theirs)
    expect((await mine)?.reply).toMatchObject({ ok: true })
    expect((await mine)?.again).toEqual((await mine)?.reply)
    const expected = stateOf(whole.opened.plan)
    expect(stateOf(large.opened.plan)).toEqual(expected)
    expect(large.opened.store.seq).toBe(whole.opened.store.seq)
    expect(rowsOf(large)).toEqual(rowsOf(whole))
    expect(large.opened.store.logOf(taskId('c3'))).toEqual(whole.opened.store.logOf(taskId('c3')))
    await large.add('later')
    await large.dispatcher.close()
    const again = await openAt('large.db')
    expect(stateOf(again.plan).tasks.slice(0, -1)).toEqual(expected.tasks)
    again.close()
  })

  it('shows nothing before its commit, then all, and starts nothing until it is told', async () => {
    const yard = await open('yard.db')
    const batches: (CommittedBatch & {
      readonly shown: number
      readonly isBusy: boolean
      readonly launched: number
    })[] = []
    yard.dispatcher.onCommitted((batch) => {
      const isBusy = yard.dispatcher.isBusy()
      const launched = yard.runtime.launched.length
      batches.push({ ...batch, shown: yard.opened.plan.tasks.size, isBusy, launched })
    })
    const order: string[] = []
    const sent = yard.dispatcher.dispatch(chainOf(COUNT), PERSON)
    void sent.then(() => order.push('large'))
    void yard.dispatcher.dispatch(addCommand('next'), PERSON).then(() => order.push('next'))
    const seen = new Set<number>()
    const seqs = new Set<number>()
    let isOver = false
    void sent.finally(() => (isOver = true))
    while (!isOver) {
      seen.add(yard.opened.plan.tasks.size)
      if (batches.length === 0) seqs.add(yard.opened.store.seq)
      await yard.turns.step()
    }
    await yard.turns.idle()
    expect([...seen].filter((size) => size > 0 && size < COUNT)).toEqual([])
    expect([...seqs]).toEqual([0])
    expect(order).toEqual(['large', 'next'])
    const told = batches.filter(({ isBusy }) => isBusy)
    expect(told.length).toBeGreaterThan(3)
    expect(told.every(({ shown, launched }) => shown === COUNT && launched === 0)).toBe(true)
    batches.reduce((at, { from, seq }) => (expect(from).toBe(at), seq), 0)
    expect(told.flatMap(({ changes }) => changes)).toHaveLength(2 * COUNT - 1)
    expect(yard.running()).toEqual([nameAt(0), 'next'].toSorted())
  })

  it('refused at its last task changes nothing, and says so as it would at once', async () => {
    const large = await open('large.db')
    const whole = await open('whole.db', { largeFrom: NEVER })
    const bad = [
      chainOf(COUNT, { after: [taskId('nobody')] }),
      chainOf(COUNT, { before: [taskId(nameAt(0))] }),
      {
        type: 'tasks.change',
        commands: [
          ...chainOf(COUNT).tasks.map((each) => ({ type: 'task.add' as const, ...each })),
          addCommand('n3'),
        ],
      } satisfies AnyCommand,
    ]
    for (const command of bad) {
      const reply = await send(large, command, 'refused')
      expect(reply).toMatchObject({ ok: false })
      expect(reply).toEqual(await send(whole, command, 'refused'))
    }
    expect(large.opened.plan.tasks.size).toBe(0)
    expect(large.opened.store.journal(0, -1)).toEqual([])
    await large.add('a')
    expect(await send(large, chainOf(COUNT), 'refused')).toMatchObject({ ok: true })
    expect(large.opened.store.seq).toBe(large.opened.store.journal(0, -1).length)
  })

  it('that has written nothing holds up no transaction after its end', async () => {
    const { writer, close } = await openAt('yard.db')
    const change = writer.large?.begin()
    let isGone = false
    void change?.gone.then(() => (isGone = true))
    await change?.end()
    expect(isGone).toBe(true)
    close()
  })

  it('is refused where its id was used for another command', async () => {
    const yard = await open('yard.db')
    expect(await send(yard, chainOf(COUNT), 'id')).toMatchObject({ ok: true })
    expect(await send(yard, chainOf(COUNT + 1), 'id')).toMatchObject({
      ok: false,
      error: { kind: 'in-use' },
    })
  })

  it('finds the disk full in the middle: nothing of it is there, and it goes on once there is room', async () => {
    const yard = await open('yard.db')
    yard.opened.setMaxPages(150)
    expect(await send(yard, chainOf(COUNT))).toMatchObject({
      ok: false,
      error: { kind: 'read-only' },
    })
    expect(yard.dispatcher.readOnly()).not.toBeNull()
    expect(yard.opened.plan.tasks.size).toBe(0)
    expect(yard.opened.store.journal(0, 10)).toEqual([])
    yard.opened.setMaxPages(0)
    expect(await send(yard, chainOf(COUNT))).toMatchObject({ ok: true })
    expect(yard.dispatcher.readOnly()).toBeNull()
    expect(yard.opened.plan.tasks.size).toBe(COUNT)
    expect(yard.opened.store.seq).toBe(yard.opened.store.journal(0, -1).length)
  })

  it('writes nothing for an owner that was replaced', async () => {
    const yard = await open('yard.db')
    const next = await openAt('yard.db')
    expect(await send(yard, chainOf(COUNT))).toMatchObject({ ok: false, error: { kind: 'locked' } })
    expect(yard.staleOwners.count).toBe(1)
    expect(next.store.journal(0, 10)).toEqual([])
    next.close()
  })

  it('is carried out at once where its thread cannot be started', async () => {
    const yard = await open('yard.db', { entry: join(import.meta.dirname, 'no-such-file.ts') })
    expect(await send(yard, chainOf(COUNT))).toMatchObject({ ok: true })
    expect(yard.opened.plan.tasks.size).toBe(COUNT)
    expect(yard.opened.store.seq).toBe(yard.opened.store.journal(0, -1).length)
    await yard.add('later')
  })

  it('that is under way when the yard is closed is finished first, and so is what waits for it', async () => {
    const yard = await open('yard.db')
    yard.caps = { ...yard.caps, maxAgents: 0 }
    const large = yard.dispatcher.dispatch(chainOf(COUNT), PERSON)
    const next = yard.dispatcher.dispatch(addCommand('next'), PERSON)
    await yard.turns.step()
    expect(yard.dispatcher.isBusy()).toBe(true)
    const closed = yard.dispatcher.close()
    expect(await yard.dispatcher.dispatch(addCommand('late'), PERSON)).toMatchObject({
      ok: false,
      error: { kind: 'locked' },
    })
    await settle(yard, closed)
    expect(await large).toMatchObject({ ok: true })
    expect(await next).toMatchObject({ ok: true })
    const again = await openAt('yard.db')
    expect(again.plan.tasks.size).toBe(COUNT + 1)
    again.close()
  })
})
