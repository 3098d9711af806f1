/** What a folder is that a person named. */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import { findYard } from '../../config/paths.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import type { Inspected } from './start-screen.ts'

/** Longer than any path of a system that we know. */
const MOST_CHARACTERS = 4096

/** `~` is `home`; anything else must be absolute, for a host stands nowhere in particular. */
export function readFolder(text: string, home: string): Result<string, Failure> {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > MOST_CHARACTERS || trimmed.includes('\0'))
    return err(failure('bad-request', 'name a folder', { facts: { field: 'folder' } }))
  const atHome = trimmed === '~' || /^~[\\/]/.test(trimmed)
  const path = atHome ? join(home, trimmed.slice(1)) : trimmed
  if (!isAbsolute(path))
    return err(
      failure('bad-request', `${trimmed} is no absolute path`, {
        hint: 'begin it with / or ~',
        facts: { field: 'folder' },
      }),
    )
  const plain = normalize(path)
  return ok(plain.length > 1 && plain.endsWith(sep) ? plain.slice(0, -1) : plain)
}

export function inspectFolder(folder: string): Inspected {
  const exists = isFolder(folder)
  const found = exists ? findYard(folder, {}) : null
  const yard = found?.ok ? found.value.root : null
  return { folder, exists, isGit: exists && isInGit(folder), yard }
}

/** Folders that hold those of others. */
const SHARED_FOLDERS =
  /^\/(?:|home|Users|Volumes|private|tmp|var|usr|usr\/local|opt|mnt|media|srv|run)$/i
/** All that lies in these is the system's, too. */
const SYSTEM_TREES =
  /^\/(?:bin|boot|dev|etc|lib\d*|proc|sbin|sys|System|Library|usr\/(?:bin|sbin|lib\d*|libexec|share)|private\/etc)(?:\/|$)/
const WINDOWS_FOLDERS =
  /^[a-z]:\\?(?:|Users|(?:Windows|Program Files(?: \(x86\))?|ProgramData)(?:\\.*)?)$/i

/** The root of a disk, a folder of the system, or one that holds those of others, with links followed. */
export function isSystemFolder(folder: string): boolean {
  let real = folder
  try {
    real = realpathSync(folder)
  } catch {
    // not there: its name is all there is
  }
  return [folder, real].some(
    (path) => SHARED_FOLDERS.test(path) || SYSTEM_TREES.test(path) || WINDOWS_FOLDERS.test(path),
  )
}

function isInGit(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true
    if (dirname(at) === at) return false
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false // not there, or not for us to see
  }
}
