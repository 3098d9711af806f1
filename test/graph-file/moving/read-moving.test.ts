import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FolderFile } from '../../../src/domain/moving/transfer.ts'
import { splitSubject } from '../../../src/graph-file/moving/agentweave-messages.ts'
import { isOfAgentweave, readAgentweave } from '../../../src/graph-file/moving/read-agentweave.ts'
import { isOfWorkgraph, readWorkgraph } from '../../../src/graph-file/moving/read-workgraph.ts'
import { type Move, takeSections, withSections } from '../../../src/graph-file/moving/source.ts'
import { createSeededRandom } from '../../support/seeded-random.ts'

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/moving')

function filesOf(folder: string, wants: (path: string) => boolean): FolderFile[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  return all
    .filter(wants)
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
}

const agentweave = (): FolderFile[] => [
  ...filesOf(join(FIXTURES, 'agentweave/.agentweave'), isOfAgentweave),
  {
    path: 'agentweave.yml',
    text: readFileSync(join(FIXTURES, 'agentweave/agentweave.yml'), 'utf8'),
  },
]
const workgraph = (): FolderFile[] => filesOf(join(FIXTURES, 'workgraph/.workgraph'), isOfWorkgraph)
const drafts = { isStarted: false }

const MESSAGE = 'messages/pending/msg-11111111-2222-4333-8444-555555555555.json'
const changed = (files: FolderFile[], path: string, to: (text: string) => string): FolderFile[] =>
  files.map((file) => (file.path === path ? { path, text: to(file.text) } : file))
const places = ({ faults }: Move) => faults.map(({ file, line }) => `${file}:${line}`)
const leftOf = ({ left }: Move) => left.list().map(({ field }) => field)

describe('a folder of AgentWeave', () => {
  it('becomes tasks, messages, members and jobs', () => {
    const move = readAgentweave(agentweave(), drafts)
    expect(move.faults).toEqual([])
    const task = move.tasks.find(({ task: { id } }) => id === 'task-1b2c')?.task
    expect(task).toMatchObject({
      priority: 'critical',
      member: 'back_end',
      paused: true,
      deliverables: ['src/payment/methods.ts', 'docs/fees.md'],
    })
    expect(task?.description).toContain('## Acceptance criteria\n- `npm test` passes')
    const ends = Object.fromEntries(move.tasks.map(({ task: { id }, end }) => [id, end?.kind]))
    expect(ends).toMatchObject({
      'task-done-1': 'done',
      'task-done-2': 'done',
      'task-no': 'abandoned',
    })
    expect(ends['task_under_score']).toBeUndefined()
    const keys = Object.fromEntries(move.config.map(({ key, value }) => [key, value]))
    expect(keys).toMatchObject({
      'members.kimi.pilot': 'true',
      'members.cursor.person': 'true',
      'executors.member-back_end.api_key_env': '"MINIMAX_API_KEY"',
      'executors.member-kimi.permissions': '"workspace"',
      'jobs.daily-standup.paused': 'true',
    })
    expect(leftOf(move)).toContain('messages to gemini-old, who is not in the session')
  })

  it('gives each message the same id each time, wakes nobody, and cuts a long one in pieces', () => {
    const [once, again] = [1, 2].map(() => readAgentweave(agentweave(), drafts).messages)
    expect(once).toEqual(again)
    expect(new Set(once?.map(({ id }) => id)).size).toBe(6)
    expect(once?.every(({ priority }) => priority === 'low')).toBe(true)
    expect(once?.filter(({ text }) => text.includes('Zeile')).map(({ to }) => to)).toEqual([
      'kimi',
      'kimi',
    ])
    expect(once?.find(({ to }) => to === 'person')?.from).toBe('code-rev')
    const started = readAgentweave(agentweave(), { isStarted: true })
    expect(started.messages.every(({ priority }) => priority === 'normal')).toBe(true)
    expect(started.config.map(({ key }) => key)).not.toContain('jobs.daily-standup.paused')
  })

  it.each([
    ['session.json', (text: string) => text.replace('"runner": "kimi"', '"runner": "kimmi"')],
    ['session.json', (text: string) => text.replace('"code-rev": {', '"agent-1": {')],
    ['agentweave.yml', (text: string) => text.replace('roles: [', 'roles: [[')],
    ['agentweave.yml', (text: string) => text.replace('0 0 * * 0', 'weekly')],
    ['tasks/active/task-revise.json', (text: string) => text.replace('"medium"', '"highest"')],
    ['tasks/active/task-revise.json', () => '{"id": "../../etc/passwd", "title": "x"}'],
    ['tasks/active/task-revise.json', () => '{"id": "task-1b2c", "title": "twice"}'],
    ['jobs/job-77aa.json', (text: string) => text.replace('0 17 * * 5', 'soon')],
    ['jobs/job-77aa.json', (text: string) => text.replace(/"message": "/, '$&\\u0000')],
    [MESSAGE, (text: string) => text.replace(/"content": "/, '$&\\u0000')],
    [MESSAGE, (text: string) => text.replace(/"subject": "/, '$&\\ud83d')],
    [MESSAGE, (text: string) => text.replace(/"from": "/, '$&\\u001b')],
  ])('names the file and line of a fault in %s', (path, to) => {
    const move = readAgentweave(changed(agentweave(), path, to), drafts)
    expect(places(move)).not.toEqual([])
    for (const place of places(move)) expect(place).toMatch(`${path}:`)
  })

  it('takes what it wrote out of a description apart again', () => {
    const lists = [
      ['Requirements', ['one', 'two\nlines', '- a dash']],
      ['Notes', ['']],
    ] as const
    const text = withSections('Text\n\n## Notes\n- stays', lists)
    const taken = takeSections(text, ['Requirements', 'Notes'])
    expect(taken.description).toBe('Text\n\n## Notes\n- stays')
    expect([...taken.lists]).toEqual(expect.arrayContaining(lists.map((each) => [...each])))
    expect(splitSubject('Subject\n\nText')).toEqual({ subject: 'Subject', content: 'Text' })
    expect(splitSubject('Text\nmore')).toEqual({ subject: '', content: 'Text\nmore' })
  })
})

describe('a folder of workgraph', () => {
  it('becomes a graph without system tasks, archived ones and cycles', () => {
    const move = readWorkgraph(workgraph())
    expect(move.faults).toEqual([])
    const tasks = new Map(move.tasks.map((moved) => [moved.task.id as string, moved]))
    expect(tasks.get('loop-head')?.task.after).toEqual(['build_all'])
    expect(tasks.get('build_all')?.task).toMatchObject({ title: 'Build all of it', maxAttempts: 3 })
    expect(tasks.get('write-docs')?.task).toMatchObject({ executor: 'claude', model: 'opus' })
    expect(tasks.get('nightly')).toMatchObject({ end: null, task: { schedule: { tz: 'UTC' } } })
    expect(tasks.get('failed-1')?.end).toEqual({ kind: 'failed', reason: 'exit 1: no such table' })
    expect(tasks.has('.evaluate-write-docs')).toBe(false)
    expect([...move.held]).toEqual(['loop-tail'])
    expect(leftOf(move)).toEqual(
      expect.arrayContaining(['system tasks', 'cycle_config', 'after: tasks that are archived']),
    )
  })

  it.each([
    [(text: string) => text.replace('"title": "Nightly"', '"title": ""'), 6],
    [(text: string) => `${text}{"kind":"task"\n`, 18],
    [(text: string) => text.replace('"old-archived"', '"nowhere"'), 12],
    [(text: string) => text.replace('"timeout": "30m"', '"timeout": "soon"'), 4],
  ])('names the line of a fault', (to, line) => {
    const move = readWorkgraph(changed(workgraph(), 'graph.jsonl', to))
    expect(places(move)).toEqual([`graph.jsonl:${line}`])
  })

  it('says where its config is no TOML', () => {
    const move = readWorkgraph(changed(workgraph(), 'config.toml', () => 'a = 1\nb = [\n'))
    expect(move.faults[0]).toMatchObject({ file: 'config.toml' })
  })
})

describe('malformed files', () => {
  const random = createSeededRandom(13)
  const WORDS = [
    'null',
    '{',
    '}',
    '[',
    ']',
    '"',
    '\n',
    '-1',
    '1e999',
    '\0',
    '\ud800',
    '&a *a',
    '!!js',
  ]
  const damaged = (text: string): string => {
    let out = text
    for (let count = random.int(1, 6); count > 0; count--) {
      const at = random.int(0, out.length)
      const length = random.chance(0.2) ? random.int(0, out.length) : random.int(0, 12)
      out =
        out.slice(0, at) + (random.chance(0.7) ? random.pick(WORDS) : '') + out.slice(at + length)
    }
    return out
  }

  it('never throw, and each fault has a file and a line: 2,000 of them', () => {
    const short = (files: FolderFile[]): FolderFile[] =>
      files.map(({ path, text }) => ({ path, text: text.replace(/(.{3,80}? )\1{20,}/g, '$1') }))
    const sources = [
      { files: short(agentweave()), read: (all: FolderFile[]) => readAgentweave(all, drafts) },
      { files: short(workgraph()), read: readWorkgraph },
    ]
    let faulty = 0
    for (let round = 0; round < 2000; round++) {
      const { files, read } = random.pick(sources)
      const { path } = random.pick(files)
      // The others are sound; what everything needs is read along with it.
      const together = files.filter((each) => each.path === path || each.path === 'session.json')
      const move = read(changed(together, path, damaged))
      for (const { file, line, message } of move.faults) {
        expect([...files.map((each) => each.path), 'graph.jsonl']).toContain(file)
        expect(line).toBeGreaterThanOrEqual(1)
        expect(message).not.toBe('')
      }
      if (move.faults.length > 0) faulty += 1
    }
    expect(faulty).toBeGreaterThan(1000)
  })
})
