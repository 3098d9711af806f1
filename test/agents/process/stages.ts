/** Real stages in a temporary folder under a real launcher; closing ends whatever they left. */
import { MARKER_VARIABLE } from '../../../src/domain/ids.ts'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import { createExitWatch } from '../../../src/agents/process/exit-watch.ts'
import type { ExitWatch } from '../../../src/agents/process/exit-watch.ts'
import { createProcessHost, startTimeOf } from '../../../src/agents/process/host/identity.ts'
import type { KillTarget } from '../../../src/agents/process/kill-tree.ts'
import { openLauncher, supervisorCommand } from '../../../src/agents/process/launcher/launcher.ts'
import type { Launcher } from '../../../src/agents/process/launcher/launcher.ts'
import type { Stage, Started } from '../../../src/agents/process/launcher/resident.ts'
import type { ExitRecord } from '../../../src/agents/process/stage-files.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import { eventually } from '../../support/eventually.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
export const RESOURCES = join(ROOT, 'resources')
export const ENTRY = join(ROOT, 'src/agents/launcher-entry.ts')
export const SUPERVISOR = supervisorCommand(RESOURCES, process.execPath)
export const host = createProcessHost()

export const fixture = (name: string): string => join(ROOT, 'test/fixtures/agents', name)

export interface TestStage {
  readonly stage: Stage
  readonly folder: string
  readonly marker: string
  read(file: string): string
  /** Resolves with the record that the exit watch tells. */
  readonly ended: Promise<ExitRecord>
}

export interface Running extends TestStage, Started {}

export interface Stages {
  readonly dir: string
  readonly launcher: Launcher
  readonly watch: ExitWatch
  readonly vanished: string[]
  /** A stage that is watched and not yet started. */
  create(argv: readonly string[], prompt?: string): TestStage
  start(argv: readonly string[], prompt?: string): Promise<Running>
  target(running: Running, changes?: Partial<KillTarget>): Promise<KillTarget>
  close(): Promise<void>
}

export function openStages(supervisor: readonly string[] = SUPERVISOR): Stages {
  const dir = mkdtempSync(join(tmpdir(), 'yard-stages-'))
  const launcher = openLauncher({
    entry: ENTRY,
    node: process.execPath,
    supervisor,
    log: silentLog,
  })
  const settle = new Map<string, (exit: ExitRecord) => void>()
  const vanished: string[] = []
  const markers: string[] = []
  const watch = createExitWatch({
    launcher,
    host,
    clock: systemClock,
    log: silentLog,
    onExit: (folder, exit) => settle.get(folder)?.(exit),
    onVanished: (folder) => vanished.push(folder),
  })
  const create = (argv: readonly string[], prompt?: string): TestStage => {
    const marker = randomUUID()
    const folder = join(dir, `agent-${markers.push(marker)}`)
    mkdirSync(folder)
    const stdinFile = prompt === undefined ? null : join(folder, 'prompt.md')
    if (stdinFile !== null) writeFileSync(stdinFile, prompt ?? '')
    const env = { PATH: process.env['PATH'] ?? '', [MARKER_VARIABLE]: marker }
    const ended = new Promise<ExitRecord>((done) => settle.set(folder, done))
    watch.watch(folder)
    const stage = { folder, argv, cwd: dir, env, stdinFile, hasOneStream: false }
    return {
      stage,
      folder,
      marker,
      ended,
      read: (file) => readFileSync(join(folder, file), 'utf8'),
    }
  }
  return {
    dir,
    launcher,
    watch,
    vanished,
    create,
    async start(argv, prompt) {
      const made = create(argv, prompt)
      const started = await launcher.start(made.stage)
      if (!started.ok) throw new Error(JSON.stringify(started.error))
      return { ...made, ...started.value }
    },
    async target({ folder, marker, pid, startTime }, changes = {}) {
      const leader = { pid, startTime: startTime ?? '' }
      const bootId = await host.bootId()
      return { folder, leader, marker, bootId, signal: 'SIGTERM', graceMs: 60_000, ...changes }
    },
    async close() {
      watch.close()
      await launcher.close()
      await endCarriers(markers)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Ends, by pid, every process that carries one of our markers, and waits until none is left. */
export async function endCarriers(markers: readonly string[]): Promise<void> {
  await eventually(async () => {
    const alive = await carriers(markers)
    for (const pid of alive) host.signal(pid, 'SIGKILL')
    expect(alive).toEqual([])
  })
}

export async function carriers(markers: readonly string[]): Promise<number[]> {
  const table = await host.table()
  const isOurs = (pid: number): boolean => markers.includes(table.markerOf(pid) ?? '')
  return [...table.rows.values()].filter((row) => !row.isDead && isOurs(row.pid)).map((r) => r.pid)
}

export async function isRunning(pid: number): Promise<boolean> {
  const look = (await host.look([pid])).get(pid)
  return look !== undefined && !look.isDead
}

/** What the program has printed, once it has printed a whole line. */
export async function firstLine({ folder }: { folder: string }): Promise<string> {
  return eventually(() => {
    const [line, ...rest] = readFileSync(join(folder, 'stdout.log'), 'utf8').split('\n')
    if (line === undefined || rest.length === 0) throw new Error('no line yet')
    return line
  })
}

export interface LivingProcess {
  readonly pid: number
  readonly startTime: string
  end(): Promise<void>
}

/** A process that waits, with these words in its command line. */
export async function livingProcess(...words: readonly string[]): Promise<LivingProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', ...words], {
    stdio: 'ignore',
  })
  await new Promise((resolve) => child.once('spawn', resolve))
  const pid = child.pid ?? 0
  const startTime = (await startTimeOf(pid, host)) ?? ''
  const end = async (): Promise<void> => {
    const isGone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await isGone
  }
  return { pid, startTime, end }
}
