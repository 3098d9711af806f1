import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AREAS, placesOf, readFaults } from './faults.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const faults = readFaults()

describe('the faults that `npm run mutate` plants', () => {
  it('are sixty or more, of every area', () => {
    expect(faults.length).toBeGreaterThanOrEqual(60)
    expect(new Set(faults.map(({ area }) => area))).toEqual(new Set(AREAS))
  })

  it.each(faults)('$name has one place in the code', (fault) => {
    expect(placesOf(fault, ROOT)).toBe(1)
    expect(fault.replace).not.toBe(fault.find)
    expect(fault.tests.filter((test) => !existsSync(join(ROOT, test)))).toEqual([])
  })
})
