/** What Tulip and its customers write to each other on an ordinary day. `{order}` is an order's number. */
export interface Story {
  subject: string
  first: string // who begins it
  answer: string
  thanks?: string // the last word of who began
  tag?: string
}

/** We write first. */
export const OURS: Story[] = [
  {
    subject: 'Order {order} leaves a day later',
    first: 'the lorry of Tuesday is full, so order {order} leaves us on Wednesday. Is that in time for you?',
    answer: 'Wednesday is fine for us.',
    thanks: 'Thank you! It will be with you before ten.',
    tag: 'Late',
  },
  {
    subject: 'One of your boxes is missing',
    first:
      'of order {order} only five of six boxes were loaded. Shall we send the sixth with the next lorry, or take it off the invoice?',
    answer: 'Please take it off the invoice, we have enough for this week.',
    thanks: 'Done: the new invoice is on its way.',
    tag: 'Refund',
  },
  {
    subject: 'Frost in our northern fields',
    first:
      'the frost of last night took some of the early daffodils that you ordered ({order}). We can send the white ones in their place at the same price.',
    answer: 'The white ones are lovely. Yes please.',
    thanks: 'They are packed, and leave us tonight.',
    tag: 'Late',
  },
  {
    subject: 'Your yearly order for spring',
    first: 'last spring you ordered four hundred tulips from us. Shall I reserve the same again before they are gone?',
    answer: 'Yes, and fifty of the black ones if you have them.',
    thanks: 'All reserved, the black ones too.',
    tag: 'Early bird',
  },
  {
    subject: 'Invoice for {order} came back',
    first: 'our invoice for {order} came back from your office. To which address shall we send it?',
    answer: 'We have moved. Please send it to the new office, the address is below.',
    tag: 'Invoice',
  },
  {
    subject: 'Road works at your delivery entrance',
    first: 'our driver says that the road to your yard is closed until Friday. May we deliver {order} at the front?',
    answer: 'Yes, ring twice. Somebody will be there from seven on.',
    thanks: 'Noted for the driver.',
  },
]

/** They write first. */
export const THEIRS: Story[] = [
  {
    subject: 'Bulbs do not sprout',
    first:
      'about a third of the hyacinths of {order} have not sprouted after three weeks. Is something wrong with them?',
    answer: 'that should not be. Could you send us a picture of the label?',
    thanks: 'Here it is. Lot 88-B, it says.',
    tag: 'Quality',
  },
  {
    subject: 'Can I add something to {order}?',
    first: 'is it too late to add two boxes of red tulips to {order}?',
    answer: 'it is not: they go with the same lorry.',
    thanks: 'Wonderful.',
  },
  {
    subject: 'Which tulips for a wedding?',
    first: 'we decorate a wedding in May, all in cream and green. Which of yours would you take?',
    answer: 'we would take Spring Green and Purissima. I reserve sixty of each until Friday.',
    thanks: 'Perfect, we take both.',
    tag: 'Early bird',
  },
  {
    subject: 'Invoice {order}: wrong amount',
    first: 'you charged us for twelve boxes, but we got ten.',
    answer: 'you are right, and we are sorry. The corrected invoice is on its way.',
    tag: 'Invoice',
  },
]
