/** One owner at a time, in real processes that are really killed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { takeOwnerLock } from '../../src/store/owner-lock.ts'
import { createYardBench } from '../coordinator/yard-bench.ts'
import { START_AT } from '../support/manual-clock.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { addCommand } from '../support/plan-builder.ts'
import { startChild, type Child } from './children.ts'

let folder = ''
const children: Child[] = []
const start = (...args: string[]): Child => {
  const child = startChild(...args)
  children.push(child)
  return child
}
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'yard-store-'))))
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill()
  rmSync(folder, { recursive: true, force: true })
})

describe('the owner lock', () => {
  it('is held by one process, refused to others, and free again after kill -9', async () => {
    const path = join(folder, 'owner.db')
    const first = start('lock', path)
    expect(await first.line()).toBe('locked')
    expect(takeOwnerLock(path)).toMatchObject({ ok: false, error: { kind: 'locked' } })
    await first.kill()
    const mine = takeOwnerLock(path)
    expect(mine.ok).toBe(true)
    const late = start('try', path)
    expect(await late.line()).toBe('refused: locked')
    if (mine.ok) mine.value.release()
    expect(await start('try', path).line()).toBe('taken')
  })
})

describe('a lock whose holder keeps no reference to it', () => {
  it('is held all the same', async () => {
    const path = join(folder, 'owner.db')
    expect(takeOwnerLock(path).ok).toBe(true)
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    for (let round = 0; round < 5; round++) {
      collect()
      await new Promise((done) => setImmediate(done))
    }
    expect(await start('try', path).line()).toBe('refused: locked')
  })
})

describe('the owner epoch', () => {
  it('stops an owner that was replaced: nothing of it is written, and it is told once', async () => {
    const path = join(folder, 'yard.db')
    const old = await createYardBench({ opened: await openMemoryStore(path) })
    await old.add('a')
    const next = await openMemoryStore(path)
    expect(next.ownerEpoch).toBe(old.opened.ownerEpoch + 1)
    const replies = Promise.all(
      ['b', 'c'].map((id) => old.dispatcher.dispatch(addCommand(id), { kind: 'coordinator' })),
    )
    await old.turns.idle()
    expect(await replies).toMatchObject([
      { ok: false, error: { kind: 'locked' } },
      { ok: false, error: { kind: 'locked' } },
    ])
    expect(await old.send(addCommand('d'))).toMatchObject({ ok: false, error: { kind: 'locked' } })
    expect(old.staleOwners.count).toBe(1)
    expect([...old.opened.plan.tasks.keys()]).toEqual(['a'])
    const heir = await createYardBench({ opened: next })
    await heir.add('b')
    expect([...heir.opened.plan.tasks.keys()]).toEqual(['a', 'b'])
    await old.close()
    await heir.close()
  })
})

describe('how safely a commit is written', () => {
  it('is what was asked for, as SQLite itself says, when it is opened and when it is changed', async () => {
    for (const level of ['full', 'normal'] as const) {
      const path = join(folder, `${level}.db`)
      const opened = await openStore({ path, at: START_AT, synchronous: level })
      if (!opened.ok) throw new Error(opened.error.message)
      expect(opened.value.synchronous()).toBe(level)
      const other = level === 'full' ? 'normal' : 'full'
      opened.value.setSynchronous(other)
      expect(opened.value.synchronous()).toBe(other)
      opened.value.close()
    }
  })
})

describe('a kill -9 in the middle of a transaction', () => {
  it('loses nothing that was acknowledged and keeps nothing that was not', async () => {
    const path = join(folder, 'yard.db')
    const child = start('write', path)
    const said = await child.until('in the middle')
    await child.kill()
    const opened = await openStore({ path, at: START_AT })
    if (!opened.ok) throw new Error(opened.error.message)
    const acknowledged = said
      .filter((line) => line.startsWith('acknowledged '))
      .map((line) => line.slice(13))
    expect(acknowledged).toHaveLength(50)
    expect([...opened.value.plan.tasks.keys()]).toEqual(acknowledged)
    expect(opened.value.store.journal(0, 1000)).toHaveLength(50)
    opened.value.close()
  })
})

/** In one process each: how many of its words it may say before it is killed. */
const MOMENTS = [1, 2, 4, 7, 11, 16, 22, 29, 37, 46, 56, 200]

describe('a kill -9 in the middle of a large change', () => {
  it.each(MOMENTS)('leaves all of it or nothing: after %i words', async (words) => {
    const count = 3000
    const path = join(folder, 'yard.db')
    const child = start('large', path, String(count))
    await child.until('begins')
    let said = ''
    for (let left = words; left > 0 && said !== 'done'; left -= 1) said = await child.line()
    await child.kill()
    const opened = await openStore({ path, at: START_AT })
    if (!opened.ok) throw new Error(opened.error.message)
    const { plan, store, close } = opened.value
    const rows = store.journal(0, -1).length
    expect([1, 2 * count]).toContain(rows)
    expect(plan.tasks.size).toBe(rows === 1 ? 1 : count + 1)
    expect(plan.startable.size).toBe(rows === 1 ? 1 : 2)
    const isSaid = said === 'told' || said === 'done'
    expect(!isSaid || rows > 1).toBe(true)
    expect(store.replyOf('person import') === null).toBe(rows === 1)
    close()
  })
})

describe('a real full disk', () => {
  it('refuses whole batches, leaves plan and tables equal, and works again when there is space', async () => {
    const path = join(folder, 'yard.db')
    const yard = await createYardBench({ opened: await openMemoryStore(path) })
    await yard.add('a')
    yard.opened.setMaxPages(120)
    const big = 'x'.repeat(20_000)
    let accepted = 1
    const next = () => yard.send(addCommand(`t${accepted}`, { description: big }))
    let reply = await next()
    for (; reply.ok; reply = await next()) accepted += 1
    expect(reply.error.kind).toBe('read-only')
    expect(accepted).toBeGreaterThan(1)
    expect(yard.opened.plan.tasks.size).toBe(accepted)
    expect(yard.opened.store.journal(0, 1000)).toHaveLength(accepted)
    yard.opened.setMaxPages(0)
    await yard.add('again', { description: big })
    expect(yard.dispatcher.readOnly()).toBeNull()
    await yard.close()
    const reopened = await openMemoryStore(path)
    expect(reopened.plan.tasks.size).toBe(accepted + 1)
    reopened.close()
  })
})
