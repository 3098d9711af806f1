/** What a fixture may not tell: on whose machine, under which random names it was made. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { neutral } from '../../../agents-real/neutral.ts'

const FIXTURES = resolve(import.meta.dirname, '../../../fixtures')

/** As `mkdtemp` names them. */
const MADE_UP = /\b(yard-[a-z]+|(?<=[/-])work)-\w{6}\b/

/** Homes of people, but not that of the made-up one; /$bunfs/root is inside a program. */
const HOME = /(?<![\w.-])(\/root\b|\/(home|Users)\/(?!user\b))/

describe('a fixture', () => {
  it('holds no name of a temporary folder and nobody’s home', () => {
    const files = readdirSync(FIXTURES, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    expect(files.length).toBeGreaterThan(100)
    const told = files.flatMap((file) => {
      const text = readFileSync(file, 'utf8')
      return [MADE_UP, HOME]
        .flatMap((pattern) => pattern.exec(text)?.[0] ?? [])
        .map((name) => `${file}: ${name}`)
    })
    expect(told).toEqual([])
  })
})

describe('a recording', () => {
  const machine = {
    folder: '/tmp/yard-record-AbCd12',
    home: '/root',
    mockUrl: 'http://127.0.0.1:40123',
  }

  it.each([
    ['/tmp/yard-record-AbCd12/work-a1B2c3/out.txt', '/home/user/work/out.txt'],
    ['tmp/yard-record-AbCd12/work-a1B2c3/out.txt', 'home/user/work/out.txt'],
    ['../yard-record-AbCd12/work-a1B2c3', '../user/work'],
    [
      'claude/projects/-tmp-yard-record-AbCd12-work-a1B2c3/memory',
      'claude/projects/-home-user-work/memory',
    ],
    ['/tmp/yard-agent-Q1w2E3/mcp.json', '/tmp/yard-agent/mcp.json'],
    ['"/root/.cache/copilot" and /root', '"/home/user/.cache/copilot" and /home/user'],
    ['http://127.0.0.1:40123/v1', 'http://127.0.0.1:8080/v1'],
  ])('%s is written %s', (said, written) => {
    expect(neutral(said, machine)).toBe(written)
  })

  it('keeps what only looks like a name of the machine', () => {
    const text = 'a work-around in /$bunfs/root/chunk.js and /rooted'
    expect(neutral(text, machine)).toBe(text)
  })
})
