/** Each rule of the house is shown a source that breaks it, and one that does not. */
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import {
  checkHouse,
  crowdedFolders,
  faultsOf,
  misnamedExports,
  peeledFiles,
  strayCommands,
} from '../../scripts/check-house.mjs'

const faults = (text: string, path = 'src/domain/made.ts'): string[] => faultsOf(ts, { path, text })

describe('the rules of the house', () => {
  it('refuse an object literal that is spread into an object', () => {
    expect(faults('const a = {\n  ...{ b: 1 },\n  c: 2,\n}')).toEqual([
      'src/domain/made.ts:2 an object literal is spread into an object: its properties are not checked',
    ])
    expect(faults('const a = { ...b, ...(c ? { d: 1 } : {}) }')).toEqual([])
    expect(faults('const a = <B {...{ c, d }} />', 'src/renderer/made.tsx')).toHaveLength(1)
  })

  it('refuse a function that is too long, but for a factory and a table', () => {
    const body = '  step()\n'.repeat(60)
    expect(faults(`function run() {\n${body}}`)).toEqual([
      'src/domain/made.ts:1 run has 62 lines; 60 are the most',
    ])
    expect(faults(`export function createRun() {\n${body}}`)).toEqual([])
    expect(faults(`const table = () => [\n${'  1,\n'.repeat(99)}]`)).toEqual([])
    expect(faults(`function Run() {\n${body}}`, 'src/renderer/run.tsx')).toEqual([])
    expect(faults(`function run() {\n${body}}`, 'test/made.test.ts')).toEqual([])
  })

  it('refuse a folder with too many sources', () => {
    const paths = Array.from({ length: 21 }, (_, index) => `src/made/${index}.ts`)
    expect(crowdedFolders(paths)).toEqual(['src/made holds 21 sources; 20 are the most'])
    expect(crowdedFolders(paths.slice(1))).toEqual([])
  })

  it('refuse a short file that only its neighbour imports, unless a test does, too', () => {
    const piece = { path: 'src/made/piece.ts', text: 'export const a = 1\n' }
    const whole = { path: 'src/made/whole.ts', text: "import { a } from './piece.ts'\n" }
    const long = { ...piece, text: piece.text.repeat(60) }
    const tested = {
      path: 'test/made/piece.test.ts',
      text: "import { a } from '../../src/made/piece.ts'\n",
    }
    const far = { ...whole, path: 'src/other/whole.ts', text: "from '../made/piece.ts'\n" }
    const list = { ...whole, path: 'src/made/registry.ts' }
    expect(peeledFiles([piece, whole])).toEqual([
      'src/made/piece.ts has 1 lines and one importer, beside it: src/made/whole.ts should hold it',
    ])
    for (const other of [
      [long, whole],
      [piece, whole, tested],
      [piece, far],
      [piece, list],
    ])
      expect(peeledFiles(other)).toEqual([])
  })

  it('refuse exported names with words that are not the field’s', () => {
    const text = 'export interface NewTaskWish {}\nexport const trialOf = 1\nconst told = 2\n'
    expect(misnamedExports({ path: 'src/made/a.ts', text })).toEqual([
      'src/made/a.ts exports NewTaskWish; "Wish" is a refused word',
      'src/made/a.ts exports trialOf; "trial" is a refused word',
    ])
    expect(misnamedExports({ path: 'src/made/a.ts', text: 'export const industrial = 1' })).toEqual(
      [],
    )
  })

  it('hold in this project', async () => {
    expect(await checkHouse()).toBe(0)
  }, 60_000)

  it('refuse a command that the page sends from outside of its actions', () => {
    const text = 'run(({ task }, commandId) => task.retry({ id, commandId }))'
    expect(strayCommands({ path: 'src/renderer/screens/made.tsx', text })).toEqual([
      'src/renderer/screens/made.tsx sends a command; that is for src/renderer/actions',
    ])
    expect(strayCommands({ path: 'src/renderer/actions/made.ts', text })).toEqual([])
    expect(strayCommands({ path: 'src/cli/made.ts', text })).toEqual([])
  })
})
