/** Whose word a gate is. */
import { describe, expect, it } from 'vitest'
import { gateOf } from '../../../src/domain/judging/evaluation.ts'
import { gateText, parseGate, type Gate } from '../../../src/domain/judging/score.ts'

function gate(text: string): Gate {
  const parsed = parseGate(text)
  if (!parsed) throw new Error(`no gate ${text}`)
  return parsed
}

const settings = {
  gate: gate('0.8'),
  tags: { docs: gate('off'), api: gate('0.9'), release: gate('person'), demo: gate('score') },
}
const shown = (task: Parameters<typeof gateOf>[0]): [string, string] => {
  const { gate: chosen, source } = gateOf(task, settings)
  return [gateText(chosen), source]
}

it('is the task’s own before all others', () => {
  expect(shown({ gate: 'off', tags: ['release'] })).toEqual(['off', 'task'])
})

it('is the strictest of its tags: a person, then the highest threshold, a score, off', () => {
  expect(shown({ tags: ['docs', 'demo'] })).toEqual(['score', 'tag demo'])
  expect(shown({ tags: ['docs', 'api', 'demo'] })).toEqual(['0.9', 'tag api'])
  expect(shown({ tags: ['api', 'release'] })).toEqual(['person', 'tag release'])
})

it('is the yard’s where nothing else says one, also for tags that are no key of the table', () => {
  expect(shown({ tags: ['other', 'constructor'] })).toEqual(['0.8', 'config'])
})

describe('of a task that an agent added', () => {
  it.each([
    [['docs'], ['0.8', 'config']],
    [['demo'], ['0.8', 'config']],
    [['api'], ['0.9', 'tag api']],
    [['release'], ['person', 'tag release']],
  ])('tags %j never make it laxer', (tags, expected) => {
    expect(shown({ tags, addedBy: 'parent' })).toEqual(expected)
  })
})
