/** The places that git could not merge, in its own marks, for whoever settles them. Bounded, whatever the files hold. */
import { closesConflict, opensConflict } from './conflict-marks.ts'
import type { Git } from './git.ts'
import type { Clash } from './merge-tree.ts'

const MAX_FILES = 8
const MAX_FILE_CHARS = 4000
const MAX_CHARS = 16_000
const CONTEXT = 3

export async function conflictHunks(
  git: Git,
  { tree, paths }: Pick<Clash, 'tree' | 'paths'>,
): Promise<string> {
  const pieces: string[] = []
  let length = 0
  for (const path of paths.slice(0, MAX_FILES)) {
    const piece = `${path.replace(/\s+/g, ' ')}:\n${await hunksOf(git, tree, path)}`
    length += piece.length
    if (length > MAX_CHARS) break
    pieces.push(piece)
  }
  const left = paths.length - pieces.length
  return left > 0 && pieces.length > 0
    ? `${pieces.join('\n\n')}\n\n(${left} more files)`
    : pieces.join('\n\n')
}

async function hunksOf(git: Git, tree: string, path: string): Promise<string> {
  const size = await git(['cat-file', '-s', `${tree}:${path}`], { expect: [0, 128] })
  if (!size.ok || size.value.exitCode !== 0) return '(one side has removed it)'
  if (Number(size.value.stdout) > 4_000_000) return '(too large to be shown)'
  const shown = await git(['cat-file', 'blob', `${tree}:${path}`], { expect: [0, 128] })
  if (!shown.ok || shown.value.exitCode !== 0) return '(not a file)'
  return markedParts(shown.value.stdout)
}

/** The lines between the marks, and a few around them. */
export function markedParts(text: string): string {
  if (text.includes('\0')) return '(binary: take the side that is right, or make it anew)'
  const isPointer = text.includes('version https://git-lfs.github.com/spec/')
  const lines = text.split('\n')
  const wanted = new Set<number>()
  let from: number | null = null
  for (const [at, line] of lines.entries()) {
    if (opensConflict(line)) from = at
    if (!closesConflict(line) || from === null) continue
    for (let i = from - CONTEXT; i <= at + CONTEXT; i += 1) wanted.add(i)
    from = null
  }
  if (wanted.size === 0) return '(no marks: one side removed or renamed what the other changed)'
  const shown = lines.filter((_, at) => wanted.has(at)).join('\n')
  const words = isPointer ? '(kept in LFS: these are pointers, take one side whole)\n' : ''
  return words + (shown.length > MAX_FILE_CHARS ? `${shown.slice(0, MAX_FILE_CHARS)}\n…` : shown)
}
