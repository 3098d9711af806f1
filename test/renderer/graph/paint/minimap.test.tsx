import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { mountCamera } from '../../../../src/renderer/graph/canvas/camera.ts'
import { Minimap } from '../../../../src/renderer/graph/paint/minimap.tsx'
import { EMPTY_SCENE, type Scene } from '../../../../src/renderer/graph/scene/scene.ts'

afterEach(() => {
  mountCamera(null)
  cleanup()
})

const NOW = { x: 0, y: 0, zoom: 1, width: 800, height: 600 }

test('a press counts as soon as there is something to go to, though the map is painted later', () => {
  const setViewport = vi.fn<() => Promise<boolean>>(async () => true)
  mountCamera({
    flow: { setViewport, screenToFlowPosition: (at) => at },
    viewport: () => NOW,
    element: () => null,
  })
  const viewport = { now: () => NOW, watch: () => () => {} }
  const { rerender } = render(<Minimap scene={EMPTY_SCENE} viewport={viewport} />)
  const map = screen.getByRole('img', { name: 'Minimap' })
  fireEvent.pointerDown(map, { buttons: 1, clientX: 20, clientY: 20 })
  expect(setViewport).not.toHaveBeenCalled()
  const bounds = { left: 0, top: 0, right: 200, bottom: 80 }
  const scene: Scene = { ...EMPTY_SCENE, bounds }
  rerender(<Minimap scene={scene} viewport={viewport} />)
  fireEvent.pointerDown(map, { buttons: 1, clientX: 20, clientY: 20 })
  expect(setViewport).toHaveBeenCalledOnce()
})
