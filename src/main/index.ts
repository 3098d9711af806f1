/** The Electron app's entry. Paths are computed here and nowhere else; `npm start -- FOLDER` names the yard. */
import { basename, join, resolve } from 'node:path'
import { app, dialog } from 'electron'
import { systemClock } from '../base/clock.ts'
import { findYard, nodeProblem, userPaths } from '../config/paths.ts'
import type { Failure } from '../domain/failure.ts'
import { openAppLog } from './log.ts'
import { openOrJoin } from './open-or-join.ts'
import { declareScheme } from './page.ts'
import { startApp } from './start-app.ts'

const out = resolve(import.meta.dirname, '..')
const root = resolve(out, '..')
const inMain = (name: string): string => join(out, 'main', name)
/** Native files and programs that other processes run lie beside the packed archive, not in it. */
const unpacked = (path: string): string => path.replace(/\bapp\.asar(?=[\\/])/, 'app.asar.unpacked')

async function main(): Promise<void> {
  const problem = nodeProblem(process.versions)
  if (problem !== null) return refuse(problem)
  if (!app.requestSingleInstanceLock()) return app.quit()
  declareScheme()
  await app.whenReady()
  const paths = findYard(process.cwd(), process.env, folderOf(process.argv))
  if (!paths.ok) return refuse(textOf(paths.error))
  const log = openAppLog(join(userPaths(process.env).data, 'app.log'), process.env)
  const host = await openOrJoin({
    paths: paths.value,
    log,
    env: process.env,
    clock: systemClock,
    resources: unpacked(join(root, 'resources')),
    launcherEntry: unpacked(inMain('launcher.js')),
    tailEntry: unpacked(inMain('tail-worker.js')),
    pageRoot: join(out, 'renderer'),
    onStop: () => app.quit(),
  })
  if (!host.ok) return refuse(textOf(host.error))
  log.info(`the yard is ${host.value.kind === 'owner' ? 'opened' : 'joined'}`, {
    root: paths.value.root,
  })
  startApp({
    host: host.value,
    name: basename(paths.value.root),
    renderer: join(out, 'renderer'),
    preload: join(out, 'preload', 'index.cjs'),
    resources: join(root, 'resources'),
    clock: systemClock,
    log,
  })
}

/** The last argument that is no switch and not the app itself. */
function folderOf(argv: readonly string[]): string | null {
  const words = argv.slice(app.isPackaged ? 1 : 2).filter((word) => !word.startsWith('-'))
  return words.at(-1) ?? null
}

const textOf = ({ message, hint }: Failure): string =>
  hint === undefined ? message : `${message}\n\n${hint}`

function refuse(text: string): void {
  dialog.showErrorBox('Yardmaster', text)
  app.exit(1)
}

main().catch((error: unknown) =>
  refuse(error instanceof Error ? (error.stack ?? error.message) : String(error)),
)
