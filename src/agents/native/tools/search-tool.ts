/** Search in files, bounded in everything: files, sizes, matches and time. */
import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { z } from 'zod'
import { isSecret } from '../../path-rules.ts'
import { allowedPath, readRegularFile } from './confine.ts'
import { defineTool, no, yes, type ToolContext } from './tool.ts'

const MAX_MATCHES = 200
const MAX_FILES = 50_000
const MAX_BYTES = 2 * 1024 * 1024
const MAX_LINE = 2000
const SHOWN_LINE = 300
const MAX_MS = 15_000
const PASSED_OVER = new Set(['.git', '.yard', 'node_modules'])

export const searchTool = defineTool({
  name: 'search',
  description:
    'Finds lines that match a regular expression (JavaScript), in a file or in all files below a folder; told as path:line:text. .git, .yard, node_modules and files that are no text are passed over.',
  effect: 'read',
  schema: z.object({
    pattern: z.string().min(1).max(1000),
    path: z.string().min(1).optional().describe('File or folder; your folder unless given.'),
    files: z
      .string()
      .min(1)
      .max(300)
      .optional()
      .describe('Only files that fit, such as *.ts or src/**/*.test.ts.'),
    ignore_case: z.boolean().optional(),
  }),
  run({ pattern, path = '.', files, ignore_case: isLoose = false }, context) {
    const place = allowedPath(path, context, 'look')
    if (!place.ok) return no(place.error)
    const wanted = new RegExp(pattern, isLoose ? 'iu' : 'u')
    const fits = files === undefined ? () => true : fitsGlob(files)
    const isClosed = closedTo(context)
    const deadline = context.now() + MAX_MS
    const matches: string[] = []
    let looked = 0
    const isOver = (): boolean =>
      matches.length >= MAX_MATCHES || looked >= MAX_FILES || context.now() > deadline
    for (const file of filesBelow(place.value, isOver)) {
      if (isClosed(file)) continue
      const name = relative(context.root, file).split(sep).join('/')
      if (!fits(name)) continue
      looked++
      matches.push(...linesIn(file, wanted).map((line) => `${name}:${line}`))
    }
    const shown = matches.slice(0, MAX_MATCHES)
    if (shown.length === 0)
      return yes(isOver() ? '[nothing found so far: too much to look at]' : '[nothing found]')
    return yes(shown.join('\n') + (isOver() ? '\n[it was ended here: search for less]' : ''))
  },
})

/** Of files whose links have been followed. */
function closedTo({ root, isConfined }: ToolContext): (file: string) => boolean {
  const home = realpathSync(root)
  return (file) => isConfined && isSecret(home, file)
}

/** In the order of their names; links are not followed. */
function* filesBelow(place: string, isOver: () => boolean): Generator<string> {
  if (!statSync(place).isDirectory()) {
    yield place
    return
  }
  const folders = [place]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const below: string[] = []
    for (const entry of entriesOf(folder)) {
      if (isOver()) return
      const at = join(folder, entry.name)
      if (entry.isFile()) yield at
      else if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) below.push(at)
    }
    folders.push(...below.toReversed())
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    )
  } catch {
    return [] // gone meanwhile, or not for us to read
  }
}

function linesIn(file: string, wanted: RegExp): string[] {
  const text = textOf(file)
  if (text === null || text.includes('\0')) return []
  const found: string[] = []
  text.split('\n').forEach((line, index) => {
    // Longer lines are data, and slow to match.
    if (line.length <= MAX_LINE && wanted.test(line))
      found.push(`${index + 1}:${line.trimEnd().slice(0, SHOWN_LINE)}`)
  })
  return found
}

function textOf(file: string): string | null {
  try {
    const read = readRegularFile(file, MAX_BYTES)
    return read.ok ? read.value : null
  } catch {
    return null // gone meanwhile, or not for us to read
  }
}

/** `*` and `?` within a name, `**` over folders. A pattern without a slash is meant for the name alone. */
function fitsGlob(glob: string): (path: string) => boolean {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*\*\/|\*\*|\*|\?/g, (mark) =>
      mark === '**/' ? '(?:.*/)?' : mark === '**' ? '.*' : mark === '*' ? '[^/]*' : '[^/]',
    )
  const pattern = new RegExp(`^(?:${source})$`, 'u')
  return glob.includes('/')
    ? (path) => pattern.test(path)
    : (path) => pattern.test(path.slice(path.lastIndexOf('/') + 1))
}
