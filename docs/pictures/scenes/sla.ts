import { card, goTo, type Scene, write } from '../scene.ts'

/** What is promised, on the card: one that is overdue, one that is near. */
export const sla: Scene = {
  name: 'sla',
  height: 1060,
  async play(page) {
    await goTo(page, 'dispatch')
    const late = card(page, 'No flowers at our stage')
    await late.waitFor()
    return [late, card(page, 'Can the driver ring'), page.getByRole('article').last()]
  },
}

/** The figures of four weeks. */
export const stats: Scene = {
  name: 'stats',
  width: 840,
  async play(page) {
    await write(page, '/outreach stats 28d')
    const figures = page.getByRole('article', { name: /^Only visible to you/ }).filter({ hasText: 'Figures of Support' })
    await figures.waitFor()
    return [figures]
  },
}

/** The same as a chart. */
export const chart: Scene = {
  name: 'stats-chart',
  height: 700,
  async play(page) {
    await write(page, '/outreach stats 28d')
    const figures = page.getByRole('article', { name: /^Only visible to you/ }).filter({ hasText: 'Figures of Support' })
    await figures.getByRole('button', { name: 'Send me the chart' }).last().click()
    await page.getByText('The chart is in your direct messages.').last().waitFor()
    await goTo(page, 'Overture messages')
    const picture = page.getByRole('img', { name: /figures/ }).last()
    await picture.waitFor()
    return [picture]
  },
}
