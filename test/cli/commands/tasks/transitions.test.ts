import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeAll(async () => {
  place = await openTestYard()
})
afterAll(() => place.close())

const taskSchema = z.object({ id: z.string(), status: z.string(), held: z.boolean() })

const addEach = async (ids: readonly string[], ...more: string[]): Promise<void> => {
  for (const id of ids) await place.yard(['add', id, '--id', id, '--exec', 'true', ...more])
}

const heldOf = async (ids: readonly string[]): Promise<boolean[]> => {
  const tasks = z.array(taskSchema).parse(await place.json(['list']))
  return ids.map((id) => tasks.find((task) => task.id === id)?.held ?? false)
}

describe('verbs that take several tasks', () => {
  it('do it to each, and say so of each', async () => {
    await addEach(['p1', 'p2'])
    const { code, out } = await place.yard(['pause', 'p1', 'p2', 'p1'])
    expect({ code, out }).toEqual({ code: 0, out: 'p1 is paused\np2 is paused\n' })
    const resumed = z.array(taskSchema).parse(await place.json(['resume', 'p1', 'p2']))
    expect(resumed.map(({ id, held }) => ({ id, held }))).toEqual([
      { id: 'p1', held: false },
      { id: 'p2', held: false },
    ])
  })

  it('print the task itself where one was named', async () => {
    await addEach(['single'])
    expect(taskSchema.parse(await place.json(['pause', 'single'])).held).toBe(true)
  })

  it('change nothing when one is unknown', async () => {
    await addEach(['k1', 'k2'])
    const { code, err } = await place.yard(['pause', 'k1', 'nope', 'k2'])
    expect(code).toBe(3)
    expect(err).toContain('nope')
    expect(await heldOf(['k1', 'k2'])).toEqual([false, false])
  })

  it('go on past one that a rule refuses, and name it', async () => {
    await addEach(['r1', 'r2', 'r3'])
    await place.yard(['done', 'r2'])
    const { code, out, err } = await place.yard(['pause', 'r1', 'r2', 'r3'])
    expect(code).toBe(4)
    expect(out).toBe('r1 is paused\nr3 is paused\n')
    expect(err).toContain('1 of 3 were refused: r2: ')
  })

  it('publish and abandon several', async () => {
    await addEach(['d1', 'd2'], '--paused')
    expect((await place.yard(['publish', 'd1', 'd2'])).out).toBe('published d1\npublished d2\n')
    expect((await place.yard(['abandon', 'd1', 'd2'])).code).toBe(0)
    const tasks = z.array(taskSchema).parse(await place.json(['list', '--status', 'abandoned']))
    expect(tasks.map(({ id }) => id)).toEqual(expect.arrayContaining(['d1', 'd2']))
  })
})

describe('kill', () => {
  const sleepers = ['s1', 's2', 's3']
  const alive = async () =>
    z
      .array(z.object({ id: z.string(), task: z.string() }))
      .parse(await place.json(['agents', '--alive']))

  it('ends several agents, by their own ids or their tasks', async () => {
    for (const id of sleepers) await place.yard(['add', id, '--id', id, '--exec', 'sleep 600'])
    await place.yard(['service', 'start'])
    await expect.poll(alive).toHaveLength(3)
    const agentOf = new Map((await alive()).map(({ id, task }) => [task, id]))
    const none = await place.yard(['kill', 's1', 'nope', '--force'])
    expect({ code: none.code, err: none.err }).toEqual({
      code: 3,
      err: expect.stringContaining('nope'),
    })
    expect(await alive()).toHaveLength(3)
    const first = `${agentOf.get('s1')}`
    const { code, out } = await place.yard(['kill', first, 's2', 's1', '--force'])
    expect({ code, out }).toEqual({
      code: 0,
      out: `${first} has ended (killed)\n${agentOf.get('s2')} has ended (killed)\n`,
    })
    expect(await place.json(['kill', 's3', '--force'])).toMatchObject({
      task: 's3',
      status: 'ended',
    })
    expect(await heldOf(sleepers)).toEqual([true, true, true])
    expect((await place.yard(['kill', 's3'])).code).toBe(3)
    await place.yard(['abandon', ...sleepers])
    await place.yard(['service', 'stop'])
  })
})

describe('resume --all', () => {
  it('releases what is paused and leaves drafts', async () => {
    await addEach(['draft'], '--paused')
    await addEach(['w1', 'w2'])
    await place.yard(['pause', 'w1', 'w2'])
    expect((await place.yard(['resume', '--all'])).code).toBe(0)
    expect(await heldOf(['w1', 'w2', 'draft'])).toEqual([false, false, true])
    expect((await place.yard(['resume', '--all'])).out).toContain('no task is paused')
  })

  it('releases what kill --all has paused', async () => {
    await place.yard(['add', 'long', '--id', 'long', '--exec', 'sleep 600'])
    await place.yard(['service', 'start'])
    await expect
      .poll(async () => (await place.json(['agents', '--alive'])) as unknown[])
      .toHaveLength(1)
    await place.yard(['kill', '--all', '--force'])
    expect(await heldOf(['long'])).toEqual([true])
    await place.yard(['service', 'pause'])
    expect((await place.yard(['resume', '--all'])).out).toContain('long')
    expect(await heldOf(['long'])).toEqual([false])
  })

  it('wants tasks or --all, not both or neither', async () => {
    expect((await place.yard(['resume'])).code).toBe(2)
    expect((await place.yard(['resume', 'w1', '--all'])).code).toBe(2)
  })
})
