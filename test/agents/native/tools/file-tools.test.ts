import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  editTool,
  listTool,
  readTool,
  searchTool,
  writeTool,
} from '../../../../src/agents/native/tools/file-tools.ts'
import type { Tool, ToolContext } from '../../../../src/agents/native/tools/tool.ts'
import { makeToolPlace, type ToolPlace } from './tool-place.ts'

let place: ToolPlace
let outside: string

beforeEach(async () => {
  place = await makeToolPlace()
  outside = await realpath(await mkdtemp(join(tmpdir(), 'yard-outside-')))
  await writeFile(join(outside, 'secret.txt'), 'secret')
})
afterEach(async () => {
  await place.remove()
  await rm(outside, { recursive: true, force: true })
})

const at = (name: string): string => join(place.root, name)
const put = async (name: string, text: string): Promise<void> => {
  await mkdir(join(at(name), '..'), { recursive: true })
  await writeFile(at(name), text)
}
const run = (tool: Tool, input: object, more: Partial<ToolContext> = {}) =>
  tool.run(input, place.context(more))

describe('the work tree is where file tools stay', () => {
  beforeEach(async () => {
    await symlink(outside, at('link'))
    await symlink(join(outside, 'secret.txt'), at('file-link'))
    await symlink(join(outside, 'not-there.txt'), at('dangling'))
    await mkdir(at('.git'))
  })
  const WAYS = [
    '../yard-none/secret.txt',
    'a/../../secret.txt',
    'link/secret.txt',
    'file-link',
    '/etc/hostname',
  ]

  it.each(WAYS)('reading %s is refused', async (path) => {
    const { ok, text } = await run(readTool, { path })
    expect([ok, text]).toEqual([false, expect.stringContaining('outside of the work tree')])
  })

  it.each([...WAYS, 'link/new.txt', 'link/new/deep.txt', 'dangling', '..'])(
    'writing %s is refused',
    async (path) => {
      expect((await run(writeTool, { path, content: 'x' })).ok).toBe(false)
      expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
      await expect(readFile(join(outside, 'new.txt'))).rejects.toThrow('ENOENT')
      await expect(readFile(join(outside, 'not-there.txt'))).rejects.toThrow('ENOENT')
    },
  )

  it.each(['.git/config', '.GIT/hooks/pre-commit', './.git'])(
    'what belongs to git (%s) is read and never written',
    async (path) => {
      await put('.git/config', '[core]')
      expect((await run(writeTool, { path, content: 'x' })).text).toContain('belongs to git')
      expect((await run(readTool, { path: '.git/config' })).text).toBe('[core]')
    },
  )

  it.each(['a/.git/config', '.git./config', '.yard/config.toml', 'a/.Yard/x'])(
    'what belongs to git or the yard (%s) is never written, however deep',
    async (path) => {
      expect((await run(writeTool, { path, content: 'x' })).text).toContain('belongs to git or')
      expect((await run(writeTool, { path, content: 'x' }, { isConfined: false })).ok).toBe(true)
    },
  )

  it.each([
    '.yard/service/secret',
    '.yard/service/state.json',
    '.yard/agents/agent-1/launch.json',
    '.yard/agents/agent-1/verify/launch.json',
  ])('%s is never read', async (path) => {
    await put(path, 'a token')
    await put('.yard/config.toml', 'no secret')
    const refused = [false, expect.stringContaining('belongs to the yard')]
    await symlink(at('.yard'), at('short'))
    for (const way of [path, path.replace('.yard', 'short')]) {
      const { ok, text } = await run(readTool, { path: way })
      expect([ok, text]).toEqual(refused)
    }
    for (const way of ['.', '.yard'])
      expect((await run(searchTool, { pattern: 'a token', path: way })).text).toBe(
        '[nothing found]',
      )
    expect((await run(readTool, { path: '.yard/config.toml' })).text).toBe('no secret')
  })

  it('a name that only begins like a way out is inside', async () => {
    expect((await run(writeTool, { path: '..name/a', content: 'x' })).ok).toBe(true)
  })

  it('listing and searching go no other way', async () => {
    expect((await run(listTool, { path: outside })).ok).toBe(false)
    expect((await run(searchTool, { pattern: 'secret', path: 'link' })).ok).toBe(false)
    expect((await run(searchTool, { pattern: 'secret' })).text).toBe('[nothing found]')
    expect((await run(listTool, { depth: 5 })).text).not.toContain('secret.txt')
  })

  it('unless the profile lets it do anything', async () => {
    const free = { isConfined: false }
    expect((await run(readTool, { path: join(outside, 'secret.txt') }, free)).text).toBe('secret')
    const path = join(outside, 'new.txt')
    expect((await run(writeTool, { path, content: 'x' }, free)).ok).toBe(true)
  })

  it('a path with a zero byte is none', async () => {
    expect((await run(readTool, { path: 'a\0b' })).ok).toBe(false)
  })
})

describe('read', () => {
  it('gives a file, or lines of it, and says how to go on', async () => {
    await put('a.txt', 'one\ntwo\nthree\nfour')
    expect((await run(readTool, { path: 'a.txt' })).text).toBe('one\ntwo\nthree\nfour')
    const part = await run(readTool, { path: 'a.txt', offset: 2, limit: 2 })
    expect(part.text).toBe('two\nthree\n[1 more lines; go on with offset 4]')
    expect((await run(readTool, { path: 'a.txt', offset: 9 })).text).toContain('only 4 lines')
  })

  it('leaves out the middle of what is too long', async () => {
    await put('long.txt', `head${'x'.repeat(100_000)}tail`)
    const { text } = await run(readTool, { path: 'long.txt' })
    expect(text.length).toBeLessThan(31_000)
    expect(text).toMatch(/^head[^]*70008 characters left out[^]*tail$/)
  })

  it('refuses what is no text, not there, or a folder', async () => {
    await put('data.bin', 'a\0b')
    expect((await run(readTool, { path: 'data.bin' })).text).toContain('is no text')
    expect((await run(readTool, { path: 'none' })).text).toContain('ENOENT')
    expect((await run(readTool, { path: '.' })).ok).toBe(false)
  })
})

describe('edit', () => {
  const edit = (old_text: string, new_text: string, more: object = {}) =>
    run(editTool, { path: 'a.txt', old_text, new_text, ...more })

  it('replaces exactly one place', async () => {
    await put('a.txt', 'a $& b\r\nc')
    expect((await edit('$& b\r\n', "$1 $'\n")).ok).toBe(true)
    expect(await readFile(at('a.txt'), 'utf8')).toBe("a $1 $'\nc")
  })

  it('changes nothing where the text is not there or not the only one', async () => {
    await put('a.txt', 'a b a')
    expect((await edit('x', 'y')).text).toContain('does not stand')
    expect((await edit('a', 'y')).text).toContain('stands 2 times')
    expect((await edit('b', 'b')).ok).toBe(false)
    expect(await readFile(at('a.txt'), 'utf8')).toBe('a b a')
    expect((await edit('a', 'y', { replace_all: true })).text).toContain('2 places')
    expect(await readFile(at('a.txt'), 'utf8')).toBe('y b y')
  })
})

it('write makes folders and replaces what is there', async () => {
  expect((await run(writeTool, { path: 'deep/er/a.txt', content: 'one' })).ok).toBe(true)
  expect((await run(writeTool, { path: 'deep/er/a.txt', content: 'ü' })).text).toContain('2 bytes')
  expect(await readFile(at('deep/er/a.txt'), 'utf8')).toBe('ü')
})

it('list tells folders apart, goes as deep as asked and not into packages', async () => {
  await put('b/c/d.txt', '')
  await put('a.txt', '')
  await put('node_modules/x/index.js', '')
  expect((await run(listTool, {})).text).toBe('a.txt\nb/\nnode_modules/')
  expect((await run(listTool, { depth: 3 })).text).toBe('a.txt\nb/\nb/c/\nb/c/d.txt\nnode_modules/')
  expect((await run(listTool, { path: 'b/c/d.txt' })).ok).toBe(false)
})

describe('search', () => {
  beforeEach(async () => {
    await put('src/a.ts', 'const one = 1\nconst two = 2\n')
    await put('src/deep/b.test.ts', 'One(two)\n')
    await put('readme.md', 'one\n')
    await put('node_modules/x/a.ts', 'one\n')
    await put('.git/a', 'one\n')
    await put('data.bin', 'one\0')
  })
  const search = async (input: object): Promise<string> => (await run(searchTool, input)).text

  it('finds lines with their place', async () => {
    expect(await search({ pattern: 'one' })).toBe('readme.md:1:one\nsrc/a.ts:1:const one = 1')
    expect(await search({ pattern: '^ONE', ignore_case: true, path: 'src/deep' })).toBe(
      'src/deep/b.test.ts:1:One(two)',
    )
    expect(await search({ pattern: 'two', path: 'src/a.ts' })).toBe('src/a.ts:2:const two = 2')
  })

  it.each([
    ['*.ts', ['src/a.ts', 'src/deep/b.test.ts']],
    ['*.test.ts', ['src/deep/b.test.ts']],
    ['src/*.ts', ['src/a.ts']],
    ['src/**/*.ts', ['src/a.ts', 'src/deep/b.test.ts']],
    ['?.ts', ['src/a.ts']],
    ['*.(ts|md)', []],
  ])('only in files like %s', async (files, expected) => {
    const text = await search({ pattern: 'two', files })
    const found = text.startsWith('[') ? [] : text.split('\n').map((line) => line.split(':')[0])
    expect([...new Set(found)]).toEqual(expected)
  })

  it('is bounded, and says where it ended', async () => {
    await put('many.txt', 'one\n'.repeat(1000))
    const text = await search({ pattern: 'one', path: 'many.txt' })
    expect(text.split('\n')).toHaveLength(201)
    expect(text).toContain('ended here')
  })

  it('a pattern that is none is told', async () => {
    expect((await run(searchTool, { pattern: '(' })).ok).toBe(false)
  })
})

it('arguments that do not fit are told, not thrown', async () => {
  expect(await run(readTool, { path: 7 })).toMatchObject({ ok: false })
  expect(await run(writeTool, {})).toMatchObject({ ok: false })
  expect(writeTool.changes({})).toBe(false)
})

describe.runIf(process.platform !== 'win32')('what is no regular file', () => {
  const free = { isConfined: false }

  it('is not read, searched, changed or written: it would never end, or wait for ever', async () => {
    execFileSync('mkfifo', [at('pipe')])
    for (const [path, kind] of [
      ['pipe', 'a pipe'],
      ['/dev/zero', 'a device'],
    ]) {
      const refused = { ok: false, text: expect.stringContaining(`is ${kind}`) }
      expect(await run(readTool, { path }, free)).toMatchObject(refused)
      expect(await run(writeTool, { path, content: 'x' }, free)).toMatchObject(refused)
      const edit = { path, old_text: 'a', new_text: 'b' }
      expect(await run(editTool, edit, free)).toMatchObject(refused)
      expect((await run(searchTool, { path, pattern: 'a' }, free)).text).toBe('[nothing found]')
    }
    expect(await run(readTool, { path: 'pipe' })).toMatchObject({ ok: false })
  })

  it.runIf(process.platform === 'linux')(
    'but has no size of its own is read all the same',
    async () => {
      const { text } = await run(readTool, { path: '/proc/self/status' }, free)
      expect(text).toContain('Name:')
    },
  )

  it('and is too large is not held in memory', async () => {
    execFileSync('truncate', ['-s', '5G', at('large')])
    expect((await run(readTool, { path: 'large' })).text).toContain('too much to read')
    expect((await run(editTool, { path: 'large', old_text: 'a', new_text: 'b' })).text).toContain(
      'more than',
    )
  })
})
