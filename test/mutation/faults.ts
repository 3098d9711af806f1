/** The shipped faults: one file each, named as the fault is. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

export const AREAS = [
  'time',
  'crash',
  'store',
  'rules',
  'caps',
  'money',
  'process',
  'person',
  'triage',
  'mail',
] as const

const faultSchema = z.strictObject({
  area: z.enum(AREAS),
  /** What the mutated program does wrong, in a few words. */
  fault: z.string().min(1),
  /** From the root of the project. */
  file: z.string(),
  /** Stands exactly once in the file. */
  find: z.string().min(1),
  replace: z.string(),
  /** Unit tests that must fail with it, as Vitest takes them. */
  tests: z.array(z.string()),
})

export interface Fault extends z.infer<typeof faultSchema> {
  readonly name: string
}

const FOLDER = join(import.meta.dirname, 'faults')

export const readFaults = (): Fault[] =>
  readdirSync(FOLDER)
    .toSorted()
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      ...faultSchema.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))),
    }))

/** How often the text to replace stands in its file; anything but once means that the fault is to be written anew. */
export function placesOf({ file, find }: Fault, root: string): number {
  try {
    return readFileSync(join(root, file), 'utf8').split(find).length - 1
  } catch {
    return 0 // the file has been renamed or removed
  }
}
