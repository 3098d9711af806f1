import { EventEmitter } from 'node:events'
import { beforeEach, expect, test, vi } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import type { UpdateState } from '../../src/contract/desktop.ts'
import { createUpdates, type Updates } from '../../src/desktop/updates.ts'
import { eventually } from '../support/eventually.ts'

/** electron-updater, as far as it is used. */
class FakeUpdater extends EventEmitter {
  autoDownload = true
  autoInstallOnAppQuit = true
  found: { isUpdateAvailable: boolean; updateInfo: { version: string } } | null | Error = null
  readonly calls: string[] = []
  async checkForUpdates() {
    this.calls.push('check')
    if (this.found instanceof Error) throw this.found
    return this.found
  }
  quitAndInstall(): void {
    this.calls.push('install')
  }
}

let updater: FakeUpdater
let download: PromiseWithResolvers<void>
let told: UpdateState[]
let updates: Updates
const load = vi.fn<() => Promise<never>>()
beforeEach(() => {
  updater = new FakeUpdater()
  told = []
  load.mockReset()
  load.mockImplementation(async () => {
    const startDownload = () => {
      updater.calls.push('download')
      download = Promise.withResolvers<void>()
      return { done: download.promise, cancel: () => download.reject(new Error('cancelled')) }
    }
    return { updater, startDownload } as never
  })
  updates = createUpdates({
    load,
    version: '1.0.0',
    log: silentLog,
    onChange: (state) => told.push(state),
    beforeInstall: async () => void updater.calls.push('let go'),
  })
})
const available = { isUpdateAvailable: true, updateInfo: { version: '1.1.0' } }

test('nothing is loaded or asked before a person asks', () => {
  expect(updates.state()).toEqual({ kind: 'none', version: '1.0.0' })
  expect(load).not.toHaveBeenCalled()
})

test('a check finds nothing, or a version that is not loaded by itself', async () => {
  expect(await updates.check()).toEqual({ kind: 'none', version: '1.0.0' })
  updater.found = available
  expect(await updates.check()).toEqual({ kind: 'available', version: '1.1.0' })
  expect(told.map(({ kind }) => kind)).toEqual(['checking', 'none', 'checking', 'available'])
  expect(updater).toMatchObject({ autoDownload: false, autoInstallOnAppQuit: false })
  expect(updater.calls).toEqual(['check', 'check'])
})

test('a download shows its progress and can be cancelled and begun again', async () => {
  updater.found = available
  expect(await updates.download()).toMatchObject({ kind: 'none' })
  await updates.check()
  const first = updates.download()
  await eventually(() => expect(updater.calls).toContain('download'))
  updater.emit('download-progress', { percent: 41.6 })
  expect(updates.state()).toEqual({ kind: 'downloading', version: '1.1.0', percent: 42 })
  expect(await updates.check()).toMatchObject({ kind: 'downloading' })
  await updates.cancel()
  expect(await first).toEqual({ kind: 'available', version: '1.1.0' })
  updater.emit('download-progress', { percent: 50 })
  expect(updates.state()).toMatchObject({ kind: 'available' })
  const second = updates.download()
  await eventually(() => expect(updater.calls.filter((c) => c === 'download')).toHaveLength(2))
  download.resolve()
  expect(await second).toEqual({ kind: 'ready', version: '1.1.0' })
})

test('it is installed only when it is there and a person says so', async () => {
  await updates.install()
  expect(updater.calls).toEqual([])
  updater.found = available
  await updates.check()
  const loading = updates.download()
  await eventually(() => expect(updater.calls).toContain('download'))
  download.resolve()
  await loading
  await updates.install()
  expect(updater.calls.slice(-2)).toEqual(['let go', 'install'])
})

test('a failure is said in one line, and the next check may do better', async () => {
  updater.found = new Error('net::ERR_NAME_NOT_RESOLVED\nat somewhere')
  expect(await updates.check()).toEqual({ kind: 'failed', message: 'net::ERR_NAME_NOT_RESOLVED' })
  updater.found = null
  expect(await updates.check()).toMatchObject({ kind: 'none' })
})

test('an updater that could not be loaded is loaded again', async () => {
  load.mockRejectedValueOnce(new Error('broken'))
  expect(await updates.check()).toMatchObject({ kind: 'failed', message: 'broken' })
  expect(await updates.check()).toMatchObject({ kind: 'none' })
})

test('a download that cannot begin is a failure, and not a download for ever', async () => {
  updater.found = available
  load.mockImplementation(async () => {
    const startDownload = () => {
      throw new Error('no place on the disk')
    }
    return { updater, startDownload } as never
  })
  await updates.check()
  expect(await updates.download()).toEqual({ kind: 'failed', message: 'no place on the disk' })
  expect(await updates.check()).toEqual({ kind: 'available', version: '1.1.0' })
})
