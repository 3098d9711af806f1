import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { createPositions } from '../../src/yard/positions.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { addCommand, createBench, taskId } from '../support/plan-builder.ts'
import { failureOf, openPageBench, type PageBench } from './page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const positions = async () => (await bench.client.service.snapshot()).positions
const move = (set: Record<string, { x: number; y: number } | null>) =>
  bench.client.page.moveNodes({ set })

describe('the place of a node', () => {
  it('is kept, given back, and no event of the yard', async () => {
    await bench.run(addCommand('a'))
    await bench.run(addCommand('b'))
    const { seq } = bench.test.yard.store
    expect(await move({ a: { x: 10, y: -2.5 }, b: { x: 0, y: 1 } })).toEqual({ moved: 2 })
    expect(await positions()).toEqual({ a: { x: 10, y: -2.5 }, b: { x: 0, y: 1 } })
    await move({ a: null })
    expect(await positions()).toEqual({ b: { x: 0, y: 1 } })
    expect(bench.test.yard.store.seq).toBe(seq)
  })

  it('is told to all who follow, behind what was committed before', async () => {
    const [one, two] = [bench.view.follow(), bench.view.follow()]
    await one.next()
    await two.next()
    await bench.run(addCommand('a'))
    await move({ a: { x: 3, y: 4 } })
    const { seq } = bench.test.yard.store
    for (const patches of [one, two]) {
      expect((await patches.next()).value).toMatchObject({ seq, tasks: [{ id: 'a' }] })
      const moved = (await patches.next()).value
      expect(moved).toMatchObject({ from: seq, seq, tasks: [], positions: { a: { x: 3, y: 4 } } })
      await patches.return?.()
    }
  })

  it('reaches one who is far behind, though news is dropped for him', async () => {
    for (const id of ['a', 'b']) await bench.run(addCommand(id))
    const patches = bench.view.follow()
    await patches.next()
    const held: Record<string, unknown> = {}
    const first = patches.next()
    for (let n = 0; n < 150; n += 1) await move({ [n < 70 ? 'a' : 'b']: { x: n, y: 0 } })
    Object.assign(held, (await first).value?.positions)
    await bench.run(addCommand('last'))
    bench.clock.advance(100)
    for (let patch = await patches.next(); ; patch = await patches.next()) {
      Object.assign(held, patch.value?.positions)
      if (patch.value?.tasks.some((task) => task.id === 'last')) break
    }
    expect(held).toEqual({ a: { x: 69, y: 0 }, b: { x: 149, y: 0 } })
    await patches.return?.()
  })

  it('goes with its task, and does not come back with another of that name', async () => {
    await bench.run(addCommand('a'))
    await move({ a: { x: 3, y: 4 } })
    await bench.run({ type: 'task.remove', id: taskId('a') })
    expect(await positions()).toEqual({})
    await bench.run(addCommand('a'))
    expect(await positions()).toEqual({})
  })

  it('is refused where there is no task, and given to those that are there', async () => {
    await bench.run(addCommand('a'))
    const place = { x: 1, y: 1 }
    expect((await failureOf(move({ gone: place }))).kind).toBe('unknown-task')
    expect(await move({ gone: place, a: place, __proto__: null })).toEqual({ moved: 1 })
    expect(await positions()).toEqual({ a: place })
    expect((await failureOf(move({ a: { x: 1e9, y: 0 } }))).kind).toBe('bad-request')
  })
})

describe('the table of places', () => {
  const put = (opened: OpenStore, id: string): void => {
    const { plan, writer } = opened
    const made = createBench()
    made.add(id)
    const [change] = made.changes
    if (!change) throw new Error('no task was made')
    writer.begin()
    writer.write(change, { at: 1, event: 'task.added', by: 'ada' })
    writer.commit()
    plan.put(change)
  }

  it('says in words that it cannot be saved, and keeps what was', async () => {
    const opened = await openMemoryStore()
    put(opened, 'a')
    const full = {
      ...opened,
      writer: {
        ...opened.writer,
        commit() {
          throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
        },
      },
    }
    const broken = createPositions({ opened: full, log: silentLog })
    const refused = await broken.move({ a: { x: 1, y: 1 } })
    expect(refused).toMatchObject({ ok: false, error: { kind: 'read-only' } })
    expect([...broken.all()]).toEqual([])
    const works = createPositions({ opened, log: silentLog })
    expect(await works.move({ a: { x: 1, y: 1 } })).toEqual({ ok: true, value: 1 })
    opened.close()
  })

  it('is in every copy, and a later owner keeps an earlier one out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'yard-places-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 'yard.db')
    const first = await openMemoryStore(path)
    put(first, 'a')
    const places = createPositions({ opened: first, log: silentLog })
    await places.move({ a: { x: 5, y: 6 } })
    const copy = join(folder, 'copy.db')
    expect(await first.store.copyTo(copy)).toMatchObject({ ok: true })
    const second = await openMemoryStore(path)
    expect(await places.move({ a: { x: 7, y: 8 } })).toMatchObject({
      ok: false,
      error: { kind: 'locked' },
    })
    expect([...second.positions.all()]).toEqual([['a', { x: 5, y: 6 }]])
    first.close()
    second.close()
    const restored = await openMemoryStore(copy)
    expect([...restored.positions.all()]).toEqual([['a', { x: 5, y: 6 }]])
    restored.close()
  })
})
