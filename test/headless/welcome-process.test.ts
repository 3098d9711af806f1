import { MARKER_VARIABLE } from '../../src/domain/ids.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { yardPaths } from '../../src/config/paths.ts'
import { createHttpClient } from '../../src/headless/http-client.ts'
import { readState } from '../../src/headless/state-file.ts'
import { readRecentYards } from '../../src/yard/start-screen/recent-yards.ts'

const program = resolve(import.meta.dirname, '../../src/cli/index.ts')
let base: string
let env: Record<string, string>
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'yard-welcome-')))
  mkdirSync(join(base, 'page/assets'), { recursive: true })
  env = {
    PATH: process.env['PATH'] ?? '',
    HOME: base,
    YARD_DEV: '1',
    YARD_PAGE: join(base, 'page'),
    XDG_CONFIG_HOME: join(base, 'config'),
    XDG_DATA_HOME: join(base, 'data'),
  }
})
afterEach(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }))

function yard(words: readonly string[], more: Record<string, string> = {}) {
  return spawn(process.execPath, [program, ...words], {
    cwd: base,
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function tokenFor(pageUrl: string): Promise<string> {
  const { origin, hash } = new URL(pageUrl)
  const answer = await fetch(new URL('/session', origin), {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ code: hash.slice('#code='.length) }),
  })
  return z.object({ token: z.string() }).parse(await answer.json()).token
}

test('a yard is made and opened from the welcome; its service is another process with a page of its own', async () => {
  const folder = join(base, 'project')
  mkdirSync(folder)
  const child = yard(['welcome', '--json'])
  const [line] = await once(createInterface(child.stdout), 'line')
  const { pageUrl, url, pid } = JSON.parse(String(line))
  const welcome = createHttpClient(url, await tokenFor(pageUrl))
  expect(await welcome.service.hello()).toMatchObject({ root: null, pid })
  const opened = await welcome.startScreen.open({ folder })
  try {
    expect(opened.folder).toBe(folder)
    const own = createHttpClient(
      new URL(opened.pageUrl ?? '').origin,
      await tokenFor(opened.pageUrl ?? ''),
    )
    const hello = await own.service.hello()
    expect(hello.root).toBe(folder)
    expect(hello.pid).not.toBe(pid)
    expect(await welcome.startScreen.recent()).toMatchObject([{ folder, state: 'at-rest' }])
    // Opened once more, the same service gives a fresh address.
    const again = await welcome.startScreen.open({ folder })
    expect(new URL(again.pageUrl ?? '').origin).toBe(new URL(opened.pageUrl ?? '').origin)
    expect(again.pageUrl).not.toBe(opened.pageUrl)
    // From the yard's own page another yard is opened the same way.
    const second = join(base, 'second')
    mkdirSync(second)
    const other = await own.startScreen.open({ folder: second })
    expect(existsSync(join(second, '.yard'))).toBe(true)
    expect(new URL(other.pageUrl ?? '').origin).not.toBe(new URL(opened.pageUrl ?? '').origin)
    expect(readRecentYards(join(base, 'data/yard')).map((entry) => entry.folder)).toEqual([
      second,
      folder,
    ])
    await once(yard(['service', 'stop', '--dir', second]), 'exit')
  } finally {
    await once(yard(['service', 'stop', '--dir', folder]), 'exit')
    child.kill('SIGTERM')
  }
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(readState(yardPaths(folder))).toBeNull()
})

test('an agent is not let into it', async () => {
  const child = yard(['welcome'], { [MARKER_VARIABLE]: 'of some agent' })
  expect((await once(child, 'exit'))[0]).toBe(4)
})
