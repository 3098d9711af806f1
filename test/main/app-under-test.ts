/** The whole app on the stand-in of Electron, with scripted yards behind it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { silentLog } from '../../src/base/log.ts'
import { err, ok, type Result } from '../../src/base/result.ts'
import { contract } from '../../src/contract/contract.ts'
import type { Snapshot } from '../../src/contract/view.ts'
import { failure, type Failure } from '../../src/domain/failure.ts'
import { createKeyCipher } from '../../src/main/key-cipher.ts'
import { createKeyStore } from '../../src/desktop/key-store.ts'
import { declareScheme } from '../../src/main/page.ts'
import { createApp, type RunningApp } from '../../src/main/app.ts'
import type { LoadedUpdater } from '../../src/desktop/updates.ts'
import type { YardClient } from '../../src/desktop/open-yards.ts'
import type { YardHost } from '../../src/main/hosts.ts'
import type { StartScreen } from '../../src/yard/start-screen/create-start-screen.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { createScriptedHost, snapshotOf, type ScriptedHost } from '../support/scripted-host.ts'
import { BrowserWindow, type FakePort } from '../fakes/electron.ts'

export interface ScriptedYard {
  readonly root: string
  readonly scripted: ScriptedHost
  readonly attached: FakePort[]
  /** Names of what main asked of it besides reading. */
  readonly asked: string[]
  kind: YardHost['kind']
  isClosed: boolean
}

export interface AppUnderTest {
  readonly folder: string
  readonly clock: ManualClock
  /** What its yards are opened with. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly running: RunningApp
  readonly yards: Map<string, ScriptedYard>
  /** A yard that can be opened by its folder. */
  add(name: string, snapshot?: Snapshot): ScriptedYard
  windows(): BrowserWindow[]
  close(): void
}

export function openApp(more: { readonly load?: () => Promise<LoadedUpdater> } = {}): AppUnderTest {
  const folder = mkdtempSync(join(tmpdir(), 'yard-app-'))
  mkdirSync(join(folder, 'page/assets'), { recursive: true })
  writeFileSync(join(folder, 'page/index.html'), '<title>page</title>')
  writeFileSync(join(folder, 'secret.html'), 'outside of the page')
  const clock = createManualClock()
  const yards = new Map<string, ScriptedYard>()
  const loginItem = { is: false }
  const env: Record<string, string | undefined> = { OWN_KEY: 'set-by-the-shell' }
  const keys = createKeyStore({
    file: join(folder, 'data/keys.json'),
    env,
    platform: 'linux',
    clock,
    log: silentLog,
    cipher: createKeyCipher('linux'),
  })
  declareScheme()
  const running = createApp({
    hostOf: async (root) => hostOf(yards.get(root)),
    startScreenFor: (enter) => startScreenThat(enter),
    renderer: join(folder, 'page'),
    preload: '/out/preload/index.cjs',
    resources: '/resources',
    dataFolder: join(folder, 'data'),
    loginItem: { isSet: () => loginItem.is, set: (is) => void (loginItem.is = is) },
    loadUpdater: more.load ?? null,
    installCommandLine: () => ({ ok: true, message: 'Wrote /bin/yard.' }),
    ownFiles: [],
    personEnv: {},
    keys,
    clock,
    log: silentLog,
  })
  return {
    folder,
    clock,
    env,
    running,
    yards,
    add(name, snapshot = snapshotOf(1, [])) {
      const root = join(folder, name)
      mkdirSync(join(root, '.yard'), { recursive: true })
      const scripted = createScriptedHost(snapshot)
      const yard: ScriptedYard = {
        root,
        scripted,
        attached: [],
        asked: [],
        kind: 'owner',
        isClosed: false,
      }
      yards.set(root, yard)
      return yard
    },
    windows: () => BrowserWindow.opened.filter((window) => !window.destroyed),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function hostOf(yard: ScriptedYard | undefined): Result<YardHost, Failure> {
  if (!yard) return err(failure('no-yard', 'there is no yard there'))
  const channel = new MessageChannel()
  new RPCHandler(routerOf(yard)).upgrade(channel.port1)
  channel.port1.start()
  channel.port2.start()
  const client: YardClient = createORPCClient(new RPCLink({ port: channel.port2 }))
  const closed = new Promise<void>(() => {})
  return ok({
    get kind() {
      return yard.kind
    },
    attach: (port) => void yard.attached.push(port as never),
    connect: async () => (yard.isClosed ? null : { client, closed }),
    async close() {
      yard.isClosed = true
      channel.port1.close()
    },
  })
}

/** The scripted host's reads, and what main may ask for besides. */
function routerOf({ scripted, asked }: ScriptedYard) {
  const os = implement(contract)
  const { router } = scripted
  return {
    service: {
      ...router.service,
      resume: os.service.resume.handler(() => {
        asked.push('resume')
        return { paused: false }
      }),
    },
    agent: {
      kill: os.agent.kill.handler(({ input }) => {
        asked.push(`kill ${input.id}`)
        return {} as never
      }),
      killAll: os.agent.killAll.handler(() => {
        asked.push('killAll')
        return { killed: [] }
      }),
    },
    task: {
      retry: os.task.retry.handler(({ input }) => {
        asked.push(`retry ${input.id}`)
        return {} as never
      }),
      import: os.task.import.handler(({ input }) => {
        asked.push(`import ${input.tasks.length}`)
        return { ids: [] }
      }),
    },
  }
}

/** Opens by folder, and nothing else. */
function startScreenThat(enter: (root: string) => Promise<Result<null, Failure>>): StartScreen {
  return {
    recent: async () => [],
    forget: async () => ok({ ok: true }),
    clis: async () => ({ clis: [], path: [] }),
    inspect: async (folder) => ok({ folder, exists: true, isGit: false, yard: folder }),
    async open({ folder }) {
      const entered = await enter(folder)
      return entered.ok ? ok({ folder, pageUrl: null }) : entered
    },
    example: async () => err(failure('io', 'none here')),
  }
}

/** What a page's top frame sends with. */
export function senderOf(window: BrowserWindow, url = 'app://yard/index.html') {
  const sent: unknown[][] = []
  const senderFrame = {
    url,
    parent: null,
    postMessage: (...words: unknown[]) => sent.push(words),
  }
  return { event: { senderFrame, sender: window.webContents }, sent }
}
