/** A question on a machine in trouble: a disk that is full, a clock that is set back. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import {
  makeAskerPlace,
  openAsker,
  question,
  removePlace,
  says,
  standIn,
  startedIn,
  type AskerPlace,
} from './asker-place.ts'

let place: AskerPlace
beforeEach(() => {
  place = makeAskerPlace()
})
afterEach(() => removePlace(place))

const wanted = (): AbortSignal => new AbortController().signal
const answered = says('Done.', { structured_output: { verdict: 'done' } })

const mount = (folder: string, options: string): void =>
  void execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder], { stdio: 'ignore' })

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'yard-mount-'))
  try {
    mount(folder, 'size=4k')
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    rmdirSync(folder)
  }
}

it.skipIf(!canMount())(
  'a disk that is full when it is written down puts it off, and it is asked once there is room',
  async () => {
    standIn(place, answered)
    mkdirSync(place.folder, { recursive: true })
    mount(place.folder, 'size=64k')
    const one = openAsker(place)
    try {
      const about = question({ prompt: 'x'.repeat(500_000) })
      expect(await one.asker.ask(about, wanted())).toBeNull()
      expect(startedIn(place)).toEqual([])
      mount(place.folder, 'remount,size=8m')
      expect(await one.asker.ask(about, wanted())).toMatchObject({ kind: 'answer' })
      expect(startedIn(place)).toHaveLength(1)
    } finally {
      await one.close()
      execFileSync('umount', [place.folder])
    }
  },
)

it('an answer that comes after the clock was set back counts, and its time is no longer for that', async () => {
  const waits = 'until [ -e "$T/go" ] || [ ! -d "$T" ]; do sleep 0.05; done'
  standIn(place, `${waits}\n${answered}`)
  const clock = createManualClock()
  const one = openAsker(place, { clock })
  try {
    const reply = one.asker.ask(question({ timeoutMs: 60_000 }), wanted())
    await eventually(() => expect(startedIn(place)).toHaveLength(1))
    clock.jump(-3_600_000)
    writeFileSync(join(place.home, 'go'), '')
    expect(await reply).toMatchObject({ kind: 'answer' })
    const late = one.asker.ask(question({ turn: 2, timeoutMs: 60_000 }), wanted())
    expect(await late).toMatchObject({ kind: 'answer' })
    standIn(place, 'sleep 300')
    const silent = one.asker.ask(question({ turn: 3, timeoutMs: 60_000 }), wanted())
    await eventually(() => expect(startedIn(place)).toHaveLength(3))
    clock.jump(-3_600_000)
    await eventually(() => expect(clock.timers).toBeGreaterThan(0))
    clock.advance(60_000)
    expect(await silent).toMatchObject({ failure: { class: 'timeout' } })
  } finally {
    await one.close()
  }
})
