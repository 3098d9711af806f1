/** Rolling backups when the clock, or the disk that they are on, is not as it should be. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import type { TaskId } from '../../../src/domain/ids.ts'
import {
  backupFolder,
  listBackups,
  makeBackup,
  newestSoundBackup,
} from '../../../src/yard/backup/backups.ts'
import { eventually } from '../../support/eventually.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { addTask, makeRealPlace, type RealPlace } from '../real-place.ts'

const DAY = 24 * 3_600_000

describe('a backup', () => {
  let place: RealPlace
  beforeEach(async () => void (place = await makeRealPlace()))
  afterEach(() => place.remove())
  const list = (): string[] => listBackups(place.dataFolder, place.paths.root)

  it('is the newest although the clock was a day ahead when one before it was made', async () => {
    let aheadMs = DAY
    const yard = await place.open({
      clock: { ...systemClock, now: () => Date.now() + aheadMs },
    })
    const { root } = place.paths
    const made = async (keep: number): Promise<string> => {
      const parts = { store: yard.store, dataFolder: place.dataFolder, root, keep }
      const done = await makeBackup({ ...parts, at: yard.now() })
      if (!done.ok) throw new Error(done.error.message)
      return done.value
    }
    await made(9)
    await made(9)
    aheadMs = 0
    const third = await made(9)
    expect(newestSoundBackup(place.dataFolder, root)).toBe(third)
    const fourth = await made(1)
    expect(list()).toEqual([fourth])
    await yard.close()
  })

  it('that failed is made at the next interval, whether or not anything has changed since', async () => {
    const clock = createManualClock()
    const folder = backupFolder(place.dataFolder, place.paths.root)
    mkdirSync(dirname(folder), { recursive: true })
    writeFileSync(folder, 'in the way')
    const yard = await place.open({ clock })
    await addTask(yard, { id: 'one' as TaskId, title: 'One', executor: 'manual' })
    clock.advance(1000)
    await eventually(() =>
      expect(
        yard
          .recentErrors()
          .map(({ text }) => text)
          .join(),
      ).toContain('backup'),
    )
    rmSync(folder)
    clock.advance(yard.config().settings.store.backupIntervalMs)
    await eventually(() => expect(list()).toHaveLength(1))
    expect(list()[0]).toContain(join(folder, 'yard-'))
    await yard.close()
  })
})
