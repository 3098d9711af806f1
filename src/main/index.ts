/** The Electron app's entry. Paths are computed here and nowhere else; `npm start -- FOLDER` names the yard. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { app, dialog, Menu } from 'electron'
import electronLog from 'electron-log/main'
import { systemClock } from '../base/clock.ts'
import type { Log, LogLevel } from '../base/log.ts'
import { findYard, nodeProblem, userPaths, yardPaths } from '../config/paths.ts'
import { appEnvironment, nodeHere } from '../yard/start-screen/start-host.ts'
import { readRecentYards } from '../yard/start-screen/recent-yards.ts'
import { createMask, maskFields } from '../domain/mask.ts'
import { createHostRegistry } from '../headless/run-host.ts'
import { LINK_SCHEME, readStartArguments } from '../desktop/outside.ts'
import {
  type CommandParts,
  installCommand,
  installPrograms,
  refreshCommand,
} from '../desktop/install.ts'
import { createKeyCipher } from './key-cipher.ts'
import { createKeyStore, type KeyStore } from '../desktop/key-store.ts'
import { createLoginItem, HIDDEN_SWITCH } from '../desktop/login-item.ts'
import { createAppStartScreen, openOrJoin } from './hosts.ts'
import { declareScheme } from './page.ts'
import { type AppParts, createApp, type RunningApp, showFailure } from './app.ts'
import type { UpdatesParts } from '../desktop/updates.ts'

const out = resolve(import.meta.dirname, '..')
const root = resolve(out, '..')
const startWords = (argv: readonly string[]): readonly string[] =>
  argv.slice(app.isPackaged ? 1 : 2)

/** Shows the start screen, wherever it was started. */
const WELCOME_SWITCH = '--welcome'

/** What came from outside before the app was there. */
const early: { links: string[]; files: string[] } = { links: [], files: [] }
let running: RunningApp | null = null

async function main(): Promise<void> {
  const problem = nodeProblem(process.versions)
  if (problem !== null) return refuse(problem)
  if (!app.requestSingleInstanceLock()) return app.quit()
  app.enableSandbox()
  // Windows shows notifications of programs that it knows by this name only.
  if (process.platform === 'win32') app.setAppUserModelId('org.yardmaster.app')
  declareScheme()
  hearFromOutside()
  await app.whenReady()
  Menu.setApplicationMenu(null) // until ours is made
  // In development the program is Electron itself, which must not become the handler of anything.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
  const env = await appEnvironment(process.env)
  const parts = createAppParts(env)
  await parts.keys.ready()
  running = createApp(parts)
  await show(running, startWords(process.argv), process.cwd(), env)
  for (const link of early.links) running.follow(link)
  for (const file of early.files) await running.openFile(file)
}

type Env = Readonly<Record<string, string | undefined>>

function createAppParts(env: Record<string, string | undefined>): AppParts & { keys: KeyStore } {
  const { platform } = process
  const { data, config } = userPaths(env)
  // Before the key store puts its keys into the other one.
  const personEnv = { ...env }
  const logFile = join(data, 'app.log')
  const log = openAppLog(logFile, env, (text) => keys.mask(text))
  const keys = createKeyStore({
    file: join(data, 'keys.json'),
    env,
    platform,
    clock: systemClock,
    log,
    cipher: createKeyCipher(platform),
  })
  const home = env['HOME'] || env['USERPROFILE'] || homedir()
  const version = app.getVersion()
  // Other processes run these, also after this app has ended.
  const programs = app.isPackaged
    ? installPrograms({ source: root, dataFolder: data, version, platform, now: Date.now() })
    : root
  const places = {
    resources: join(programs, 'resources'),
    launcherEntry: join(programs, 'out', 'main', 'launcher.js'),
    tailEntry: join(programs, 'out', 'main', 'tail-worker.js'),
    forecastEntry: join(programs, 'out', 'main', 'forecast-worker.js'),
    largeWriteEntry: join(programs, 'out', 'main', 'large-write-worker.js'),
  }
  const node = nodeHere()
  const command: CommandParts = {
    platform,
    env,
    home,
    node,
    program: join(programs, 'bin', 'yard'),
  }
  if (app.isPackaged) refreshCommand(command)
  // The system closes its book when the app ends: that is after the last yard.
  const registry = createHostRegistry(env, systemClock, log)
  return {
    log,
    clock: systemClock,
    dataFolder: data,
    keys,
    renderer: join(out, 'renderer'),
    preload: join(out, 'preload', 'index.cjs'),
    resources: join(root, 'resources'),
    ownFiles: [config, logFile],
    personEnv,
    loginItem: createLoginItem({
      system: app,
      platform,
      env,
      home,
      program: node.command,
    }),
    loadUpdater: updaterOf(),
    installCommandLine: () => installCommand(command),
    startScreenFor: (enter) =>
      createAppStartScreen({
        env,
        ...places,
        now: () => Date.now(),
        isForBrowsers: false,
        enter: (paths) => enter(paths.root),
      }),
    hostOf: (folder) =>
      openOrJoin({
        paths: yardPaths(folder),
        log,
        env,
        clock: systemClock,
        ...places,
        registry,
        pageRoot: join(programs, 'out', 'renderer'),
        startScreen: createAppStartScreen({
          env,
          ...places,
          now: () => Date.now(),
          isForBrowsers: true,
          enter: async (paths) =>
            (await running?.hold(paths.root)) ?? { ok: true as const, value: null },
        }),
        onStop: () => running?.dropped(folder),
      }),
  }
}

/** A later start of the program, links and files: all of them come to the app that is there. */
function hearFromOutside(): void {
  app.on('second-instance', (_event, argv, folder) => {
    if (running) void show(running, startWords(argv), folder, process.env)
  })
  app.on('open-url', (event, link) => {
    event.preventDefault()
    if (running) running.follow(link)
    else early.links.push(link)
  })
  app.on('open-file', (event, file) => {
    event.preventDefault()
    if (running) void running.openFile(file)
    else early.files.push(file)
  })
}

async function show(
  to: RunningApp,
  words: readonly string[],
  here: string,
  env: Env,
): Promise<void> {
  const { folder, link, graphFile } = readStartArguments(words)
  if (link !== null) return to.follow(link)
  if (graphFile !== null) return to.openFile(resolve(here, graphFile))
  // `npm start` stands in the checkout, whose own yard is not meant when none was found.
  const found = words.includes(WELCOME_SWITCH) ? null : findYard(here, env, folder)
  const yard = found?.ok ? found.value.root : null
  const isHidden = words.includes(HIDDEN_SWITCH)
  if (isHidden) return holdLatest(to, env)
  // Started again without a word about a folder, it shows what it has.
  if (yard === null && folder === null) return to.show()
  const opened = await to.open(yard)
  if (opened.ok) return
  showFailure(opened.error)
  to.show()
}

/** Opened with the system, it takes up the yard that was opened last, behind its tray. */
async function holdLatest(to: RunningApp, env: Env): Promise<void> {
  const latest = readRecentYards(userPaths(env).data).find(({ folder }) =>
    existsSync(yardPaths(folder).yard),
  )
  if (latest) await to.hold(latest.folder)
}

/** electron-builder writes this file when a release channel is configured; until then there is no server to ask. */
function updaterOf(): UpdatesParts['load'] {
  if (!app.isPackaged || !existsSync(join(process.resourcesPath, 'app-update.yml'))) return null
  return async () => {
    const { default: updates } = await import('electron-updater')
    const { autoUpdater } = updates
    return {
      updater: autoUpdater,
      startDownload() {
        const token = new updates.CancellationToken()
        return { done: autoUpdater.downloadUpdate(token), cancel: () => token.cancel() }
      },
    }
  }
}

const MAX_LOG_BYTES = 10_000_000

/** Rotates at 10 MB. `hide` removes secrets that only the app knows. */
function openAppLog(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  hide: (text: string) => string,
): Log {
  const mask = createMask(env)
  const { transports } = electronLog
  transports.file.resolvePathFn = () => file
  transports.file.maxSize = MAX_LOG_BYTES
  transports.file.format = '{text}'
  transports.console.format = '{text}'
  const write =
    (level: LogLevel): Log[LogLevel] =>
    (message, facts) => {
      const more = facts === undefined ? '' : ` ${JSON.stringify(maskFields(facts))}`
      // A line break in a message would let anybody forge an entry.
      const text = mask(hide(`${message}${more}`)).replace(/\r?\n/g, '\\n')
      electronLog[level](`${new Date().toISOString()} ${level.padEnd(5)} ${text}`)
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}

function refuse(text: string): void {
  dialog.showErrorBox('Yardmaster', text)
  app.exit(1)
}

main().catch((error: unknown) =>
  refuse(error instanceof Error ? (error.stack ?? error.message) : String(error)),
)
