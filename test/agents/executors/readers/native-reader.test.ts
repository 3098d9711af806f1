import { expect, it } from 'vitest'
import { describeReader, readerOf } from './reader-suite.ts'
import { only } from './transcript.ts'

describeReader('native', {
  knowsExitCodes: true,
  tellsThinking: true,
  tellsUsage: true,
  shell: 'shell',
  failures: [
    ['401', 'auth'],
    ['404', 'bad-model'],
    ['overflow', 'context-overflow'],
    ['quota-reset', 'quota'],
    ['streamerr', 'overload'],
  ],
})

it('tells what it waits for, and what it may not do', () => {
  const { read } = readerOf('native')
  expect(only(read('529-recovers').reports, 'waiting')).toHaveLength(1)
  expect(only(read('streamerr').reports, 'waiting')).toHaveLength(5)
  expect(only(read('ask').reports, 'question')).toHaveLength(1)
  expect(read('quota-reset').summary.failure?.resetAt).toBeGreaterThan(0)
})
