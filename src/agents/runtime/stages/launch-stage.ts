/** Prepares an agent's folder and starts its supervisor. Every step may be the last before a crash. */
import { MARKER_VARIABLE } from '../../../domain/ids.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { errorCode, errorText } from '../../../base/text.ts'
import type { LeftProcess } from '../../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../../domain/failure.ts'
import { printsPlainText } from '../../../domain/settings.ts'
import { replaceFile } from '../../../files/replace-file.ts'
import type { Environment, LaunchPlan, PilotPlan } from '../../executors/executor.ts'
import { applyEnvironment, withoutKeys } from '../../executors/launch/environment.ts'
import { executorOf } from '../../executors/registry.ts'
import { pilotInput, pilotPlan } from '../../pilot/terminal-stage.ts'
import { isProgram, type LaunchFailure, type Stage } from '../../process/launcher/resident.ts'
import { execProgram } from '../../process/node-program.ts'
import { isDiskFull, STAGE_FILES } from '../../process/stage-files.ts'
import { promptOf } from '../../prompt.ts'
import type { LocalRuntimeOptions, TrackedAgent } from '../tracked-agent.ts'
import { gitCeilings, makeAnswerFolder, type Workdir } from '../workdir.ts'
import type { Leftovers } from './leftovers.ts'
import { writeStageRecord } from './stage-record.ts'

export interface PreparedStage {
  readonly stage: Stage
  readonly conversation: string | null
}

export interface StageContext {
  readonly place: Workdir
  readonly bootId: string
}

/** Ends what earlier tries left running in its folder; a sentence for the task's log where something had to be ended. */
export async function clearBefore(
  { order }: TrackedAgent,
  leftovers: Pick<Leftovers, 'endOf'>,
): Promise<Result<string | null, WorkFailure>> {
  try {
    const { ended, left } = await leftovers.endOf(order.task.id)
    if (left.length > 0) return err(notYet(`${many(left.length)} still at work: ${listed(left)}`))
    return ok(ended === 0 ? null : `${many(ended)} still running and had to be ended first`)
  } catch (error) {
    return err(notYet(`it cannot be told whether they have ended: ${errorText(error)}`))
  }
}

const many = (count: number): string =>
  count === 1 ? 'one process of an earlier try was' : `${count} processes of earlier tries were`
const listed = (left: readonly LeftProcess[]): string =>
  left.map(({ pid, command }) => `pid ${pid} (${command ?? 'unknown'})`).join(', ')
const notYet = (why: string): WorkFailure =>
  workFailure('machine-busy', `it waits for the processes of earlier tries: ${why}`)

/** Creates the agent's folder. An existing one is a failure: its files would count as this agent's. */
export function makeFolder({ folder, order }: TrackedAgent): WorkFailure | null {
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 })
    mkdirSync(folder, { mode: 0o700 })
    if (order.answer !== null) makeAnswerFolder(folder)
    return null
  } catch (error) {
    return folderFailure(error)
  }
}

export const folderFailure = (error: unknown): WorkFailure =>
  launchFailure(errorCode(error), `its folder cannot be written: ${errorText(error)}`)

/** The failure for an error thrown before its start. */
export const unstarted = (error: unknown): WorkFailure =>
  launchFailure(errorCode(error), `it could not be started: ${errorText(error)}`)

/** Where the machine lacks processes, memory, file handles or disk space for now it is no failure of the task. */
function launchFailure(code: string, reason: string): WorkFailure {
  const isShortage = isDiskFull(code) || ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(code)
  return workFailure(isShortage ? 'machine-busy' : 'launch', reason)
}

/** Writes `prompt.md` (a shell line has none: nothing would read it) and `launch.json`; gives the stage to start. */
export function prepareStage(
  tracked: TrackedAgent,
  site: StageContext,
  options: LocalRuntimeOptions,
): Result<PreparedStage, WorkFailure> {
  const executor = executorOf(tracked.order.profile.type)
  if (!executor)
    return err(workFailure('launch', `executor ${tracked.order.profile.name} starts no process`))
  const { cwd } = site.place.workplace
  try {
    const { agents } = options
    const input = pilotInput(tracked.order, { cwd, agents, uuid: options.newUuid() })
    if (tracked.order.agent.by === 'pilot') {
      const piloted = pilotPlan(executor, input)
      return piloted.ok ? ok(writeStage(tracked, site, options, stageOf(piloted.value))) : piloted
    }
    const planned = executor.plan({
      ...input,
      inheritedEnv: options.env,
      platform: process.platform,
      execProgram: (name) => execProgram(options.launcherEntry, name),
      which: (program) => which(program, options.env, cwd),
    })
    return planned.ok ? ok(writeStage(tracked, site, options, planned.value)) : planned
  } catch (error) {
    return err(folderFailure(error))
  }
}

/** As it is recorded: its terminal adds these variables to its own. */
const stageOf = ({ defaults, set, ...plan }: PilotPlan): LaunchPlan => ({
  ...plan,
  env: { set: { ...defaults, ...set }, unset: [] },
  stdin: 'none',
})

const PRIVATE = { mode: 0o600 } as const

function writeStage(
  tracked: TrackedAgent,
  { place, bootId }: StageContext,
  options: LocalRuntimeOptions,
  plan: LaunchPlan,
): PreparedStage {
  const { order, folder } = tracked
  const key = tracked.key ?? options.newKey()
  const { cwd } = place.workplace
  const hasOneStream = printsPlainText(order.agent.executorType)
  const promptFile = join(folder, STAGE_FILES.prompt)
  if (order.agent.executorType !== 'shell')
    writeFileSync(promptFile, promptFor(order, place, plan, options), PRIVATE)
  // The supervisor appends to these files; created by it, they would be readable by others.
  const outputs = hasOneStream ? [STAGE_FILES.stdout] : [STAGE_FILES.stdout, STAGE_FILES.stderr]
  for (const name of outputs) writeFileSync(join(folder, name), '', { ...PRIVATE, flag: 'a' })
  const own = { ...options.agentVariables(order.agent), [MARKER_VARIABLE]: key }
  const change = withoutKeys(plan.env, order.foreignKeys)
  const whole = { ...applyEnvironment(options.env, change), ...own }
  writePlannedFiles(plan)
  writeStageRecord(folder, {
    agent: order.agent.id,
    task: order.task.id,
    generation: order.agent.generation,
    executor: order.agent.executor,
    executorType: order.agent.executorType,
    model: order.modelId,
    argv: [...plan.argv],
    variables: [...Object.keys(plan.env.set), ...Object.keys(own)],
    stdin: plan.stdin,
    bootId,
    key,
    workplace: place.workplace,
    conversation: plan.conversationId,
    at: new Date(options.clock.now()).toISOString(),
  })
  tracked.key = key
  tracked.bootId = bootId
  return {
    stage: {
      folder,
      argv: plan.argv,
      cwd,
      env: stageEnvironment(order, whole, cwd, options),
      stdinFile: plan.stdin === 'prompt' ? promptFile : null,
      hasOneStream,
    },
    conversation: plan.conversationId,
  }
}

const promptFor = (
  order: TrackedAgent['order'],
  { workplace: { cwd, branch } }: Workdir,
  plan: LaunchPlan,
  { shimFolder, worktree }: Pick<LocalRuntimeOptions, 'shimFolder' | 'worktree'>,
): string =>
  promptOf(order, {
    cwd,
    branch,
    yardCommand: plan.namesYardByPath ? pathWord(join(shimFolder, 'yard')) : 'yard',
    hasTools: plan.hasTools ?? false,
    uncommitted: worktree().uncommitted,
    tells: plan.tells,
  })

/** A question is asked apart from every repository, without the command of the yard. */
const stageEnvironment = (
  { answer }: TrackedAgent['order'],
  env: Record<string, string>,
  cwd: string,
  { shimFolder }: Pick<LocalRuntimeOptions, 'shimFolder'>,
): Record<string, string> =>
  answer === null
    ? withShim(env, shimFolder)
    : { ...env, GIT_CEILING_DIRECTORIES: gitCeilings(cwd) }

/** Unlike a POSIX word, a Windows path with its backslashes stays unquoted. */
const pathWord = (path: string): string =>
  /^[\w@%+=:,./\\-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`

/** A home is shared by agents that may start at the same time, so a file in it is replaced atomically. */
export function writePlannedFiles({ files = [] }: Pick<LaunchPlan, 'files'>): void {
  for (const { path, content } of files) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    replaceFile(path, content)
  }
}

function withShim(env: Record<string, string>, shimFolder: string): Record<string, string> {
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  const rest = env[name]
  return { ...env, [name]: rest ? `${shimFolder}${delimiter}${rest}` : shimFolder }
}

/** The program as the shell would find it; null when there is none that can be run. */
export function which(program: string, env: Environment, cwd: string): string | null {
  if (program === '') return null
  const isPath = program.includes('/') || program.includes('\\')
  const places = isPath
    ? [resolve(cwd, program)]
    : pathFolders(env).map((folder) => resolve(cwd, folder, program))
  const endings =
    process.platform === 'win32' ? ['', ...(env['PATHEXT'] ?? '.EXE').split(';')] : ['']
  for (const place of places)
    for (const ending of endings) if (isProgram(place + ending)) return place + ending
  return null
}

const pathFolders = (env: Environment): string[] =>
  (env['PATH'] ?? env['Path'] ?? '').split(delimiter)

export function launchFailureOf(failed: LaunchFailure): WorkFailure {
  switch (failed.kind) {
    case 'bad-cwd':
      return workFailure('launch', `its folder ${failed.cwd} cannot be entered (${failed.code})`)
    case 'spawn-failed':
      return launchFailure(failed.code, `it could not be started: ${failed.message}`)
    case 'launcher-unavailable':
      return workFailure('machine-busy', `the launcher is not there: ${failed.message}`)
  }
}
