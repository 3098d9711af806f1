import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { actOf, wordsOf, type KnownCall } from '../../../src/agents/acp/asked-act.ts'
import { createGate } from '../../../src/agents/acp/gate.ts'
import { judgeAct, type Act, type Rules } from '../../../src/agents/acp/permission.ts'
import { grantedBy, questionFor } from '../../../src/agents/acp/question.ts'

const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'yard-permission-')))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))
symlinkSync('/etc', join(cwd, 'way-out'))

const rules = (permissions: Rules['permissions'], mode: Rules['mode'] = 'full'): Rules => ({
  permissions,
  mode,
  cwd,
})
const ACTS = {
  'read inside': { kind: 'read', paths: [join(cwd, 'a')] },
  'read outside': { kind: 'read', paths: ['/etc/passwd'] },
  'write inside': { kind: 'write', paths: [join(cwd, 'a'), join(cwd, 'b', 'c')] },
  'write outside': { kind: 'write', paths: [join(cwd, 'a'), `${cwd}-twin/a`] },
  'write nobody knows where': { kind: 'write', paths: [] },
  'write a hook': { kind: 'write', paths: [join(cwd, '.git', 'hooks', 'x')] },
  run: { kind: 'run', line: 'npm test' },
  'run something': { kind: 'run', line: null },
  report: { kind: 'run', line: 'yard log t "it is; done"' },
  'report and more': { kind: 'run', line: 'yard log t x; rm -rf ~' },
  'report a secret': { kind: 'run', line: 'yard log t "$(cat ~/.ssh/id)"' },
  think: { kind: 'think' },
  other: { kind: 'other' },
} as const satisfies Record<string, Act>

/** bypass, workspace, ask; then light and bare, whatever is permitted. + allowed, - refused, ? a person is asked. */
const TABLE: Readonly<Record<keyof typeof ACTS, string>> = {
  'read inside': '+++ +-',
  'read outside': '+-? ?-',
  'write inside': '++? --',
  'write outside': '+-? --',
  'write nobody knows where': '+-? --',
  'write a hook': '+-? --',
  run: '+-? --',
  'run something': '+-? --',
  report: '+++ ++',
  'report and more': '+-? --',
  'report a secret': '+-? --',
  think: '+++ ++',
  other: '+-? --',
}
const SIGNS = { allow: '+', refuse: '-', ask: '?' } as const

describe('permissions of the Agent Client Protocol', () => {
  it.each(Object.entries(TABLE))('%s: %s', (name, expected) => {
    const act: Act = ACTS[name as keyof typeof ACTS]
    const judged = [
      ...(['bypass', 'workspace', 'ask'] as const).map((one) => judgeAct(rules(one), act)),
      ...(['light', 'bare'] as const).map((mode) => judgeAct(rules('ask', mode), act)),
    ].map((verdict) => SIGNS[verdict])
    expect(`${judged.slice(0, 3).join('')} ${judged.slice(3).join('')}`).toBe(expected)
  })

  const call = (more: Partial<KnownCall>): KnownCall => ({ toolCallId: 'x', ...more })

  it('follows links, and takes every path that a call names', async () => {
    const edit = call({
      kind: 'edit',
      locations: [{ path: join(cwd, 'a') }],
      rawInput: { filePath: join(cwd, 'way-out', 'passwd') },
    })
    expect(await actOf(edit, cwd)).toEqual({
      kind: 'write',
      paths: [join(cwd, 'a'), '/etc/passwd'],
    })
    const relative = call({ kind: 'delete', rawInput: { path: '../x' } })
    expect(await actOf(relative, cwd)).toEqual({ kind: 'write', paths: [join(cwd, '..', 'x')] })
    const home = call({ kind: 'read', rawInput: { path: '~/.ssh/id' } })
    expect(await actOf(home, cwd)).toEqual({ kind: 'read', paths: ['/'] })
  })

  it('takes a call without a kind for what its arguments show', async () => {
    const diff = { type: 'diff', path: join(cwd, 'a'), newText: '' } as const
    expect((await actOf(call({ content: [diff] }), cwd)).kind).toBe('write')
    expect((await actOf(call({ title: 'anything' }), cwd)).kind).toBe('other')
    for (const name of ['yard_log', 'mcp__yard__yard_done', 'yard_log (yard MCP Server)'])
      expect((await actOf(call({ title: name, kind: 'other' }), cwd)).kind).toBe('report')
    expect((await actOf(call({ title: 'yard_log', kind: 'execute' }), cwd)).kind).toBe('run')
    expect((await actOf(call({ title: 'yard_log', content: [diff] }), cwd)).kind).toBe('write')
  })

  it('reads commands given as words', async () => {
    const words = call({ kind: 'execute', rawInput: { command: ['npm', 'test'] } })
    expect(await actOf(words, cwd)).toEqual({ kind: 'run', line: 'npm test' })
    expect(wordsOf(words)).toBe('May it run: npm test?')
  })
})

describe('what a person allowed', () => {
  const gateOf = (granted: string | null) => {
    const asked: string[] = []
    return {
      asked,
      gate: createGate({ rules: rules('ask'), granted, onQuestion: (words) => asked.push(words) }),
    }
  }
  const write = (path: string): Act => ({ kind: 'write', paths: [path] })

  it('is that one act and what carries it out, and nothing else', async () => {
    const { gate, asked } = gateOf('May it edit: Edit a?')
    const path = join(cwd, 'a')
    const edit: KnownCall = {
      toolCallId: '1',
      kind: 'edit',
      title: 'Edit a',
      locations: [{ path }],
    }
    expect(gate.passes(write(path), 'May it write: a?')).toBe(false)
    expect(await gate.passesCall(edit)).toBe(true)
    expect(gate.passes(write(path), 'May it write: a?')).toBe(true)
    expect(gate.passes(write(join(cwd, 'b')), 'May it write: b?')).toBe(false)
    expect(asked).toEqual(['May it write: a?', 'May it write: b?'])
  })

  it('is read from an answer that says yes', () => {
    const question = questionFor('May it run: make?')
    expect(grantedBy(question, 'allow')).toBe('May it run: make?')
    expect(grantedBy(question, ' Yes, go on')).toBe('May it run: make?')
    expect(grantedBy(question, 'no, allow nothing')).toBeNull()
    expect(grantedBy(question, 'allowance')).toBeNull()
    expect(grantedBy('Which colour?', 'yes')).toBeNull()
  })
})
