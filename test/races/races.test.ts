/** Commands and services that begin at the same moment. The full size, 20 × 25, is part of `npm run chaos`. */
import { afterEach, describe, expect, it } from 'vitest'
import { makeYardFolder, type YardFolder } from '../bench/bench-yard.ts'
import { startYard, yard } from '../chaos/yard-command.ts'
import { placeOf, raceMutations } from './race-mutations.ts'

const SIZE = { processes: 6, each: 4 }
const PATIENCE_MS = 120_000

describe('mutations by many processes at once', () => {
  it('are all there without a service', { timeout: PATIENCE_MS }, async () => {
    const outcome = await raceMutations({ ...SIZE, withService: false })
    expect(outcome).toEqual({ mutations: 24, refused: [], lost: [], hasGaps: false })
  })

  it('are all there with a service', { timeout: PATIENCE_MS }, async () => {
    const outcome = await raceMutations({ ...SIZE, withService: true })
    expect(outcome).toEqual({ mutations: 24, refused: [], lost: [], hasGaps: false })
  })
})

describe('two hosts started at once', () => {
  let folder: YardFolder | null = null
  afterEach(async () => {
    if (!folder) return
    await yard(placeOf(folder), 'service', 'stop')
    folder.remove()
    folder = null
  })

  it(
    'service start, twice: both succeed and name the same owner',
    { timeout: PATIENCE_MS },
    async () => {
      folder = await makeYardFolder()
      const place = placeOf(folder)
      const both = await Promise.all([
        yard(place, 'service', 'start', '--json'),
        yard(place, 'service', 'start', '--json'),
      ])
      expect(both.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
        { code: 0, stderr: '' },
        { code: 0, stderr: '' },
      ])
      const [first, second] = both.map(({ stdout }) => pidIn(stdout))
      expect(first).toBeGreaterThan(0)
      expect(second).toBe(first)
    },
  )

  it(
    'serve, twice: one holds the yard, the other says who does and ends',
    { timeout: PATIENCE_MS },
    async () => {
      folder = await makeYardFolder()
      const place = placeOf(folder)
      const hosts = [startYard(place, 'serve'), startYard(place, 'serve')]
      const loser = await Promise.race(
        hosts.map(async ({ ended }, i) => ({ i, ended: await ended })),
      )
      expect(loser.ended.code).toBe(1)
      const winner = hosts[1 - loser.i]
      const status = await yard(place, 'service', 'status', '--json')
      expect(pidIn(status.stdout)).toBe(winner?.child.pid)
      expect(loser.ended.stderr).toContain('held')
      winner?.child.kill('SIGTERM')
      expect(await winner?.ended).toMatchObject({ signal: null })
    },
  )
})

function pidIn(text: string): number {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || !('pid' in value)) return Number.NaN
  return Number(value.pid)
}
