import { pick, type Scene, write } from '../scene.ts'

/** A template, inserted and filled in for the customer. */
export const template: Scene = {
  name: 'template',
  height: 1300,
  async play(page) {
    await write(page, '/ticket jane@acme.test')
    const form = page.getByRole('dialog', { name: 'New ticket' })
    await pick(page, form, 'Template', /A delivery is late/)
    await form.getByText('Acme Gardens').first().waitFor()
    return form
  },
}
