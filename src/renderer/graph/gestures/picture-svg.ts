/** A picture as an SVG file. Titles are anybody's words: every text is escaped. Pure. */
import type { Picture, Shape } from './picture.ts'

export function toSvg({ left, top, width, height, ground, font, shapes }: Picture): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}" font-family="${escaped(font)}">`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${escaped(ground)}"/>`,
    ...shapes.map(toElement),
    '</svg>',
    '',
  ].join('\n')
}

function toElement(shape: Shape): string {
  if (shape.kind === 'text') {
    const { x, y, size, weight, colour, text } = shape
    return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${escaped(colour)}">${escaped(text)}</text>`
  }
  const { d, fill, stroke, at } = shape
  const place = at ? ` transform="translate(${at.x} ${at.y}) scale(${at.scale})"` : ''
  return `<path d="${d}" fill="${fill === null ? 'none' : escaped(fill)}"${strokeOf(stroke)}${place}/>`
}

function strokeOf(stroke: Extract<Shape, { kind: 'path' }>['stroke']): string {
  if (stroke === null) return ''
  const { colour, width, dash } = stroke
  const dashed = dash ? ` stroke-dasharray="${dash.join(' ')}"` : ''
  return ` stroke="${escaped(colour)}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"${dashed}`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters do not exist in XML and are left out. */
export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '') // oxlint-disable-line no-control-regex
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
