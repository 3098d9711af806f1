// Renders the PNG icons from the SVG sources beside them, with any Chromium: node resources/icons/render.mjs
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from '../../scripts/chromium.mjs'

const icons = import.meta.dirname
const tray = join(dirname(icons), 'tray')
const jobs = [
  { file: join(icons, 'app-icon.svg'), to: join(icons, 'app-icon.png'), size: 512 },
  ...readdirSync(tray)
    .filter((name) => name.endsWith('.svg'))
    .flatMap((name) => {
      const png = join(tray, name.replace(/\.svg$/, ''))
      return [
        { file: join(tray, name), to: `${png}.png`, size: 22 },
        { file: join(tray, name), to: `${png}@2x.png`, size: 44 },
      ]
    }),
]

const browser = await chromium.launch({
  executablePath: findChromium() ?? undefined,
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
})
for (const { file, to, size } of jobs) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const svg = Buffer.from(readFileSync(file)).toString('base64')
  await page.setContent(
    `<body style="margin:0"><img width="${size}" height="${size}" src="data:image/svg+xml;base64,${svg}">`,
  )
  await page.locator('img').evaluate((image) => image.decode())
  await page.screenshot({ path: to, omitBackground: true })
  await page.close()
}
await browser.close()
