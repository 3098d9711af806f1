/** The graph as a picture file, in the theme of the page: an SVG, or painted on a canvas of its own as a PNG. Loaded when one is asked for. */
import type { Session } from '../../model/session/session.ts'
import { showToast } from '../../model/toasts.ts'
import { download, fileName } from '../../ui/download.ts'
import { canvasScene } from '../canvas/camera.ts'
import { readColours } from '../paint/drawing.ts'
import { type Picture, type Shape, toPicture } from './picture.ts'

export async function exportPicture(session: Session, format: 'svg' | 'png'): Promise<void> {
  const picture = drawNow()
  const content = picture && (await contentOf(picture, format))
  if (!content) return showToast('Not exported: this browser could not draw it.', { kind: 'error' })
  const name = fileName(session.yard.getState().summary?.name ?? '', format, new Date())
  download(name, content)
  showToast(`Exported ${name}`)
}

async function contentOf(picture: Picture, format: 'svg' | 'png'): Promise<Blob | null> {
  return format === 'png' ? toPng(picture) : new Blob([toSvg(picture)], { type: 'image/svg+xml' })
}

function drawNow(): Picture | null {
  const { body } = document
  const colours = readColours(body)
  const context = document.createElement('canvas').getContext('2d')
  return toPicture(canvasScene(), colours, (words, size, weight) => {
    if (!context) return words.length * size * 0.6
    context.font = `${weight} ${size}px ${colours.font}`
    return context.measureText(words).width
  })
}

/** Pixels along one side, and altogether, that browsers paint without failing. */
const MOST_SIDE = 16_000
const MOST_PIXELS = 120_000_000

/** How many pixels a canvas unit gets: two, or as many as there is room for. */
export function scaleFor({ width, height }: Pick<Picture, 'width' | 'height'>): number {
  const bySide = MOST_SIDE / Math.max(width, height)
  const byArea = Math.sqrt(MOST_PIXELS / (width * height))
  return Math.min(2, bySide, byArea)
}

/** Null when the browser could not paint it. */
export function toPng(picture: Picture): Promise<Blob | null> {
  const scale = scaleFor(picture)
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.floor(picture.width * scale))
  canvas.height = Math.max(1, Math.floor(picture.height * scale))
  const context = canvas.getContext('2d')
  if (!context) return Promise.resolve(null)
  context.fillStyle = picture.ground
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.scale(scale, scale)
  context.translate(-picture.left, -picture.top)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  for (const shape of picture.shapes) paint(context, shape, picture.font)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}

function paint(context: CanvasRenderingContext2D, shape: Shape, font: string): void {
  if (shape.kind === 'text') {
    context.font = `${shape.weight} ${shape.size}px ${font}`
    context.fillStyle = shape.colour
    context.fillText(shape.text, shape.x, shape.y)
    return
  }
  const { d, fill, stroke, at } = shape
  const outline = new Path2D(d)
  context.save()
  if (at) {
    context.translate(at.x, at.y)
    context.scale(at.scale, at.scale)
  }
  if (fill !== null) {
    context.fillStyle = fill
    context.fill(outline) // oxlint-disable-line unicorn/no-array-fill-with-reference-type
  }
  if (stroke) {
    context.strokeStyle = stroke.colour
    context.lineWidth = stroke.width
    context.setLineDash([...(stroke.dash ?? [])])
    context.stroke(outline)
  }
  context.restore()
}

// A picture as an SVG file. Titles are anybody's words: every text is escaped. Pure.

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
