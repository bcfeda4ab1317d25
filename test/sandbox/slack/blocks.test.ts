import { describe, expect, test } from 'vitest'
import { faultsInBlocks } from '../../../src/sandbox/slack/blocks/blocks.ts'
import { faultsInView } from '../../../src/sandbox/slack/blocks/views.ts'
import type { Json } from '../../../src/sandbox/slack/types.ts'

const plain = (text: string) => ({ type: 'plain_text', text })
const option = (value: string) => ({ text: plain(value), value })
const options = (n: number) => Array.from({ length: n }, (_, i) => option(`o${i}`))
const section = (more: object = {}) => ({ type: 'section', text: { type: 'mrkdwn', text: 'Hi' }, ...more })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const button = (more: object = {}) => ({ type: 'button', action_id: 'a', text: plain('Go'), ...more })
const input = (element: object, more: object = {}) => ({ type: 'input', label: plain('L'), element, ...more })
const rich = (...elements: object[]) => ({ type: 'rich_text', elements })
const line = (...elements: object[]) => ({ type: 'rich_text_section', elements })

describe('blocks that Slack takes', () => {
  test.each<[string, Json]>([
    ['a section with a button', section({ accessory: button() })],
    [
      'a select',
      actions({ type: 'static_select', action_id: 's', options: options(100), initial_option: option('o7') }),
    ],
    [
      'rich text',
      rich(line({ type: 'text', text: 'a', style: { bold: true } }, { type: 'link', url: 'https://a.test' })),
    ],
    [
      'a list',
      rich({ type: 'rich_text_list', style: 'bullet', indent: 1, elements: [line({ type: 'text', text: 'a' })] }),
    ],
    ['context', { type: 'context', elements: [plain('a'), { type: 'mrkdwn', text: 'b' }] }],
    [
      'an emoji flag on an initial option',
      actions({
        type: 'radio_buttons',
        options: [option('a')],
        initial_option: { value: 'a', text: { ...plain('a'), emoji: true } },
      }),
    ],
  ])('%s', (_what, block) => expect(faultsInBlocks([block], 'message')).toEqual([]))
})

describe('blocks that Slack refuses', () => {
  test.each<[string, Json, string]>([
    ['a kind that there is not', { type: 'paragraph' }, 'unsupported type: paragraph'],
    ['a field that there is not', section({ colour: 'red' }), 'invalid additional property: colour'],
    ['no text at all', { type: 'section' }, 'must provide text or fields'],
    ['an empty text', section({ text: { type: 'mrkdwn', text: '' } }), 'must be more than 0 characters'],
    ['too many fields', section({ fields: Array(11).fill(plain('x')) }), 'no more than 10 items'],
    ['a long header', { type: 'header', text: plain('x'.repeat(151)) }, 'less than 151'],
    ['mrkdwn in a header', { type: 'header', text: { type: 'mrkdwn', text: 'x' } }, 'plain_text'],
    ['a long button', actions(button({ text: plain('x'.repeat(76)) })), 'less than 76'],
    ['a long value', actions(button({ value: 'x'.repeat(2001) })), 'less than 2001'],
    ['a colour of our own', actions(button({ style: 'warning' })), 'primary, danger'],
    ['26 buttons', actions(...Array.from({ length: 26 }, (_, i) => button({ action_id: `a${i}` }))), 'no more than 25'],
    ['one action id twice', actions(button(), button()), 'already exists'],
    ['no options', actions({ type: 'static_select', action_id: 's', options: [] }), 'no fewer than 1'],
    ['101 options', actions({ type: 'static_select', action_id: 's', options: options(101) }), 'no more than 100'],
    [
      'an initial option of nowhere',
      actions({ type: 'static_select', options: options(2), initial_option: option('x') }),
      'must be one of',
    ],
    [
      'six overflow options',
      section({ accessory: { type: 'overflow', action_id: 'o', options: options(6) } }),
      'no more than 5',
    ],
    ['11 context elements', { type: 'context', elements: Array(11).fill(plain('x')) }, 'no more than 10'],
    ['an input in a section', section({ accessory: { type: 'plain_text_input' } }), 'unsupported type'],
    ['rich text entry in a message', input({ type: 'rich_text_input' }), 'only available in modals'],
    ['an empty rich text', rich(line({ type: 'text', text: '' })), 'more than 0'],
    [
      'a paragraph in a list',
      rich({ type: 'rich_text_list', style: 'bullet', elements: [{ type: 'text', text: 'a' }] }),
      'unsupported type: text',
    ],
    ['an image of nowhere', { type: 'image', alt_text: 'x' }, 'image_url or slack_file'],
  ])('%s', (_what, block, fault) => expect(faultsInBlocks([block], 'message').join()).toContain(fault))

  test('more than fifty blocks, or one id twice', () => {
    expect(faultsInBlocks(Array(51).fill(section()), 'message').join()).toContain('no more than 50')
    const twice = [section({ block_id: 'x' }), section({ block_id: 'x' })]
    expect(faultsInBlocks(twice, 'message').join()).toContain('already exists')
  })
})

test('a modal needs a title, a submit for its inputs, and little in its metadata', () => {
  const modal = { type: 'modal', title: plain('T'), submit: plain('Go'), blocks: [input({ type: 'rich_text_input' })] }
  expect(faultsInView(modal, 'modal')).toEqual([])
  const { submit: _, ...without } = modal
  expect(faultsInView(without, 'modal').join()).toContain('submit')
  expect(faultsInView({ ...modal, private_metadata: 'x'.repeat(3001) }, 'modal').join()).toContain('less than 3001')
  expect(faultsInView({ ...modal, title: undefined }, 'modal').join()).toContain('title')
  expect(faultsInView({ type: 'home', blocks: [], title: plain('T') }, 'home').join()).toContain('title')
  expect(faultsInView({ type: 'home', blocks: [input({ type: 'file_input' })] }, 'home').join()).toContain('modals')
})
