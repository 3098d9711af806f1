/** A picture painted on a canvas of its own, as a PNG. */
import type { Picture, Shape } from './picture.ts'

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
