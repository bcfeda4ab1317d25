import { card, goTo, type Scene, write } from '../scene.ts'

/** What is promised, on the card: one that is near, one that is overdue. */
export const sla: Scene = {
  name: 'sla',
  height: 1000,
  async play(page) {
    await goTo(page, 'dispatch')
    await card(page, 'Where is your lorry?').waitFor()
    return page.getByRole('log', { name: 'Messages' })
  },
}

/** The figures of four weeks with their chart. */
export const stats: Scene = {
  name: 'stats',
  height: 1100,
  async play(page) {
    await write(page, '/outreach stats 28d')
    const figures = page.getByRole('article', { name: /^Only visible to you/ })
    await figures.getByRole('button', { name: 'Send me the chart' }).click()
    await page.getByText('The chart is in your direct messages.').waitFor()
    await goTo(page, 'Overture messages')
    await page.getByRole('img', { name: /figures/ }).waitFor()
    return page.getByRole('img', { name: /figures/ })
  },
}
