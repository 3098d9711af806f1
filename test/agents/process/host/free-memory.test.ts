import { totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { parseAvailable, systemMemory } from '../../../../src/agents/process/host/identity.ts'

test('Linux tells what it would free on demand, not what lies idle', () => {
  const meminfo =
    'MemTotal:       24683000 kB\nMemFree:          123 kB\nMemAvailable:   20547 kB\n'
  expect(parseAvailable(meminfo)).toBe(20_547 * 1024)
  expect(parseAvailable('MemTotal: 1 kB\n')).toBeNull()
})

test('this machine has some memory free, and its usual limit is a small part of all', () => {
  expect(systemMemory.free()).toBeGreaterThan(0)
  expect(systemMemory.free()).toBeLessThan(totalmem())
  expect(systemMemory.usualLimit).toBeLessThanOrEqual(totalmem() / 19)
})
