/** Globs of files: `*` and `?` within a name, `**` over folders, `[…]` and `{a,b}`. One without a slash means a name in any folder. Pure. */

export function fileMatcher(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs.map((glob) => patternOf(glob.replace(/^\.?\//, '')))
  return (path) => patterns.some((pattern) => pattern.test(path))
}

const patternOf = (glob: string): RegExp =>
  new RegExp(`^${glob.includes('/') ? '' : '(?:.*/)?'}${sourceOf(glob)}$`, 'is')

const TOKENS = /\*\*\/|\*\*|\*|\?|\[!?[^\]/]+\]|\{[^{}]*\}|[\s\S]/g

function sourceOf(glob: string): string {
  return (glob.match(TOKENS) ?? [])
    .map((token) => {
      if (token === '**/') return '(?:.*/)?'
      if (token === '**') return '.*'
      if (token === '*') return '[^/]*'
      if (token === '?') return '[^/]'
      if (token.length > 2 && token.startsWith('[')) return classOf(token)
      if (token.length > 1) return `(?:${token.slice(1, -1).split(',').map(sourceOf).join('|')})`
      return literal(token)
    })
    .join('')
}

/** A range that runs backwards would be no expression at all. */
function classOf(token: string): string {
  const isNot = token.startsWith('[!')
  const inside = token.slice(isNot ? 2 : 1, -1)
  const source = `[${isNot ? '^' : ''}${inside.replaceAll(/[\\^[\]]/g, '\\$&')}]`
  try {
    return new RegExp(source, 's').source
  } catch {
    return literal(token)
  }
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
