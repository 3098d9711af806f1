/** Where identities come from, which of several is meant, and files that are none. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import type { Identity } from '../../../src/domain/judging/identity.ts'
import { SHIPPED_IDENTITIES } from '../../../src/judging/identity.ts'
import { openIdentities } from '../../../src/yard/judging/identities.ts'
import { errorOf, valueOf } from '../../config/support.ts'

let own: string
let mine: string
let warnings: string[]
let known: Identity[]

function open() {
  return openIdentities(
    {
      paths: { identities: own },
      env: { HOME: '/nowhere', XDG_CONFIG_HOME: mine },
      log: { warn: (message) => void warnings.push(message) },
    },
    { knownIdentities: (prefix) => known.filter(({ id }) => id.startsWith(prefix)).slice(0, 2) },
  )
}

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'yard-identities-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  own = join(folder, 'project')
  mine = join(folder, 'config')
  warnings = []
  known = []
})

const textOf = (description: string, name = 'Careful Programmer') =>
  `role = "programmer"\ntradeoff = "careful"\nname = "${name}"\ndescription = "${description}"\n`

function write(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
const writeOwn = (name: string, text: string) => write(own, name, text)
const writeMine = (name: string, text: string) => write(join(mine, 'yard/identities'), name, text)

it('without files there are the shipped ones', () => {
  const book = open()
  expect(book.all()).toHaveLength(SHIPPED_IDENTITIES.length)
  expect(valueOf(book.resolve('careful programmer'))).toMatchObject({
    source: 'shipped',
    role: 'programmer',
  })
})

it('a name means the project’s before the user’s before the shipped, an id the very one', () => {
  const book = open()
  const shipped = valueOf(book.resolve('Careful Programmer'))
  writeMine('a.toml', textOf('mine'))
  expect(valueOf(book.resolve('Careful Programmer'))).toMatchObject({ source: 'global' })
  writeOwn('a.toml', textOf('own'))
  const found = valueOf(book.resolve('careful programmer '))
  expect(found).toMatchObject({ source: 'project', description: 'own' })
  expect(valueOf(book.resolve(shipped.id.slice(0, 8)))).toMatchObject({ source: 'shipped' })
  expect(valueOf(book.resolve(found.id))).toEqual(found)
})

it('two of one name in one place must be told apart by their ids', () => {
  writeOwn('a.toml', textOf('one'))
  writeOwn('b.toml', textOf('two'))
  const refused = errorOf(open().resolve('Careful Programmer'))
  expect(refused.kind).toBe('bad-request')
  expect(refused.message).toMatch(/means Careful Programmer \([0-9a-f]{8}\) and Careful Programmer/)
})

it('files are read anew when they have changed; an edit is another identity', () => {
  const book = open()
  writeOwn('a.toml', textOf('first', 'Anna'))
  const first = valueOf(book.resolve('Anna'))
  writeOwn('a.toml', textOf('second try', 'Anna'))
  const second = valueOf(book.resolve('Anna'))
  expect(second.id).not.toBe(first.id)
  expect(errorOf(book.resolve(first.id)).kind).toBe('unknown-identity')
  known = [first]
  expect(valueOf(book.resolve(first.id.slice(0, 8)))).toMatchObject({
    id: first.id,
    source: 'known',
    file: null,
  })
})

it('broken files are passed over, named, and warned of once', () => {
  const broken = writeOwn('broken.toml', 'role = "x"\n')
  const large = writeOwn('large.md', 'x'.repeat(100_001))
  writeOwn('notes.txt', 'not meant')
  writeOwn('good.toml', textOf('good', 'Anna'))
  mkdirSync(join(own, 'folder.toml'))
  const book = open()
  expect(valueOf(book.resolve('Anna')).source).toBe('project')
  expect(book.broken()).toEqual([
    { file: broken, problem: 'it needs a tradeoff' },
    { file: large, problem: 'it is larger than 100 kB' },
  ])
  writeOwn('other.toml', textOf('more', 'Ben'))
  book.all()
  expect(warnings.filter((line) => line.includes('broken.toml'))).toHaveLength(1)
})

it('a word that names none is refused with the nearest name', () => {
  const refused = errorOf(open().resolve('Carefull Programmer'))
  expect(refused).toMatchObject({
    kind: 'unknown-identity',
    hint: 'did you mean "Careful Programmer"?',
  })
  expect(errorOf(open().resolve('abc')).kind).toBe('unknown-identity')
})

it('one that is added is a file of the yard; the same again changes nothing', () => {
  const book = open()
  const added = valueOf(book.add(textOf('added', 'Änna / ../x'), 'auto'))
  expect(added).toMatchObject({ source: 'project', name: 'Änna / ../x' })
  expect(added.file).toBe(join(own, `-nna-x-${added.id.slice(0, 8)}.toml`))
  expect(book.all()[0]).toEqual(added)
  expect(valueOf(book.add(textOf('added', 'Other name'), 'toml')).file).toBe(added.file)
  expect(errorOf(book.add('role = "x"', 'toml'))).toMatchObject({
    kind: 'file-broken',
    message: 'this is no identity: it needs a tradeoff',
  })
})
