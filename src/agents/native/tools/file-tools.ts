/** Reading and changing files. */
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { err, ok, type Result } from '../../../base/result.ts'
import { errorCode } from '../../../base/text.ts'
import { isInside, isReserved, isSecret } from '../../tool-rules.ts'
import { defineTool, no, yes, type ToolContext } from './tool.ts'

const MAX_BYTES = 10 * 1024 * 1024
const MAX_LINES = 2000
const MAX_ENTRIES = 1000
const UNTOLD = new Set(['.git', 'node_modules'])

const path = z.string().min(1).describe('Relative to your folder, or absolute.')

export const readTool = defineTool({
  name: 'read',
  description: `Reads a text file, at most ${MAX_LINES} lines at a time.`,
  effect: 'read',
  schema: z.object({
    path,
    offset: z.number().int().min(1).optional().describe('First line to read, from 1.'),
    limit: z.number().int().min(1).max(MAX_LINES).optional().describe('How many lines.'),
  }),
  run({ path: name, offset = 1, limit = MAX_LINES }, context) {
    const place = allowedPath(name, context, 'look')
    if (!place.ok) return no(place.error)
    const read = readRegularFile(place.value, MAX_BYTES)
    if (!read.ok) return no(`${name} is ${read.error}, and no file to read`)
    const text = read.value
    if (text === null)
      return no(`${name} has more than ${MAX_BYTES} bytes, which is too much to read: search it`)
    if (text.includes('\0')) return no(`${name} is no text`)
    const lines = text.split('\n')
    const shown = lines.slice(offset - 1, offset - 1 + limit)
    const left = lines.length - (offset - 1 + shown.length)
    const more =
      left > 0 ? `\n[${left} more lines; go on with offset ${offset + shown.length}]` : ''
    return yes(shown.length === 0 ? `[it has only ${lines.length} lines]` : shown.join('\n') + more)
  },
})

export const writeTool = defineTool({
  name: 'write',
  description:
    'Writes a whole text file; its folders are made, and a file that is there is replaced.',
  effect: 'act',
  schema: z.object({ path, content: z.string() }),
  changes: () => true,
  run({ path: name, content }, context) {
    const place = allowedPath(name, context, 'change')
    if (!place.ok) return no(place.error)
    const other = notRegular(place.value)
    if (other !== null) return no(`${name} is ${other}, and no file to write`)
    mkdirSync(dirname(place.value), { recursive: true })
    writeFileSync(place.value, content)
    return yes(`${name} was written (${Buffer.byteLength(content)} bytes)`)
  },
})

export const editTool = defineTool({
  name: 'edit',
  description:
    'Replaces a piece of a text file by another. old_text must stand there exactly as given, blanks and line ends included, and only once unless replace_all is true.',
  effect: 'act',
  schema: z.object({
    path,
    old_text: z.string().min(1),
    new_text: z.string(),
    replace_all: z.boolean().optional(),
  }),
  changes: () => true,
  run({ path: name, old_text: before, new_text: after, replace_all: isAll = false }, context) {
    const place = allowedPath(name, context, 'change')
    if (!place.ok) return no(place.error)
    const read = readRegularFile(place.value, MAX_BYTES)
    if (!read.ok) return no(`${name} is ${read.error}, and no file to change`)
    if (read.value === null)
      return no(`${name} has more than ${MAX_BYTES} bytes: change it by a command`)
    const parts = read.value.split(before)
    const count = parts.length - 1
    if (count === 0) return no(`old_text does not stand in ${name}`)
    if (count > 1 && !isAll)
      return no(`old_text stands ${count} times in ${name}: give more of what is around it`)
    if (before === after) return no('old_text and new_text are the same')
    writeFileSync(place.value, parts.join(after))
    return yes(`${name} was changed${count > 1 ? ` in ${count} places` : ''}`)
  },
})

export const listTool = defineTool({
  name: 'list',
  description:
    'Lists a folder; folders end in a slash. What lies in .git and node_modules is left out.',
  effect: 'read',
  schema: z.object({
    path: path.optional(),
    depth: z.number().int().min(1).max(8).optional().describe('How many levels; 1 unless given.'),
  }),
  run({ path: name = '.', depth = 1 }, context) {
    const place = allowedPath(name, context, 'look')
    if (!place.ok) return no(place.error)
    const found: string[] = []
    const walk = (folder: string, level: number): void => {
      const entries = readdirSync(folder, { withFileTypes: true })
      for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        if (found.length > MAX_ENTRIES) return
        const at = join(folder, entry.name)
        found.push(relative(place.value, at) + (entry.isDirectory() ? '/' : ''))
        // A link is listed and not followed.
        if (entry.isDirectory() && level < depth && !UNTOLD.has(entry.name)) walk(at, level + 1)
      }
    }
    walk(place.value, 1)
    const more = found.length > MAX_ENTRIES ? '\n[and more: list a folder below it]' : ''
    return yes(found.slice(0, MAX_ENTRIES).join('\n') + more || '[it is empty]')
  },
})

// Where a path of a file tool leads, and whether that is inside the work tree.

/** The absolute path; the error is a sentence for the model. `change`: it is to be written, so what is git's or the yard's is closed too. */
export function allowedPath(
  path: string,
  { root, isConfined }: Pick<ToolContext, 'root' | 'isConfined'>,
  use: 'look' | 'change',
): Result<string, string> {
  if (path.includes('\0')) return err('that is no path')
  const asked = resolve(root, path)
  if (!isConfined) return ok(asked)
  const home = realpathSync(root)
  const real = realPlace(asked)
  if (!isInside(home, real))
    return err(`${path} is outside of the work tree, which is closed to this tool`)
  if (use === 'change' && isReserved(home, real))
    return err(`${path} belongs to git or to the yard and is closed to this tool`)
  if (isSecret(home, real)) return err(`${path} belongs to the yard and is closed to this tool`)
  return ok(real)
}

/** With all links followed, also where the last parts of it are not there yet. */
function realPlace(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    const target = linkTarget(path)
    return target === null
      ? join(realPlace(dirname(path)), basename(path))
      : realPlace(resolve(dirname(path), target))
  }
}

/** Of a link that leads to nothing yet: what is written to it is made there. */
function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null // not there, or no link
  }
}

/** The text of a regular file; null when it has more bytes. The error says what stands there instead. Throws errors of the file system. */
export function readRegularFile(path: string, maxBytes: number): Result<string | null, string> {
  // Opening a pipe would wait for whoever writes to it.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const facts = fstatSync(file)
    if (!facts.isFile()) return err(kindOf(facts))
    if (facts.size > maxBytes) return ok(null)
    // The size of what the kernel makes up is 0, and a file may grow.
    const chunks: Buffer[] = []
    let length = 0
    while (length <= maxBytes) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, maxBytes + 1 - length))
      const read = readSync(file, chunk, 0, chunk.length, null)
      if (read === 0) return ok(Buffer.concat(chunks).toString('utf8'))
      chunks.push(chunk.subarray(0, read))
      length += read
    }
    return ok(null)
  } finally {
    closeSync(file)
  }
}

const CHUNK_BYTES = 64 * 1024

/** What stands there instead of a regular file; null when that is one, or nothing. */
export function notRegular(path: string): string | null {
  const facts = statSync(path, { throwIfNoEntry: false })
  return facts === undefined || facts.isFile() ? null : kindOf(facts)
}

const kindOf = (facts: ReturnType<typeof fstatSync>): string => {
  if (facts.isDirectory()) return 'a folder'
  if (facts.isFIFO()) return 'a pipe'
  return facts.isSocket() ? 'a socket' : 'a device'
}

// Search in files, bounded in everything: files, sizes, matches and time.

const MAX_MATCHES = 200
const MAX_FILES = 50_000
const MAX_SEARCHED_BYTES = 2 * 1024 * 1024
const MAX_LINE = 2000
const SHOWN_LINE = 300
const MAX_MS = 15_000
const PASSED_OVER = new Set(['.git', '.yard', 'node_modules'])

export const searchTool = defineTool({
  name: 'search',
  description:
    'Finds lines that match a regular expression (JavaScript), in a file or in all files below a folder; shown as path:line:text. .git, .yard, node_modules and files that are no text are passed over.',
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
    const read = readRegularFile(file, MAX_SEARCHED_BYTES)
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
