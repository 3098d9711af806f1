/** What is wrong with a value, in plain words where a schema has none of its own. */

interface Issue {
  readonly message: string
  readonly code?: unknown
  readonly origin?: unknown
  readonly minimum?: unknown
  readonly maximum?: unknown
  readonly expected?: unknown
}

export function issueText(issue: Issue): string {
  // Only a schema without words of its own leaves the validator's.
  if (!/^(Too (small|big): |Invalid input: expected )/.test(issue.message)) return issue.message
  const { code, origin, minimum, maximum, expected } = issue
  if (code === 'invalid_type') return `must be ${KINDS[String(expected)] ?? String(expected)}`
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : ''
  if (code === 'too_small')
    return unit !== '' && Number(minimum) === 1
      ? 'must not be empty'
      : `must ${unit ? 'have' : 'be'} at least ${String(minimum)}${unit}`
  if (code === 'too_big') return `must ${unit ? 'have' : 'be'} at most ${String(maximum)}${unit}`
  return issue.message
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'a table',
}
