/** A file of an identity: TOML, or Markdown whose front matter names role and trade-off and whose text describes. Pure. */
import { parse } from 'smol-toml'
import { issueText } from '../base/issue-text.ts'
import { err, ok, type Result } from '../base/result.ts'
import { errorText } from '../base/text.ts'
import { nearMatch } from '../domain/near-match.ts'
import { type IdentityContent, identityContentSchema } from '../domain/judging/identity.ts'

export type IdentityFormat = 'toml' | 'md'

/** Markdown begins with front matter or a heading. */
export const formatOfText = (text: string): IdentityFormat =>
  /^\s*(?:---|\+\+\+|# )/.test(text.replace(/^\uFEFF/, '')) ? 'md' : 'toml'

/** The error says in one line what is wrong. */
export function parseIdentity(
  text: string,
  format: IdentityFormat,
): Result<IdentityContent, string> {
  const plain = text.replace(/^\uFEFF/, '')
  const fields = format === 'toml' ? tomlFields(plain) : markdownFields(plain)
  if (!fields.ok) return fields
  const parsed = identityContentSchema.safeParse(fields.value)
  return parsed.success ? ok(parsed.data) : err(wrongField(parsed.error.issues, fields.value))
}

type Fields = Readonly<Record<string, unknown>>

function tomlFields(text: string): Result<Fields, string> {
  try {
    return ok(parse(text))
  } catch (error) {
    return err(errorText(error).split('\n')[0] ?? 'is no TOML')
  }
}

const KNOWN = identityContentSchema.keyof().options

function wrongField(
  issues: NonNullable<ReturnType<typeof identityContentSchema.safeParse>['error']>['issues'],
  fields: Fields,
): string {
  const [issue] = issues
  if (!issue) return 'is no identity'
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    const near = nearMatch(key, KNOWN)
    const hint = near === null ? `fields: ${KNOWN.join(', ')}` : `did you mean "${near}"?`
    return `unknown field ${JSON.stringify(key)}; ${hint}`
  }
  const field = String(issue.path[0] ?? '')
  if (fields[field] === undefined) return `it needs a ${field}`
  return `${issue.path.join('.')}: ${issueText(issue)}`
}

const FENCES = { '---': yamlFields, '+++': tomlFields } as const

/** Lists may stand below headings: `## Skills`, `## Acceptable`, `## Not acceptable`. What else is below the front matter describes. */
function markdownFields(text: string): Result<Fields, string> {
  const [, fence, front, body] =
    /^\s*(---|\+\+\+)[ \t]*\n([\s\S]*?)\n\1[ \t]*(?:\n([\s\S]*))?$/.exec(
      text.replaceAll('\r\n', '\n'),
    ) ?? ['', '', '', '']
  if (fence !== '---' && fence !== '+++')
    return err('it needs front matter between two lines of --- with a role and a tradeoff')
  const said = FENCES[fence](front ?? '')
  if (!said.ok) return said
  const sections = sectionsOf(body ?? '')
  const lists = LISTS.flatMap((name) => {
    const items = sections.lists.get(name)
    return items === undefined ? [] : [[name, items] as const]
  })
  const description = [said.value['description'], sections.text].filter(Boolean).join('\n\n')
  return ok({
    ...(sections.title === null ? {} : { name: sections.title }),
    ...said.value,
    ...Object.fromEntries(lists),
    description,
  })
}

const LISTS = ['skills', 'acceptable', 'not_acceptable'] as const

function sectionsOf(body: string) {
  const lists = new Map<string, string[]>()
  const text: string[] = []
  let title: string | null = null
  let current: string[] | null = null
  for (const line of body.split('\n')) {
    const heading = headingOf(line)
    if (heading) current = null
    if (heading?.list) lists.set(heading.list, (current = lists.get(heading.list) ?? []))
    else if (heading?.isTitle && title === null) title = heading.text
    else if (current === null) text.push(line)
    else addItem(current, line)
  }
  return { title, lists, text: text.join('\n').trim() }
}

function headingOf(line: string) {
  const [, marks, text] = /^(#{1,6})\s+(.+?)\s*#*$/.exec(line) ?? []
  if (text === undefined) return null
  const name = text.toLowerCase().replaceAll(/[\s-]+/g, '_')
  return { text, isTitle: marks === '#', list: LISTS.find((each) => each === name) ?? null }
}

function addItem(items: string[], line: string): void {
  const item = /^\s*[-*+]\s+(.+?)\s*$/.exec(line)?.[1]
  if (item !== undefined) items.push(item)
  else if (line.trim() !== '' && items.length > 0) items.push(`${items.pop() ?? ''} ${line.trim()}`)
}

/** The part of YAML that such files use: texts, and lists in one line or one item a line. */
function yamlFields(text: string): Result<Fields, string> {
  const fields = new Map<string, string | string[]>()
  let list: string[] | null = null
  for (const line of text.split('\n')) {
    if (/^\s*(?:#.*)?$/.test(line)) continue
    const item = /^\s*-\s+(.+?)\s*$/.exec(line)?.[1]
    if (item !== undefined && list) {
      list.push(unquoted(item))
      continue
    }
    const [, key, value] = /^([A-Za-z_][\w-]*)\s*:\s*(.*?)\s*$/.exec(line) ?? []
    if (key === undefined || value === undefined)
      return err(`${JSON.stringify(line.trim().slice(0, 60))} is no line of the form "key: value"`)
    list = value === '' ? [] : null
    fields.set(key.replaceAll('-', '_'), list ?? valueOf(value))
  }
  return ok(Object.fromEntries(fields))
}

function valueOf(text: string): string | string[] {
  const inner = /^\[(.*)\]$/.exec(text)?.[1]
  if (inner === undefined) return unquoted(text)
  const parts = inner.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[^,]+/g) ?? []
  return parts.map((part) => unquoted(part.trim())).filter((part) => part !== '')
}

function unquoted(text: string): string {
  const single = /^'(.*)'$/.exec(text)?.[1]
  if (single !== undefined) return single.replaceAll("''", "'")
  return /^"(.*)"$/.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? text
}
