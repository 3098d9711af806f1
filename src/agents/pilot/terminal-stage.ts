/**
 * A stage in the hands of a person's terminal. It is owned as a supervisor owns one: `pid` is created while the terminal lives
 * and `exit.json` when its program has ended, so that whoever owns the yard then, or later, sees both in the folder.
 */
import { spawn, spawnSync } from 'node:child_process'
import { renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import type { Clock } from '../../base/clock.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { errorText } from '../../base/text.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { EXECUTOR_TYPES, type Profile } from '../../domain/settings.ts'
import type { Executor, PilotInput, PilotPlan } from '../executors/executor.ts'
import { executorOf } from '../executors/registry.ts'
import { createProcessHost } from '../process/host/identity.ts'
import { takeStage } from '../process/recover.ts'
import { exitDraft, readOwner, STAGE_FILES } from '../process/stage-files.ts'

export interface TerminalEnd {
  readonly code: number
  readonly signal: NodeJS.Signals | null
  /** The terminal was ended (TERM) or closed (HUP): its person cannot be asked any more. */
  readonly wasStopped: boolean
}

export interface TerminalProgram {
  /** The program's absolute path first. */
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
}

/** As long as supervisors write it: room that is taken while there is some. */
const EXIT_WIDTH = 63

const draftOf = (folder: string): string => exitDraft(folder, process.pid)

/** Makes this process the stage's owner; a failure when it has one, or nothing can be written. */
export async function takeTerminalStage(folder: string): Promise<Result<void, WorkFailure>> {
  try {
    const look = (await createProcessHost().look([process.pid])).get(process.pid)
    writeFileSync(draftOf(folder), `${' '.repeat(EXIT_WIDTH)}\n`)
    const content = `terminal ${process.pid} ${look?.startTime ?? ''}\n`
    if (takeStage(folder, 'terminal', content) === 'won') return ok(undefined)
    rmSync(draftOf(folder), { force: true })
    return err(workFailure('launch', 'it was taken back before this terminal had taken it up'))
  } catch (error) {
    const why = errorText(error)
    return err(workFailure('launch', `its folder cannot be written: ${why}`))
  }
}

/** Writes exit.json. Throws where that fails: then the agent counts as lost once this process has ended. */
export function endTerminalStage(
  folder: string,
  { code, signal }: Pick<TerminalEnd, 'code' | 'signal'>,
): void {
  const draft = draftOf(folder)
  writeFileSync(draft, `${JSON.stringify({ code, signal }).padEnd(EXIT_WIDTH)}\n`)
  renameSync(draft, join(folder, STAGE_FILES.exit))
}

/**
 * Runs the program on this terminal and resolves when it has ended. What is typed there, an interrupt too, is the program's
 * alone; what is sent to this process to end it is passed on.
 */
export function runInTerminal(program: TerminalProgram): Promise<TerminalEnd> {
  const [command, ...args] = program.argv
  return new Promise((resolve) => {
    let wasStopped = false
    const restoreTerminal = saveTerminalMode()
    const child = spawn(command, args, { cwd: program.cwd, env: program.env, stdio: 'inherit' })
    const offs = (['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
      const isEnd = signal === 'SIGTERM' || signal === 'SIGHUP'
      const onSignal = (): void => {
        if (!isEnd) return
        wasStopped = true
        child.kill(signal)
      }
      process.on(signal, onSignal)
      return () => void process.off(signal, onSignal)
    })
    const finish = (code: number, signal: NodeJS.Signals | null): void => {
      for (const off of offs) off()
      if (signal !== null) restoreTerminal()
      resolve({ code, signal, wasStopped })
    }
    child.on('error', () => finish(NOT_STARTED, null))
    child.on('exit', (code, signal) => finish(code ?? codeOf(signal), signal))
  })
}

/** The exit code that a shell gives for a signal. */
const NOT_STARTED = 127
const codeOf = (signal: NodeJS.Signals | null): number =>
  128 + (signal === null ? 0 : constants.signals[signal])

// A program that is killed leaves the terminal in its own mode: raw, without a cursor, on the alternate screen.

/** Second screen off, cursor shown, mouse and bracketed paste off. */
const AS_USUAL = '\u001b[?1049l\u001b[?25h\u001b[?1000l\u001b[?1002l\u001b[?1006l\u001b[?2004l'

/** Notes how the terminal is now; what it gives sets it so again. Does nothing where there is no terminal. */
function saveTerminalMode(): () => void {
  if (process.platform === 'win32' || !isatty(0) || !isatty(1)) return () => {}
  const { stdout } = spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'] })
  const mode = stdout?.toString().trim() || 'sane'
  return () => {
    spawnSync('stty', [mode], { stdio: ['inherit', 'ignore', 'ignore'] })
    try {
      writeSync(1, AS_USUAL)
    } catch {
      // the terminal has been closed
    }
  }
}

// How an agent CLI is started in a person's terminal: pure, so that owner and terminal agree on it.

export interface PilotContext {
  /** Where it works. */
  readonly cwd: string
  /** `.yard/agents`, absolute. */
  readonly agents: string
  /** The conversation's id, for CLIs that let the caller choose it. */
  readonly uuid: string
}

export function pilotInput(order: LaunchOrder, { cwd, agents, uuid }: PilotContext): PilotInput {
  const folder = join(agents, order.agent.id)
  return {
    order,
    cwd,
    folder,
    promptFile: join(folder, STAGE_FILES.prompt),
    home: join(agents, '..', 'homes', encodeURIComponent(order.profile.name)),
    conversationId: uuid,
  }
}

/** Executor types with an interactive CLI. */
export const pilotedTypes = (): readonly string[] =>
  EXECUTOR_TYPES.filter((type) => executorOf(type)?.pilot !== undefined)

export const canPilot = ({ type }: Pick<Profile, 'type'>): boolean =>
  executorOf(type)?.pilot !== undefined

export function pilotPlan(executor: Executor, input: PilotInput): Result<PilotPlan, WorkFailure> {
  if (executor.pilot) return executor.pilot(input)
  const why = `executor ${input.order.profile.name} (${executor.type}) is none that a person can drive in a terminal`
  return err(workFailure('launch', why))
}

// Waits until a person's terminal takes up the stage that was made ready for it.

/** A terminal that has asked for a stage claims it at once, or has ended. */
const PATIENCE_MS = 30_000
const LOOK_MS = 100

/** Resolves once the stage has an owner, its time is over, or `isOver` says so. The caller decides by the folder. */
export function waitForTerminal(
  folder: string,
  clock: Clock,
  isOver: () => boolean,
): Promise<void> {
  const until = clock.monotonic() + PATIENCE_MS
  return new Promise((resolve) => {
    const look = (): void => {
      if (isOver() || clock.monotonic() >= until || isTaken(folder)) return resolve()
      clock.after(LOOK_MS, look)
    }
    look()
  })
}

function isTaken(folder: string): boolean {
  try {
    return readOwner(folder).kind !== 'nobody'
  } catch {
    return false // not to be read now; the time limit ends this
  }
}
