/** What a folder is that a person named. */
import { existsSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import { findYard } from '../../config/paths.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import type { Inspected } from './lobby.ts'

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
