import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskId } from '../../../src/domain/ids.ts'
import { addTask, makeRealPlace, untilTask, type RealPlace } from '../real-place.ts'

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe.runIf(process.platform !== 'win32')('what a yard keeps', { timeout: 60_000 }, () => {
  let place: RealPlace
  beforeEach(async () => {
    place = await makeRealPlace()
  })
  afterEach(() => place.remove())

  it('is for its user alone: database, prompts, outputs, and the record with the marker', async () => {
    const { paths } = place
    writeFileSync(paths.config, '[executors.reader]\ntype = "command"\ncommand = ["true"]\n')
    const yard = await place.open()
    await addTask(yard, { id: 'a' as TaskId, title: 'A', exec: 'echo out; echo err >&2' })
    await untilTask(yard, 'a', (task) => task.state.kind === 'done')
    await addTask(yard, { id: 'b' as TaskId, title: 'B', executor: 'reader' })
    await untilTask(yard, 'b', (task) => task.state.kind === 'done')
    const folder = join(paths.agents, 'agent-1')
    for (const at of [paths.yard, paths.service.folder, paths.agents, folder])
      expect([at, modeOf(at)]).toEqual([at, '700'])
    const kept = [
      join(folder, 'launch.json'),
      join(folder, 'stdout.log'),
      join(paths.agents, 'agent-2', 'prompt.md'),
    ]
    const database = readdirSync(paths.yard).filter((name) => name.startsWith('yard.db'))
    for (const at of [...kept, ...database.map((name) => join(paths.yard, name))])
      expect([at, modeOf(at)]).toEqual([at, '600'])
    await yard.close()
  })

  it('and what an older program kept for all is closed at opening, nothing behind a link', async () => {
    const { paths, home } = place
    await (await place.open()).close()
    const old = join(paths.agents, 'agent-1')
    mkdirSync(old)
    writeFileSync(join(old, 'launch.json'), '{}')
    writeFileSync(join(home, 'mine'), '')
    symlinkSync(join(home, 'mine'), join(old, 'link'))
    for (const at of [paths.yard, paths.agents, old]) chmodSync(at, 0o755)
    for (const at of [paths.db, join(old, 'launch.json'), join(home, 'mine')]) chmodSync(at, 0o644)
    await (await place.open()).close()
    expect([paths.yard, paths.agents, old].map(modeOf)).toEqual(['700', '700', '700'])
    expect([paths.db, join(old, 'launch.json')].map(modeOf)).toEqual(['600', '600'])
    expect(modeOf(join(home, 'mine'))).toBe('644')
  })
})
