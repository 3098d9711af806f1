import { describe, expect, it } from 'vitest'
import { movingTasks, type RestingTask } from '../../../src/domain/graph/rest.ts'

describe('rest', () => {
  const task = (id: string, state: RestingTask['state'], after: string[] = []): RestingTask => ({
    id,
    state,
    after,
    waitsForPerson: false,
    hasRepeated: false,
    isStuck: false,
  })
  const isAtRest = (tasks: readonly RestingTask[]): boolean => movingTasks(tasks).size === 0
  it('is where nothing can move', () => {
    const stuck = [
      task('a', 'failed'),
      task('b', 'blocked', ['a']),
      task('c', 'paused'),
      task('d', 'waiting'),
    ]
    expect(isAtRest(stuck)).toBe(true)
  })
  it.each(['ready', 'delayed', 'parked', 'in-progress', 'pending-eval'] as const)(
    'is not where a task is %s, nor below it',
    (state) => {
      const moving = movingTasks([
        task('a', state),
        task('b', 'blocked', ['a']),
        task('c', 'blocked', ['b']),
      ])
      expect([...moving].toSorted()).toEqual(['a', 'b', 'c'])
    },
  )
  it('does not wait for people, nor for the second time of what repeats', () => {
    expect(isAtRest([{ ...task('a', 'ready'), waitsForPerson: true }])).toBe(true)
    expect(isAtRest([{ ...task('a', 'delayed'), hasRepeated: true }])).toBe(true)
  })
  it('does not wait for what can never start as things are, nor below it', () => {
    for (const state of ['ready', 'delayed', 'parked'] as const)
      expect(isAtRest([{ ...task('a', state), isStuck: true }, task('b', 'blocked', ['a'])])).toBe(
        true,
      )
    expect(isAtRest([{ ...task('a', 'in-progress'), isStuck: true }])).toBe(false)
  })
})
