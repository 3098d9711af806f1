/** How a host ends when a part of it does not let itself be closed. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { yardPaths } from '../../src/config/paths.ts'
import { runHost } from '../../src/headless/run-host.ts'
import { takeOwnerLock } from '../../src/store/owner-lock.ts'
import { initYard } from '../../src/yard/init-yard.ts'

const PROJECT = join(import.meta.dirname, '../..')
let folder: string
beforeEach(() => void (folder = realpathSync(mkdtempSync(join(tmpdir(), 'yard-end-')))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('the yard is closed and its lock is free, though its listener does not close', async () => {
  const root = join(folder, 'project')
  mkdirSync(root)
  const made = await initYard(root, join(folder, 'data', 'yard'))
  if (!made.ok) throw new Error(made.error.message)
  const errors: string[] = []
  const host = await runHost({
    paths: yardPaths(root),
    kind: 'service',
    flags: {},
    pageRoot: null,
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_CONFIG_HOME: '' },
    log: { ...silentLog, error: (text) => void errors.push(text) },
    resources: join(PROJECT, 'resources'),
    launcherEntry: join(PROJECT, 'src/agents/launcher-entry.ts'),
    tailEntry: join(PROJECT, 'src/agents/tail-worker.ts'),
    forecastEntry: join(PROJECT, 'src/yard/forecast/forecast-worker.ts'),
    headlessEntry: join(PROJECT, 'src/headless/index.ts'),
    notice: () => {},
  })
  if (!host.ok) throw new Error(host.error.message)
  const close = host.value.served.close
  Object.assign(host.value.served, { close: () => Promise.reject(new Error('will not')) })
  await host.value.end()
  await host.value.ended
  expect(errors).toEqual(['the host did not end cleanly'])
  const lock = takeOwnerLock(yardPaths(root).service.ownerDb)
  expect(lock.ok).toBe(true)
  if (lock.ok) lock.value.release()
  await close()
})
