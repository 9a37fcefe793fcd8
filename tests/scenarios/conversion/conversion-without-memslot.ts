// S-A14: a file has its state before any guest can see it: conversion and contents do not depend on a memslot.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a file that is in no memslot is converted like any other file',
  rules: ['S-A14', 'S-A16', 'S-A19'],
  async run({ memory }) {
    for (const initially of ['shared', 'private'] as const) {
      const file = await memory({ pages: 8, initially, slot: false })
      await file.ensure('shared', pages(0, 6))
      await file.host.fill(pages(0, 6), 0x33)
      await file.convert('private', pages(1, 2))
      await file.ensure('private', pages(6, 2))
      await file.host.expectSigbus(pages(1, 2))
      await file.matchesModel()

      await file.convert('shared', page(2))
      await file.host.expect(page(2), 0x33)
      await file.matchesModel()
    }
  },
})
