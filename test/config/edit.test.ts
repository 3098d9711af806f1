import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { DEFAULT_CONFIG_TEXT } from '../../src/config/default-config.ts'
import { addModel, editConfig, removeModel, setDefaultModel } from '../../src/config/edit.ts'
import { removeFromText, setInText } from '../../src/config/edit-text.ts'
import { CONFIG_FLAGS, findKey, formatKey, parseKey } from '../../src/config/keys.ts'
import { loadConfig } from '../../src/config/load.ts'
import { errorOf, sourcesOf, textOf, valueOf } from './support.ts'

const FILE = `# head of the file

[coordinator]   # mine
max_agents = 4         # max parallel agents
# executor = "claude"
poll_interval = 60

# about agents
[agent]
# keep this
executor = 'claude' # gone with its key
heartbeat_timeout = 5.0

[executors.cli]
type = "command"
command = [
  "x", # why
  "{prompt_file}",
]
env = { A = "1", B = { from = "B" } }
# tail
`

describe('one key in a text', () => {
  it.each<[string[], unknown, string, string]>([
    [['coordinator', 'max_agents'], 9, 'max_agents = 4  ', 'max_agents = 9  '],
    [['agent', 'executor'], 'codex', "executor = 'claude' #", 'executor = "codex" #'],
    [
      ['coordinator', 'executor'],
      'shell',
      '# executor = "claude"\n',
      '# executor = "claude"\nexecutor = "shell"\n',
    ],
    [
      ['coordinator', 'model'],
      'opus',
      'poll_interval = 60\n',
      'poll_interval = 60\nmodel = "opus"\n',
    ],
    [['executors', 'cli', 'stdin'], 'none', ' = "B" } }\n', ' = "B" } }\nstdin = "none"\n'],
    [['store', 'backups'], 2, '# tail\n', '# tail\n\n[store]\nbackups = 2\n'],
    [['executors', 'cli', 'command'], ['y'], '[\n  "x", # why\n  "{prompt_file}",\n]', '["y"]'],
  ])('%j is set and nothing else moves', (path, value, before, after) => {
    expect(setInText(FILE, path, value)).toBe(FILE.replace(before, after))
  })

  it('is set inside an inline table and beside a dotted key', () => {
    expect(setInText(FILE, ['executors', 'cli', 'env', 'C'], 'q"')).toBe(
      FILE.replace('{ from = "B" } }', '{ from = "B" }, C = "q\\"" }'),
    )
    const dotted = 'coordinator.max_agents = 4 # c\nagent = { executor = "x" }\n'
    const edited = setInText(dotted, ['agent', 'model'], 'opus')
    expect(parse(setInText(edited, ['coordinator', 'model'], 'haiku'))).toEqual({
      coordinator: { max_agents: 4, model: 'haiku' },
      agent: { executor: 'x', model: 'opus' },
    })
    expect(edited).toContain('= 4 # c\n')
  })

  it('is removed with its own line only', () => {
    expect(removeFromText(FILE, ['agent', 'executor'])).toBe(
      FILE.replace("executor = 'claude' # gone with its key\n", ''),
    )
    expect(removeFromText(FILE, ['agent', 'model'])).toBe(FILE)
    expect(removeFromText(FILE, ['executors', 'cli', 'command'])).not.toContain('why')
    const gone = removeFromText(FILE, ['executors', 'cli'])
    expect(gone).toBe(`${FILE.slice(0, FILE.indexOf('[executors.cli]'))}# tail\n`)
  })

  it('keeps CRLF, a byte order mark and a missing last newline', () => {
    expect(setInText('[agent]\r\nmodel = "a" # c\r\n', ['agent', 'executor'], 'b')).toBe(
      '[agent]\r\nmodel = "a" # c\r\nexecutor = "b"\r\n',
    )
    expect(setInText('[agent]\nmodel = "a"', ['agent', 'executor'], 'b')).toBe(
      '[agent]\nmodel = "a"\nexecutor = "b"\n',
    )
    expect(setInText('\r\n[agent]', ['store', 'backups'], 1)).toBe(
      '\r\n[agent]\r\n\r\n[store]\r\nbackups = 1\r\n',
    )
  })

  it('is not fooled by a comment inside a text', () => {
    const text = '[executors.a]\ntype = "claude"\nmodel = """\n# timeout = 1\n"""\n'
    const edited = setInText(text, ['executors', 'a', 'timeout'], '1h')
    expect(edited).toBe(`${text}timeout = "1h"\n`)
  })

  it('reads back whatever was set, and every comment is still there', () => {
    const paths = fc.constantFrom(
      ['coordinator', 'model'],
      ['coordinator', 'max_agents'],
      ['executors', 'cli', 'model'],
      ['executors', 'new.one', 'model'],
      ['executors', 'cli', 'env', 'B'],
      ['models', 'gpt-5.1', 'tier'],
      ['caps', 'tags', 'a b"c'],
    )
    const values = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.array(fc.string(), { maxLength: 3 }),
    )
    const steps = fc.array(fc.tuple(paths, fc.option(values)), { maxLength: 8 })
    const comments = FILE.match(/# (head|max|about|keep|tail).*/g) ?? []
    fc.assert(
      fc.property(fc.constantFrom(FILE, DEFAULT_CONFIG_TEXT, ''), steps, (start, edits) => {
        let text = start
        for (const [path, value] of edits) {
          text = value === null ? removeFromText(text, path) : setInText(text, path, value)
          const read = path.reduce<unknown>((tree, key) => Object(tree)[key], parse(text))
          expect(read).toEqual(value === null ? undefined : value)
        }
        const kept =
          start === FILE ? comments.filter((comment) => !comment.startsWith('# max')) : []
        for (const comment of kept) expect(text).toContain(comment)
      }),
      { numRuns: 150 },
    )
  })
})

const edit = (project: string | undefined, key: string, value: string | null) => {
  const sources = sourcesOf(project === undefined ? {} : { project })
  return { sources, result: editConfig(sources, 'project', [{ key, value }]) }
}

describe('an edit of the config', () => {
  it('writes the file with its mode and leaves nothing else behind', () => {
    const sources = sourcesOf({ project: FILE })
    chmodSync(sources.projectFile, 0o640)
    const changes = valueOf(
      editConfig(sources, 'project', [{ key: 'coordinator.max_agents', value: '8' }]),
    )
    expect(changes).toEqual([
      { key: 'coordinator.max_agents', value: 8, file: sources.projectFile },
    ])
    expect(textOf(sources.projectFile)).toBe(FILE.replace('= 4 ', '= 8 '))
    expect(statSync(sources.projectFile).mode & 0o777).toBe(0o640)
    expect(readdirSync(dirname(sources.projectFile))).toEqual(['config.toml'])
    expect(valueOf(loadConfig(sources)).settings.coordinator.maxAgents).toBe(8)
  })

  it('follows a symlink to the file', () => {
    const sources = sourcesOf({ project: FILE })
    const target = join(dirname(sources.projectFile), 'real.toml')
    renameSync(sources.projectFile, target)
    symlinkSync(target, sources.projectFile)
    valueOf(editConfig(sources, 'project', [{ key: 'store.backups', value: '1' }]))
    expect(lstatSync(sources.projectFile).isSymbolicLink()).toBe(true)
    expect(textOf(target)).toContain('[store]\nbackups = 1\n')
  })

  it.runIf(process.platform === 'linux')('puts no file in the place of a device', ({ skip }) => {
    const sources = sourcesOf({})
    const isRoot = process.getuid?.() === 0
    // Root could replace the one of the system.
    const device = isRoot ? join(dirname(sources.projectFile), 'null') : '/dev/null'
    if (isRoot && spawnSync('mknod', [device, 'c', '1', '3']).status !== 0)
      skip('no device can be made here')
    symlinkSync(device, sources.projectFile)
    const edited = editConfig(sources, 'project', [{ key: 'store.backups', value: '1' }])
    expect(errorOf(edited).message).toContain('it is no regular file')
    expect(statSync(device).isCharacterDevice()).toBe(true)
  })

  it('makes the user’s file when it is the first', () => {
    const sources = {
      ...sourcesOf({}),
      globalFile: join(dirname(sourcesOf({}).globalFile), 'new', 'config.toml'),
    }
    valueOf(editConfig(sources, 'global', [{ key: 'coordinator.model', value: 'sonnet' }]))
    expect(textOf(sources.globalFile)).toBe('[coordinator]\nmodel = "sonnet"\n')
    expect(existsSync(sources.projectFile)).toBe(false)
  })

  it.each<[string, string | null, object]>([
    [
      'coordinator.max_agnets',
      '8',
      { kind: 'bad-key', hint: 'did you mean coordinator.max_agents?' },
    ],
    ['max_agents', '8', { kind: 'bad-key', hint: 'did you mean coordinator.max_agents?' }],
    ['coordinator', '8', { kind: 'bad-key' }],
    ['', '8', { kind: 'bad-key' }],
    ['coordinator.max_agents', 'many', { kind: 'bad-request' }],
    ['coordinator.max_agents', '-1', { kind: 'bad-request' }],
    ['coordinator.poll_interval', '0', { kind: 'bad-request' }],
    [
      'coordinator.executor',
      'cluade',
      { kind: 'unknown-executor', hint: 'did you mean "claude"?' },
    ],
    ['coordinator.model', 'sonet', { kind: 'unknown-model', hint: 'did you mean "sonnet"?' }],
    ['executors.new.model', 'opus', { kind: 'bad-request' }],
    ['executors.cli.type', 'shell', { kind: 'bad-key' }],
    ['executors.cli.type', null, { kind: 'bad-request' }],
    ['nope.nope', null, { kind: 'bad-key' }],
  ])('%s = %s is refused and nothing is written', (key, value, failure) => {
    const { sources, result } = edit(FILE, key, value)
    expect(errorOf(result)).toMatchObject(failure)
    expect(textOf(sources.projectFile)).toBe(FILE)
  })

  it('is refused on a broken file, unless it is what mends it', () => {
    const broken = '[coordinator]\nmax_agents = \n'
    const { sources, result } = edit(broken, 'coordinator.max_agents', '4')
    expect(errorOf(result).kind).toBe('config-broken')
    expect(textOf(sources.projectFile)).toBe(broken)
    expect(
      errorOf(edit('[coordinator]\nfoo = 1\n', 'coordinator.max_agents', '4').result).kind,
    ).toBe('config-broken')
    expect(edit('[coordinator]\nmax_agents = -1\n', 'coordinator.max_agents', '4').result.ok).toBe(
      true,
    )
  })

  it('does all of several or none', () => {
    const sources = sourcesOf({ project: FILE })
    const edits = [
      { key: 'executors.new.type', value: 'codex' },
      { key: 'executors.new.model', value: 'gpt-5' },
    ]
    valueOf(editConfig(sources, 'project', edits))
    expect(textOf(sources.projectFile)).toBe(
      `${FILE}\n[executors.new]\ntype = "codex"\nmodel = "gpt-5"\n`,
    )
    const half = [
      { key: 'store.backups', value: '1' },
      { key: 'store.nope', value: '1' },
    ]
    expect(errorOf(editConfig(sources, 'project', half)).kind).toBe('bad-key')
    expect(textOf(sources.projectFile)).not.toContain('backups')
  })

  it('takes texts, numbers, truths and lists as they are typed', () => {
    const set = (key: string, value: string) => valueOf(edit(FILE, key, value).result)[0]?.value
    expect(set('coordinator.poll_interval', '120')).toBe(120)
    expect(set('coordinator.poll_interval', '2m')).toBe('2m')
    expect(set('executors.cli.command', '["a", "b c"]')).toEqual(['a', 'b c'])
    expect(set('executors.cli.keep_background', 'true')).toBe(true)
    expect(set('executors.cli.env.KEY', '{ from = "X" }')).toEqual({ from: 'X' })
    expect(set('executors.cli.env.KEY', '8')).toBe('8')
    expect(set('executors.schedule.schedule', '09:00')).toBe('09:00')
  })

  it('says that a folder cannot be written', () => {
    const given = sourcesOf({ project: FILE })
    const sources = { ...given, projectFile: join(given.projectFile, 'yard', 'config.toml') }
    expect(
      errorOf(editConfig(sources, 'project', [{ key: 'store.backups', value: '1' }])).kind,
    ).toBe('io')
  })
})

describe('a profile', () => {
  const MINE = '# about mine\n[executors.mine]\ntype = "codex"\n# which\nmodel = "gpt-5"\n'
  const nulls = ['type', 'model'].map((field) => ({ key: `executors.mine.${field}`, value: null }))

  it.each([
    ['its table', [{ key: 'executors.mine', value: null }]],
    ['its last key', nulls],
  ])('goes whole with %s, and every comment stays', (_, edits) => {
    const sources = sourcesOf({ project: `${MINE}\n${FILE}` })
    const changes = valueOf(editConfig(sources, 'project', edits))
    expect(changes).toContainEqual({
      key: 'executors.mine',
      value: null,
      file: sources.projectFile,
    })
    expect(textOf(sources.projectFile)).toBe(`# about mine\n# which\n\n${FILE}`)
  })

  it('can be given whole, where no single key of it would do', () => {
    const table =
      '{ type = "command", command = ["prog", "x"], env = { A = "1", B = { from = "C" } } }'
    const { sources, result } = edit('', 'executors.mine', table)
    expect(valueOf(result).map(({ key, value }) => [key, value])).toEqual([
      ['executors.mine.type', 'command'],
      ['executors.mine.command', ['prog', 'x']],
      ['executors.mine.env.A', '1'],
      ['executors.mine.env.B', { from: 'C' }],
    ])
    expect(valueOf(loadConfig(sources)).settings.executors['mine']).toMatchObject({
      type: 'command',
      command: ['prog', 'x'],
      env: { A: '1', B: { from: 'C' } },
    })
  })

  it.each([
    ['a word', 'codex', 'is a table, not "codex"; give it whole'],
    ['nothing', '{}', 'is a table'],
    ['a key that does not exist', '{ typ = "codex" }', 'did you mean executors.mine.type?'],
    ['a value of the wrong kind', '{ type = "command", command = 8 }', 'executors.mine.command'],
    ['too little', '{ type = "command" }', 'needs a command'],
  ])('is not made of %s', (_, value, said) => {
    const { message, hint } = errorOf(edit(FILE, 'executors.mine', value).result)
    expect(`${message}; ${hint}`).toContain(said)
  })

  it('that does not stand in the file is not said to be taken out', () => {
    const absent = (key: string) => valueOf(edit(MINE, key, null).result)
    expect(absent('executors.nope')).toMatchObject([{ key: 'executors.nope', wasAbsent: true }])
    expect(absent('executors.mine.base_url')).toMatchObject([{ wasAbsent: true }])
    expect(absent('executors.mine.model')[0]).not.toHaveProperty('wasAbsent')
  })

  it('goes with the tables below it, and however it is written', () => {
    const inner = `${MINE}\n[executors.mine.env]\nA = "1"\n`
    const dotted = 'executors.mine.type = "codex"\nexecutors.mine.env.A = "1"\n'
    const inline = '[executors]\nmine = { type = "codex", env = { A = "1" } }\n'
    for (const project of [inner, dotted, inline]) {
      const { sources, result } = edit(project, 'executors.mine', null)
      valueOf(result)
      expect(textOf(sources.projectFile)).not.toMatch(/mine\b.*[=\]]|codex|A =/)
    }
  })

  it.each([
    ['[coordinator]\nexecutor = "mine"\n', 'coordinator.executor'],
    ['[worktree]\nmerger = "mine"\n', 'worktree.merger'],
    ['[executors.other]\ntype = "claude"\nfallback = "mine"\n', 'executors.other.fallback'],
    ['[executors.late]\ntype = "schedule"\nthen = "mine"\n', 'executors.late.then'],
  ])('stays while %j names it', (other, key) => {
    const project = `${MINE}${other}`
    for (const edits of [nulls, [{ key: 'executors.mine', value: null }]]) {
      const sources = sourcesOf({ project })
      const refused = errorOf(editConfig(sources, 'project', edits))
      expect(refused.kind).toBe('in-use')
      expect(refused.message).toBe(`executor "mine" is still named by ${key}`)
      expect(textOf(sources.projectFile)).toBe(project)
    }
  })

  it('of the user’s file stays while the file of a yard names it', () => {
    const sources = sourcesOf({ global: MINE })
    const elsewhere = sourcesOf({ project: '[coordinator]\nexecutor = "mine"\n' }).projectFile
    const edits = [{ key: 'executors.mine', value: null }]
    const others = { ...sources, otherProjects: [elsewhere] }
    const refused = errorOf(editConfig(others, 'global', edits))
    expect(refused.message).toContain(`coordinator.executor, with ${elsewhere}`)
    expect(refused.kind).toBe('in-use')
    expect(editConfig(sources, 'global', edits).ok).toBe(true)
  })

  it('keeps its table while a key is left', () => {
    const { sources, result } = edit(MINE, 'executors.mine.model', null)
    valueOf(result)
    expect(textOf(sources.projectFile)).toBe(MINE.replace('model = "gpt-5"\n', ''))
  })
})

describe('the registry of models', () => {
  it('gains, changes, prefers and loses entries', () => {
    const sources = sourcesOf({ project: FILE })
    const fields = { provider: 'openrouter', model_id: 'deepseek/v3', tier: 'light' }
    valueOf(addModel(sources, 'project', 'my.model', fields))
    expect(textOf(sources.projectFile)).toBe(
      `${FILE}\n[models."my.model"]\nprovider = "openrouter"\nmodel_id = "deepseek/v3"\ntier = "light"\n`,
    )
    valueOf(setDefaultModel(sources, 'project', 'my.model'))
    expect(errorOf(removeModel(sources, 'project', 'my.model')).message).toContain(
      'coordinator.model',
    )
    valueOf(setDefaultModel(sources, 'project', 'opus'))
    valueOf(removeModel(sources, 'project', 'my.model'))
    expect(textOf(sources.projectFile)).not.toContain('deepseek')
  })

  it('refuses what is unknown or built in', () => {
    const sources = sourcesOf({})
    expect(errorOf(removeModel(sources, 'project', 'opsu'))).toMatchObject({
      kind: 'unknown-model',
      hint: 'did you mean "opus"?',
    })
    expect(errorOf(removeModel(sources, 'project', 'opus')).kind).toBe('not-allowed')
    expect(
      errorOf(addModel(sources, 'project', 'a b', { provider: 'x', model_id: 'y' })).kind,
    ).toBe('bad-request')
    expect(errorOf(setDefaultModel(sources, 'project', 'nope')).kind).toBe('unknown-model')
  })
})

describe('keys', () => {
  it('are written and read with quotes where a name needs them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }), (path) => {
        fc.pre(path.every((part) => /^[ -~]+$/.test(part)))
        expect(parseKey(path.map((part) => JSON.stringify(part)).join('.'))).toEqual(path)
      }),
    )
    expect(parseKey('models.gpt-5.1.tier')).toEqual(['models', 'gpt-5.1', 'tier'])
    expect(parseKey('caps.models.gpt-5.1')).toEqual(['caps', 'models', 'gpt-5.1'])
    expect(parseKey('executors.a.b.env.C')).toEqual(['executors', 'a.b', 'env', 'C'])
    expect(parseKey('a..b')).toBeNull()
    expect(parseKey('a.')).toBeNull()
    expect(formatKey(['models', 'a.b', 'tier'])).toBe('models."a.b".tier')
  })

  it('exist for every flag', () => {
    for (const { key } of CONFIG_FLAGS) expect(findKey(key).ok).toBe(true)
  })
})

it('a temporary file left over by a crash is no obstacle', () => {
  const sources = sourcesOf({ project: FILE })
  const left = `${sources.projectFile}.${process.pid}.0a1b2c3d`
  writeFileSync(left, 'left over')
  valueOf(editConfig(sources, 'project', [{ key: 'store.backups', value: '3' }]))
  expect(textOf(sources.projectFile)).toContain('backups = 3')
  expect(readdirSync(dirname(sources.projectFile))).toEqual(['config.toml', basename(left)])
})

describe("a key of the user's own file", () => {
  const model = '[models.mine]\nprovider = "anthropic"\nmodel_id = "m"\n'

  it('must go with no yard at all, not with this one alone', () => {
    const sources = sourcesOf({ project: model })
    const wrong = editConfig(sources, 'global', [{ key: 'coordinator.model', value: 'mine' }])
    expect(errorOf(wrong).kind).toBe('bad-request')
    expect(errorOf(wrong).message).toContain('where there is no yard')
    expect(existsSync(sources.globalFile)).toBe(false)
  })

  it('must go with the other yards that are known', () => {
    const sources = sourcesOf({ global: model })
    const other = join(dirname(sources.projectFile), 'other.toml')
    writeFileSync(other, '[coordinator]\nmodel = "mine"\n')
    const edit = [{ key: 'models.mine', value: null }]
    const met = { ...sources, otherProjects: [other] }
    expect(errorOf(editConfig(met, 'global', edit)).message).toContain(other)
    expect(textOf(sources.globalFile)).toBe(model)
    expect(editConfig(sources, 'global', edit).ok).toBe(true)
  })
})
