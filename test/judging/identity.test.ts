import { describe, expect, test } from 'vitest'
import { identityContentSchema } from '../../src/domain/judging/identity.ts'
import {
  findIdentities,
  identityOf,
  matchIdentity,
  SHIPPED_IDENTITIES,
} from '../../src/judging/identity.ts'

const content = { role: 'programmer', tradeoff: 'careful', skills: ['a', 'b'] }
const made = (more: object = {}) => identityOf(identityContentSchema.parse({ ...content, ...more }))

describe('an identity', () => {
  test('has an id that follows what it says, and not its name, the order of keys or blanks', () => {
    const { id } = made()
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(made({ name: 'Anna' }).id).toBe(id)
    expect(made({ description: '  ' }).id).toBe(id)
    expect(
      identityOf(
        identityContentSchema.parse({
          skills: [' a', 'b '],
          tradeoff: 'careful',
          role: 'programmer',
        }),
      ).id,
    ).toBe(id)
    expect(made({ skills: ['b', 'a'] }).id).not.toBe(id)
    expect(made({ acceptable: ['slower'] }).id).not.toBe(id)
  })

  test('is named after its trade-off and role', () => {
    expect(made().name).toBe('Careful Programmer')
    expect(made({ name: 'Anna' }).name).toBe('Anna')
  })

  test.each([
    {},
    { role: '' },
    { role: 'x', tradeoff: 'y', nonsense: 1 },
    { role: 'x', tradeoff: 'y', skills: 'z' },
  ])('is not made from %j', (broken) =>
    expect(identityContentSchema.safeParse(broken).success).toBe(false),
  )

  test('ships for seven roles with four trade-offs, each another', () => {
    expect(SHIPPED_IDENTITIES).toHaveLength(28)
    expect(new Set(SHIPPED_IDENTITIES.map(({ id }) => id)).size).toBe(28)
    expect(new Set(SHIPPED_IDENTITIES.map(({ name }) => name)).size).toBe(28)
  })

  test('is found by its name or by a prefix of four', () => {
    const [first] = SHIPPED_IDENTITIES
    const id = first?.id ?? ''
    expect(findIdentities(SHIPPED_IDENTITIES, id.slice(0, 12))).toEqual([first])
    expect(findIdentities(SHIPPED_IDENTITIES, 'careful programmer')).toEqual([first])
    expect(findIdentities(SHIPPED_IDENTITIES, id.slice(0, 3))).toEqual([])
    expect(findIdentities([made(), { ...made(), name: 'Anna' }], made().id)).toHaveLength(2)
    expect(findIdentities(SHIPPED_IDENTITIES, '')).toEqual([])
  })
})

describe('without a model an identity is matched', () => {
  const match = (title: string, ...tags: string[]) =>
    matchIdentity(SHIPPED_IDENTITIES, { title, description: '', tags })?.name
  test('by tags before words', () => {
    expect(match('Look at the parser', 'tests')).toBe('Balanced Tester')
    expect(match('Write the documentation of the design', 'research')).toBe('Balanced Researcher')
  })
  test('by words where there are no tags', () =>
    expect(match('Review the change')).toBe('Balanced Reviewer'))
  test('not at all where nothing fits', () => expect(match('Xyzzy')).toBeUndefined())
})
