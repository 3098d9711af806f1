/** Reading and changing files. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { notRegular, allowedPath, readRegularFile } from './confine.ts'
import { defineTool, no, yes } from './tool.ts'

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
