/**
 * Markdown of people and agents. Tags in it are shown as they were written, never obeyed; links lead outside and only to
 * http, https and mailto; there are no images, for a picture's address tells its server who looks.
 */
import DOMPurify from 'dompurify'
import { Marked, type Tokens } from 'marked'
import { useMemo } from 'react'
import './markdown.css'

const ALLOWED_TAGS = [
  ...['p', 'br', 'hr', 'blockquote', 'ul', 'ol', 'li', 'pre', 'code', 'em', 'strong', 'del', 'a'],
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
]
const SAFE_LINK = /^(?:https?|mailto):/i
/** Longer text is shown plain: rendering it could hold up the page. */
export const MAX_MARKDOWN_CHARS = 60_000

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escaped(text),
    image: ({ text, href }: Tokens.Image) => escaped(text === '' ? href : text),
    checkbox: ({ checked }: Tokens.Checkbox) => (checked ? '☑ ' : '☐ '),
    /** Where it leads that cannot be followed, the text stays. */
    link({ href, tokens }: Tokens.Link) {
      const inner = this.parser.parseInline(tokens)
      return SAFE_LINK.test(href) ? `<a href="${escaped(href)}">${inner}</a>` : inner
    },
    /** A page has its own headings; those in a text are below them. */
    heading({ tokens, depth }: Tokens.Heading) {
      const level = Math.min(6, depth + 3)
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`
    },
  },
})

const purifier = DOMPurify(window)
purifier.addHook('afterSanitizeAttributes', (element) => {
  if (element.tagName !== 'A') return
  element.setAttribute('target', '_blank')
  element.setAttribute('rel', 'noopener noreferrer nofollow')
})

/** Only this may be given to `dangerouslySetInnerHTML`. */
export function markdownToHtml(text: string): string {
  // Without what it needs of a browser the sanitiser would let everything through.
  if (!purifier.isSupported) return escaped(text)
  return purifier.sanitize(marked.parse(text, { async: false }), {
    ALLOWED_TAGS,
    ALLOWED_ATTR: ['href'],
    ALLOWED_URI_REGEXP: SAFE_LINK,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  })
}

export function Markdown({ text }: { readonly text: string }) {
  const html = useMemo(
    () => (text.length > MAX_MARKDOWN_CHARS ? null : markdownToHtml(text)),
    [text],
  )
  if (html === null) return <div className="markdown whitespace-pre-wrap gap-2">{text}</div>
  return <div className="markdown gap-2" dangerouslySetInnerHTML={{ __html: html }} />
}
