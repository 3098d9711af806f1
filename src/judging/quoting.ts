/** Texts of others in a prompt: quoted line by line, and of bounded size. */

/** One heading with its parts; nothing where all of them are empty. */
export function section(name: string, parts: readonly string[]): string {
  const text = parts.filter((part) => part !== '').join('\n')
  return text === '' ? '' : `## ${name}\n\n${text}`
}

/** Sections in their order, a blank line between; cut in the middle where they are longer than `most` together. */
export const prompt = (sections: readonly string[], most: number): string =>
  cutMiddle(sections.filter((each) => each !== '').join('\n\n'), most)

/** No line of it can be taken for one of ours. */
export const quoted = (text: string): string =>
  text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => `│ ${line}`)
    .join('\n')

export const tailOf = (text: string, most: number): string =>
  text.length <= most ? text : `…${text.slice(1 - most).toWellFormed()}`

export function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text
  const gap = `\n… ${text.length - most} characters are left out …\n`
  const half = Math.max(0, Math.floor((most - gap.length) / 2))
  const start = text.slice(0, half).toWellFormed()
  return `${start}${gap}${text.slice(text.length - half).toWellFormed()}`
}
