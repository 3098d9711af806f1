/** A command that holds the yard and answers, such as a long `yard merge`, is waited for by the app as it is by a service. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog, type Log } from '../../src/base/log.ts'
import { yardPaths } from '../../src/config/paths.ts'
import { serveYard } from '../../src/headless/serve.ts'
import { openOrJoin } from '../../src/main/hosts.ts'
import { initYard } from '../../src/yard/init-yard.ts'
import { openYard } from '../../src/yard/open-yard.ts'

const project = resolve(import.meta.dirname, '../..')

test('however long it takes, and then the app has the yard', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yard-waits-'))
  const paths = yardPaths(folder)
  await initYard(folder, join(folder, 'yard'))
  const common = {
    paths,
    env: { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    resources: join(project, 'resources'),
    launcherEntry: join(project, 'src/agents/launcher-entry.ts'),
    tailEntry: join(project, 'src/agents/tail-worker.ts'),
    forecastEntry: join(project, 'src/yard/forecast/forecast-worker.ts'),
  }
  const command = { ...common, log: silentLog, flags: {}, runsAgents: false }
  const held = await openYard({ ...command, host: 'command' })
  if (!held.ok) throw new Error(held.error.message)
  const door = await serveYard(held.value, { pageRoot: null, log: silentLog, onStop: () => {} })
  if (!door.ok) throw new Error(door.error.message)
  /** Each wait is a minute to it. */
  let waits = 0
  const clock = {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + waits * 60_000,
    after: (_ms: number, run: () => void) => {
      waits += 1
      return systemClock.after(10, run)
    },
  }
  const info = vi.fn<Log['info']>()
  const opening = openOrJoin({
    ...common,
    clock,
    log: { ...silentLog, info },
    pageRoot: join(project, 'out/renderer'),
    onStop: () => {},
  })
  let isOver = false
  void opening.finally(() => (isOver = true))
  await expect.poll(() => waits).toBeGreaterThan(3)
  expect(isOver).toBe(false)
  clock.after = (ms, run) => systemClock.after(ms, run)
  await door.value.close()
  await held.value.close()
  const host = await opening
  if (!host.ok) throw new Error(host.error.message)
  expect(host.value.kind).toBe('owner')
  expect(info.mock.calls.filter(([text]) => String(text).includes('yard merge'))).toHaveLength(1)
  await host.value.close()
  await rm(folder, { recursive: true, force: true })
})
