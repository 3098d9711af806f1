import { expect, test } from 'vitest'
import { kindOf } from '../../../src/domain/judging/kind.ts'

const plain = { tags: [], merging: null }
const merging = { of: 'a', branch: 'yard/a', target: 'main' } as never

test('the kind of a task is its own word, else a tag that names one, else what it is', () => {
  expect(kindOf({ ...plain, kind: 'audit', tags: ['docs'] }, 'claude')).toBe('audit')
  expect(kindOf({ ...plain, kind: null, tags: ['urgent', 'test', 'docs'] }, 'claude')).toBe('test')
  expect(kindOf({ ...plain, tags: ['urgent', 'docs'] }, 'claude', ['urgent'])).toBe('urgent')
  expect(kindOf({ ...plain, merging }, 'claude')).toBe('merge')
  expect(kindOf({ ...plain, merging, tags: ['ops'] }, 'claude')).toBe('ops')
})

test('a program is a kind of its own; what an agent does is the same whoever it is', () => {
  expect(kindOf(plain, 'shell')).toBe('shell')
  expect(kindOf(plain, 'http')).toBe('http')
  for (const type of ['claude', 'codex', 'native', 'acp', null] as const)
    expect(kindOf(plain, type)).toBe('other')
})
