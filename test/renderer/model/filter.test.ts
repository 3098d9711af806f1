import { describe, expect, test } from 'vitest'
import { hasText, statesOf, toFilter, withStates } from '../../../src/renderer/model/filter.ts'
import { card } from './cards.ts'

const docs = card('docs', {
  title: 'Write the docs',
  tags: ['Docs'],
  state: 'failed',
  model: 'claude-opus',
})
const tests = card('tests', { title: 'Run the tests', state: 'in-progress', agent: 'agent-3' })

const found = (query: string): readonly string[] =>
  [docs, tests].filter(toFilter(query) ?? (() => true)).map(({ id }) => id)

describe('a filter', () => {
  test.each([
    ['', ['docs', 'tests']],
    ['WRITE', ['docs']],
    ['the run', ['tests']],
    ['state:failed', ['docs']],
    ['state:failed,in-progress', ['docs', 'tests']],
    ['tag:docs', ['docs']],
    ['model:opus', ['docs']],
    ['agent:agent-3', ['tests']],
    ['state:failed the', ['docs']],
    ['nosuch:thing', []],
  ])('%s', (query, ids) => expect(found(query)).toEqual(ids))

  test('an unknown field is a word, so nothing typed is lost', () => {
    const odd = card('odd', { title: 'fix: the build' })
    expect(toFilter('fix:')?.(odd)).toBe(true)
  })

  test('states are put into a query and taken out of it', () => {
    const query = withStates('docs', new Set(['failed', 'ready']))
    expect(statesOf(query)).toEqual(new Set(['failed', 'ready']))
    expect(withStates(query, new Set())).toBe('docs')
    expect(statesOf('docs')).toBeNull()
  })
})

test('a list of other things is narrowed by words, each of which must stand somewhere', () => {
  expect(hasText('', ['claude'])).toBe(true)
  expect(hasText('CLAU op', ['claude', null, 'opus'])).toBe(true)
  expect(hasText('claude haiku', ['claude', 'opus'])).toBe(false)
})
