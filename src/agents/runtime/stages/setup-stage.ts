/**
 * Makes a new worktree ready for work: copies of ignored files, then the person's setup line. Done once per worktree, whoever
 * begins it: a mark in the worktree's git folder says that it is done, a note there says where the line is being run.
 */
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { workFailure, type WorkFailure } from '../../../domain/failure.ts'
import type { WorktreeSettings } from '../../../domain/settings.ts'
import type { GitFailure } from '../../git/git-failure.ts'
import type { GitGuard } from '../../git/git-guard.ts'
import { createGit } from '../../git/git.ts'
import { openRepository, readPath } from '../../git/repository.ts'
import { copyIgnored } from '../../git/worktree/copy-ignored.ts'
import type { TrackedAgent, LocalRuntimeOptions } from '../tracked-agent.ts'
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
  const gitDir = await readPath(createGit(cwd, parts.guard), '--git-dir')
  if (!gitDir.ok) return err(notReadyBy(gitDir.error))
  const done = join(gitDir.value, 'yard-ready')
  if (existsSync(done)) return ok([])
  const copied = await copyFiles(tracked, cwd, settings, parts)
  if (!copied.ok) return copied
  const ran = await runSetup(
    tracked,
    { cwd, note: join(gitDir.value, 'yard-setup') },
    settings,
    parts,
  )
  if (ran !== null) return err(ran)
  writeFileSync(done, '')
  return copied
}

async function copyFiles(
  tracked: TrackedAgent,
  worktree: string,
  { copy }: WorktreeSettings,
  { guard, options: { root } }: SetupParts,
): Promise<Result<readonly string[], WorkFailure>> {
  if (copy.length === 0) return ok([])
  const from = realpathSync(folderOf(tracked.order, root))
  const repo = await openRepository(from, guard)
  if (!repo.ok) return err(notReadyBy(repo.error))
  const { toplevel } = repo.value
  // A bare repository has no files of its own to copy.
  if (toplevel === null) return ok([])
  const to = join(worktree, relative(toplevel, from))
  const git = repo.value.gitIn(from)
  const copied = await copyIgnored({ git, from, to, worktree, globs: copy })
  return copied.ok ? copied : err(notReadyBy(copied.error))
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
