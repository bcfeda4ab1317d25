import { pick, type Scene, write } from '../scene.ts'

/** A new ticket with the fields of its form. */
export const form: Scene = {
  name: 'form',
  height: 980,
  async play(page) {
    await write(page, '/ticket bob@globex.test')
    const form = page.getByRole('dialog', { name: 'New ticket' })
    await form.getByRole('textbox', { name: 'Subject' }).fill('Your parcel is lost')
    await pick(page, form, 'Form', 'Delivery problem')
    await form.getByRole('textbox', { name: 'Order number' }).fill('T-2000')
    await form.getByRole('combobox', { name: 'Flowers' }).click()
    await page.getByRole('option', { name: 'Hyacinths' }).click()
    await page.getByRole('option', { name: 'Bulbs' }).click()
    await page.keyboard.press('Tab')
    await form.getByRole('textbox', { name: 'Parcel' }).fill('ftp://parcels.test/77')
    await form.getByRole('textbox', { name: 'Message' }).fill('Hello Bob,\n\nthe carrier cannot find your parcel. We look for it, and write to you tonight.')
    await form.getByRole('button', { name: 'Create ticket' }).click()
    await form.getByText('Write a whole web address').waitFor()
    await form.getByText('Order number').scrollIntoViewIfNeeded()
    return [form]
  },
}
