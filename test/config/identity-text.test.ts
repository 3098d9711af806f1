/** Files of identities in both forms, and what is said of one that is broken. */
import { expect, it } from 'vitest'
import { formatOfText, parseIdentity } from '../../src/config/identity-text.ts'
import { identityOf } from '../../src/judging/identity.ts'
import { errorOf, valueOf } from './support.ts'

const TOML = `role = "programmer"
tradeoff = "careful"
name = "Careful Programmer"
description = """Traces execution paths before changing anything."""
skills = ["typescript", "debugging"]
acceptable = ["slower", "asks when the order is unclear"]
not_acceptable = ["untested changes", "speculation without a citation"]
`
const YAML = `---
role: programmer
tradeoff: "careful"
skills: [typescript, 'debugging']
acceptable:
  - slower
  - asks when the order is unclear
---
# Careful Programmer

Traces execution paths before changing anything.

## Not acceptable

- untested changes
- speculation
  without a citation
`
const FRONT_TOML = `+++
${TOML.replace(/^description.*\n/m, '')}+++
Traces execution paths before changing anything.
`

it('TOML and both kinds of Markdown say the same', () => {
  const toml = valueOf(parseIdentity(TOML, 'toml'))
  expect(toml).toEqual({
    role: 'programmer',
    tradeoff: 'careful',
    name: 'Careful Programmer',
    description: 'Traces execution paths before changing anything.',
    skills: ['typescript', 'debugging'],
    acceptable: ['slower', 'asks when the order is unclear'],
    not_acceptable: ['untested changes', 'speculation without a citation'],
  })
  for (const text of [YAML, FRONT_TOML, YAML.replaceAll('\n', '\r\n'), `\uFEFF${YAML}`]) {
    expect(formatOfText(text)).toBe('md')
    const markdown = valueOf(parseIdentity(text, 'md'))
    expect(markdown).toEqual(toml)
    expect(identityOf(markdown).id).toBe(identityOf(toml).id)
  }
  expect(formatOfText(TOML)).toBe('toml')
})

it('other headings are part of the description, and lists in it stay', () => {
  const { description, skills } = valueOf(
    parseIdentity(
      '---\nrole: a\ntradeoff: b\n---\nFirst.\n\n## Habits\n\n- reads\n\n## Skills\n- x\n',
      'md',
    ),
  )
  expect(description).toBe('First.\n\n## Habits\n\n- reads')
  expect(skills).toEqual(['x'])
})

it.each([
  ['toml', 'role = "a"\n', 'it needs a tradeoff'],
  [
    'toml',
    'role = "a"\ntradeoff = "b"\nskils = []\n',
    'unknown field "skils"; did you mean "skills"?',
  ],
  ['toml', 'role = "a"\ntradeoff = "b"\nskills = "x"\n', 'skills: '],
  ['toml', 'role = "a"\ntradeoff = "b\\u0000"\n', 'tradeoff: '],
  ['toml', 'role = "a\\nb"\ntradeoff = "b"\n', 'role: must be one line'],
  ['toml', 'role = \n', 'Invalid TOML'],
  ['md', 'Just a text.\n', 'it needs front matter'],
  ['md', '---\nrole: a\nnonsense\n---\n', '"nonsense" is no line of the form "key: value"'],
  ['md', '---\nrole: a\n---\n', 'it needs a tradeoff'],
] as const)('%s %j is refused in one line', (format, text, words) => {
  const problem = errorOf(parseIdentity(text, format))
  expect(problem).toContain(words)
  expect(problem).not.toContain('\n')
})
