/** `service stop --kill-agents` says that none is left when none is, and not before. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../../src/base/clock.ts'
import type { TaskId } from '../../../../src/domain/ids.ts'
import { createYardClient } from '../../../../src/yard/handlers/router.ts'
import { createLiveView } from '../../../../src/yard/views/live-view.ts'
import { isAlive } from '../../../support/is-alive.ts'
import { eventually } from '../../../support/eventually.ts'
import {
  addTask,
  isOver,
  makeRealPlace,
  PERSON,
  untilTask,
  type RealPlace,
} from '../../../yard/real-place.ts'
import { PROGRAM } from '../../yard-command.ts'

const run = promisify(execFile)

describe('service stop --kill-agents', () => {
  let place: RealPlace
  beforeEach(async () => void (place = await makeRealPlace()))
  afterEach(() => place.remove())

  const pidIn = (name: string): Promise<number> =>
    eventually(() => {
      const pid = Number(readFileSync(join(place.paths.root, name), 'utf8'))
      expect(pid).toBeGreaterThan(0)
      return pid
    })

  it('ends what an ended agent has left running, too', async () => {
    const yard = await place.open()
    const exec =
      "setsid sh -c 'echo $$ >left; sleep 100000' >/dev/null 2>&1 & until [ -s left ]; do sleep 0.05; done"
    await addTask(yard, { id: 'one' as TaskId, title: 'Leaves one', exec })
    await untilTask(yard, 'one', isOver)
    const pid = await pidIn('left')
    expect(isAlive(pid)).toBe(true)
    const view = createLiveView(yard, systemClock)
    const host = { url: () => null, pageUrl: () => null, stop: () => {} }
    const client = createYardClient({ yard, view, host, actor: PERSON })
    const none = { agentsLeft: 0, processesLeft: [] }
    expect(await client.service.stop({ killAgents: true })).toEqual(none)
    expect(isAlive(pid)).toBe(false)
    view.close()
    await yard.close()
  })

  it('ends agents that outlived their service', async () => {
    const yard = await place.open()
    await addTask(yard, { id: 'one' as TaskId, title: 'Long', exec: 'echo $$ >long; sleep 100000' })
    const pid = await pidIn('long')
    await yard.close()
    const words = [PROGRAM, 'service', 'stop', '--kill-agents']
    const { PATH = '' } = process.env
    const own = {
      XDG_DATA_HOME: join(place.home, 'data'),
      XDG_CONFIG_HOME: join(place.home, 'config'),
    }
    const env = { PATH, HOME: place.home, ...own }
    const { stdout } = await run(process.execPath, words, { cwd: place.paths.root, env })
    expect(stdout).toBe('no service is running; no agent of it is left\n')
    expect(isAlive(pid)).toBe(false)
  })
})
