/**
 * Makes a new worktree ready for work: copies of ignored files, then the person's setup line. Done once per worktree, whoever
 * begins it: a mark in the worktree's git folder says that it is done, a note there says where the line is being run.
 */
import { constants, existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { copyFile, lstat, mkdir, realpath } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { errorCode } from '../../../base/text.ts'
import { workFailure, type WorkFailure } from '../../../domain/failure.ts'
import type { WorktreeSettings } from '../../../domain/settings.ts'
import { attempted, onDisk, valueOf, type GitFailure } from '../../git/git-failure.ts'
import type { GitGuard } from '../../git/git-guard.ts'
import { createGit, rowsOf, type Git } from '../../git/git.ts'
import { openRepository, readPath } from '../../git/repository.ts'
import { isInside } from '../../tool-rules.ts'
import type { LocalRuntimeOptions, TrackedAgent } from '../tracked-agent.ts'
import { folderOf, isolationClass, type Workdir } from '../workdir.ts'
import { lineEnvironment, runLine, type LineEnd, type LineStages } from './line-stage.ts'

type Options = Pick<LocalRuntimeOptions, 'env' | 'agentVariables' | 'root'>

interface SetupParts {
  readonly stages: LineStages
  readonly options: Options
  readonly guard: GitGuard
}

/** Sentences for the log; a failure of class `isolation` when the worktree is not as the person wants it. */
export async function setUpWorktree(
  tracked: TrackedAgent,
  place: Workdir,
  settings: WorktreeSettings,
  parts: SetupParts,
): Promise<Result<readonly string[], WorkFailure>> {
  const { cwd, branch } = place.workplace
  if (branch === null || (settings.copy.length === 0 && settings.setup === null)) return ok([])
  const gitDir = await attempted(() => readPath(createGit(cwd, parts.guard), '--git-dir'))
  if (!gitDir.ok) return err(notReadyBy(gitDir.error))
  const done = join(gitDir.value, 'yard-ready')
  if (existsSync(done)) return ok([])
  const copied = await attempted(() => copyFiles(tracked, cwd, settings, parts))
  if (!copied.ok) return err(notReadyBy(copied.error))
  const note = join(gitDir.value, 'yard-setup')
  const ran = await runSetup(tracked, { cwd, note }, settings, parts)
  if (ran !== null) return err(ran)
  writeFileSync(done, '')
  return copied
}

async function copyFiles(
  tracked: TrackedAgent,
  worktree: string,
  { copy }: WorktreeSettings,
  { guard, options: { root } }: SetupParts,
): Promise<readonly string[]> {
  if (copy.length === 0) return []
  const from = realpathSync(folderOf(tracked.order, root))
  const { toplevel, gitIn } = valueOf(await openRepository(from, guard))
  // A bare repository has no files of its own to copy.
  if (toplevel === null) return []
  const to = join(worktree, relative(toplevel, from))
  return valueOf(await copyIgnored({ git: gitIn(from), from, to, worktree, globs: copy }))
}

/** Null when the command has succeeded. A run of an earlier owner that is still under way is awaited, not repeated. */
async function runSetup(
  tracked: TrackedAgent,
  { cwd, note }: { readonly cwd: string; readonly note: string },
  { setup, setupTimeoutMs }: WorktreeSettings,
  { stages, options }: SetupParts,
): Promise<WorkFailure | null> {
  if (setup === null) return null
  const folder = notedFolder(note, setup, dirname(tracked.folder)) ?? join(tracked.folder, 'setup')
  writeFileSync(note, JSON.stringify({ folder, setup }))
  const since = performance.now()
  const end = await runLine(stages, {
    folder,
    line: setup,
    cwd,
    env: lineEnvironment(tracked, options),
    bootId: tracked.bootId,
    marker: tracked.key,
    timeoutMs: setupTimeoutMs,
    signal: tracked.stopped.signal,
  })
  if (end?.code === 0) return null
  rmSync(note, { force: true })
  const isLate = performance.now() - since >= setupTimeoutMs
  return setupFailure(tracked, { end, folder, lateMs: isLate ? setupTimeoutMs : null })
}

function setupFailure(
  tracked: TrackedAgent,
  ended: { readonly end: LineEnd | null; readonly folder: string; readonly lateMs: number | null },
): WorkFailure {
  const { end, folder, lateMs } = ended
  if (tracked.stop !== null) return notReady('it was stopped while its worktree was set up')
  const how =
    lateMs === null
      ? `exited with ${end?.code ?? 'nothing'}`
      : `took longer than ${lateMs / 1000} s`
  const why = `the setup line (worktree.setup) ${how}; its output is in ${folder}`
  return workFailure('isolation', `its worktree could not be made ready: ${why}`, {
    exitCode: end?.code ?? null,
    detail: end?.tail ?? null,
  })
}

function notedFolder(note: string, line: string, agents: string): string | null {
  try {
    const known = JSON.parse(readFileSync(note, 'utf8')) as { folder?: unknown; setup?: unknown }
    const { folder, setup } = known
    if (typeof folder !== 'string' || setup !== line || !existsSync(folder)) return null
    // In a repository that was copied the note names the yard that it was copied from.
    return dirname(dirname(folder)) === agents ? folder : null
  } catch {
    return null // none is under way
  }
}

const notReadyBy = (error: GitFailure): WorkFailure =>
  notReady(error.message, isolationClass(error))

const notReady = (why: string, kind: 'isolation' | 'machine-busy' = 'isolation'): WorkFailure =>
  workFailure(kind, `its worktree could not be made ready: ${why}`)

// Copies ignored files (`.env` and the like) from the yard's folder into a new worktree. Never over a file that is there.

const MAX_BYTES = 10 * 1024 * 1024
const MAX_FILES = 2000

export interface CopyRequest {
  /** Runs in `from`. */
  readonly git: Git
  /** The folder that the globs are relative to, in a checkout of the repository. */
  readonly from: string
  /** The same folder in the worktree. */
  readonly to: string
  /** The worktree itself: nothing is written outside it. */
  readonly worktree: string
  readonly globs: readonly string[]
}

/** Sentences about what was left out. Only what git ignores is copied, so a tracked file is never touched. */
export const copyIgnored = (request: CopyRequest): Promise<Result<string[], GitFailure>> =>
  attempted(async () => {
    const { git, globs } = request
    if (globs.length === 0) return []
    const pathspecs = globs.map((glob) => `:(glob)${glob}`)
    const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '-z', '--']
    const paths = rowsOf(await git([...args, ...pathspecs])).filter(isOurs)
    const notes: string[] = []
    for (const path of paths.slice(0, MAX_FILES)) {
      const note = await onDisk(join(request.to, path), () => copyOne(request, path))
      if (note !== null) notes.push(note)
    }
    if (paths.length > MAX_FILES)
      notes.push(`${paths.length - MAX_FILES} more files match worktree.copy and were not copied`)
    return notes
  })

/** A nested repository is listed as its folder; the yard's own is not for copying in any case. */
const isOurs = (path: string): boolean => !path.endsWith('/') && !path.startsWith('.yard/')

async function copyOne({ from, to, worktree }: CopyRequest, path: string): Promise<string | null> {
  const source = join(from, path)
  const target = join(to, path)
  try {
    const facts = await lstat(source)
    // A link may lead anywhere; what it leads to is not what was asked for.
    if (!facts.isFile()) return `${path} is not a plain file and was not copied`
    if (facts.size > MAX_BYTES) return `${path} is larger than 10 MB and was not copied`
    await mkdir(dirname(target), { recursive: true })
    if (!isInside(await realpath(worktree), await realpath(dirname(target))))
      return `${path} would lie outside the worktree and was not copied`
    await copyFile(source, target, constants.COPYFILE_EXCL)
    return null
  } catch (error) {
    if (errorCode(error) === 'EEXIST' || errorCode(error) === 'ENOENT') return null
    throw error
  }
}
