/** What agents leave running: by its marker, in a yard's own folder, by this owner or the next. */
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Leftovers } from '../../../../src/agents/runtime/stages/leftovers.ts'
import { silentLog } from '../../../../src/base/log.ts'
import { eventually } from '../../../support/eventually.ts'
import { createManualClock } from '../../../support/manual-clock.ts'
import {
  firstLine,
  fixture,
  host,
  isRunning,
  openStages,
  type Stages,
} from '../../process/stages.ts'

describe.runIf(process.platform === 'linux')('leftovers (found by /proc)', () => {
  let stages: Stages
  let open: Leftovers[]
  const clock = createManualClock()
  beforeEach(() => {
    stages = openStages()
    open = []
    mkdirSync(join(stages.dir, 'agents'))
  })
  afterEach(async () => {
    for (const one of open) await one.close()
    await stages.close()
  })

  const fileIn = (folder: string): string => join(stages.dir, folder, 'left-behind')
  const openIn = (folder: string): Leftovers => {
    const { launcher } = stages
    const parts = { file: fileIn(folder), launcher, clock, log: silentLog, host }
    const made = new Leftovers({ ...parts, mayTouch: () => true })
    open.push(made)
    return made
  }
  const leave = async (): Promise<{ pid: number; marker: string }> => {
    const running = await stages.start([fixture('leaves-grandchild.sh')])
    await running.ended
    return { pid: Number(await firstLine(running)), marker: running.marker }
  }

  it('are ended by the next owner where this one stopped before their grace was over', async () => {
    const { pid, marker } = await leave()
    const first = openIn('agents')
    first.add(marker, 'one')
    await first.close()
    openIn('agents')
    clock.advance(9_999)
    expect(await isRunning(pid)).toBe(true)
    clock.advance(1)
    await eventually(async () => expect(await isRunning(pid)).toBe(false))
    await eventually(() => expect(existsSync(fileIn('agents'))).toBe(false))
  })

  it('are ended at once for the next try at their task, and for no other', async () => {
    const { pid, marker } = await leave()
    const leftovers = openIn('agents')
    leftovers.add(marker, 'one')
    expect(await leftovers.endOf('two')).toEqual({ ended: 0, left: [] })
    expect(await isRunning(pid)).toBe(true)
    expect(await leftovers.endOf('one')).toEqual({ ended: 1, left: [] })
    expect(await isRunning(pid)).toBe(false)
    expect(await leftovers.endAll()).toEqual({ ended: 0, left: [] })
  })

  it('are another yard’s in a copy of the folder', async () => {
    const { pid, marker } = await leave()
    openIn('agents').add(marker, 'one')
    cpSync(join(stages.dir, 'agents'), join(stages.dir, 'copy'), { recursive: true })
    expect(await openIn('copy').endAll()).toEqual({ ended: 0, left: [] })
    expect(await isRunning(pid)).toBe(true)
  })
})
