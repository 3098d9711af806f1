/** A try begins only when nothing of the tries before runs any more. */
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskId } from '../../src/domain/ids.ts'
import { isRunning } from '../agents/process/stages.ts'
import { addTask, isOver, makeRealPlace, PERSON, untilTask, type RealPlace } from './real-place.ts'

/** The first try leaves a process in a session of its own and fails; the second says so when it is not alone. */
const EXEC = `
if [ -e first ]; then
  case "$(cut -d' ' -f3 "/proc/$(cat writer)/stat" 2>/dev/null)" in ''|Z|X) ;; *) touch both ;; esac
  exit 0
fi
touch first
setsid sh -c 'echo $$ >writer; while :; do sleep 0.05; done' >/dev/null 2>&1 &
until [ -s writer ]; do sleep 0.05; done
exit 3`

describe.runIf(process.platform === 'linux')(
  'the next try (old processes are found by /proc)',
  () => {
    let place: RealPlace
    beforeEach(async () => void (place = await makeRealPlace()))
    afterEach(() => place.remove())

    it.each(['by the same owner', 'by the next'])(
      'ends what the last one left first, %s',
      async (by) => {
        const id = 'one' as TaskId
        await writeFile(join(place.paths.root, 'writer'), '')
        const first = await place.open()
        await addTask(first, { id, title: 'One', exec: EXEC, maxAttempts: 1 })
        await untilTask(first, id, isOver)
        const writer = Number(readFileSync(join(place.paths.root, 'writer'), 'utf8'))
        expect(await isRunning(writer)).toBe(true)
        if (by === 'by the next') await first.close()
        const yard = by === 'by the next' ? await place.open() : first
        await yard.dispatch({ type: 'task.retry', id, fresh: false }, PERSON)
        await untilTask(yard, id, (task) => task.state.kind === 'done')
        expect(existsSync(join(place.paths.root, 'both'))).toBe(false)
        expect(await isRunning(writer)).toBe(false)
        const said = yard.store.logOf(id).map(({ text }) => text)
        expect(said.join()).toContain('still running and had to be ended first')
        await yard.close()
      },
    )
  },
)
