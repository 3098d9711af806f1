/** How much a result differs from its base. */
import { ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import type { Checkout } from './checkout-state.ts'
import { readLine } from './git.ts'
import type { GitFailure } from './git-failure.ts'

export interface WorkMeasure {
  readonly changed: boolean
  readonly filesChanged: number
  readonly insertions: number
  readonly deletions: number
  readonly commits: number
  /** Ignored files and folders that lie in the checkout; counted only when nothing else changed. */
  readonly ignored: number
}

export async function measure(
  checkout: Checkout,
  base: string,
  result: string,
): Promise<Result<WorkMeasure, GitFailure>> {
  const counted = await readLine(checkout.git(['rev-list', '--count', `${base}..${result}`]))
  if (!counted.ok) return counted
  const flags = ['-r', '-z', '--numstat', '--no-renames', '--no-ext-diff', '--no-textconv']
  const listed = await checkout.git(['diff-tree', ...flags, base, result, '--'])
  if (!listed.ok) return listed
  const rows = listed.value.stdout.split('\0').filter((row) => row !== '')
  const changed = rows.length > 0
  const ignored = changed ? ok(0) : await countIgnored(checkout)
  if (!ignored.ok) return ignored
  return ok({
    changed,
    filesChanged: rows.length,
    insertions: sum(rows, 0),
    deletions: sum(rows, 1),
    commits: Number(counted.value),
    ignored: ignored.value,
  })
}

/** Binary files count as files and not as lines: git writes `-` for them. */
function sum(rows: readonly string[], column: number): number {
  return rows.reduce((total, row) => total + (Number(row.split('\t')[column]) || 0), 0)
}

async function countIgnored(checkout: Checkout): Promise<Result<number, GitFailure>> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z']
  const listed = await checkout.git(args)
  return listed.ok ? ok(listed.value.stdout.split('\0').filter((row) => row !== '').length) : listed
}
