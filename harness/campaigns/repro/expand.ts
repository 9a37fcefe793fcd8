// Replaces a request that stands for many operations by these operations, so that a program has one line for each.
import { decodeRuns, type PageLook } from '../../agent/access.ts'
import { words } from '../../agent/vocabulary.ts'
import { decodeRecords, encodeRecords } from '../../agent/wire/records.ts'
import { fallocateModes, pageStates } from '../../uapi/constants.ts'
import { innerCalls } from './inner-calls.ts'
import { shuffled } from './shuffled.ts'
import { isOf, type Step } from './recorded-program.ts'

const pageSize = 4096n
/** A program of more lines is not readable, and the loop of C has no random order. */
const mostPieces = 4096

/** Expands the batches of steps, the programs, and the conversions of pages in a random order. */
export function expanded(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step, index): readonly Step[] => {
    if (isOf(step, 'steps')) return expandSteps(step)
    if (isOf(step, 'program')) {
      return innerCalls(step, index, step.end?.bytes ?? nothing).map((call) => call.step)
    }
    return isOf(step, 'convertMany') && words.order[Number(step.request.order)] === 'random'
      ? expandRandom(step)
      : [step]
  })
}

/** Steps of the guest without a vCPU, or of the host without a mapping, stay as they are: no program can do them. */
function expandSteps(batch: Step<'steps'>): readonly Step[] {
  const { request, bytes, end, process } = batch
  const wire = decodeRecords('step', bytes, bytes.length / recordBytes)
  const done = end === undefined ? 0 : Number(end.answer.done)
  const looks = end === undefined ? [] : decodeRuns(end.bytes, Number(end.answer.runs)).flatMap(eachPage)
  const { mapping, vcpu } = request
  const steps: Step[] = []
  for (const [index, { does, first, count, value }] of wire.entries()) {
    if (index > done) break
    const errno = index < done || end === undefined ? 0 : end.errno
    const at = BigInt(first) * pageSize
    const size = BigInt(count) * pageSize
    const common = { process, bytes: nothing, line: `${does}(page ${first}, count ${count})` }
    const filling = { size, pattern: 0n, value: BigInt(value) }
    const ofGuest = { ...noGuestEnd, outcome: errno === 0 ? 0n : 1n }
    const found = does.endsWith('-look') && errno === 0 ? looks.splice(0, count) : []
    if (does === 'host-fill') {
      const answer = { ...noHostEnd, outcome: errno === 0 ? 0n : 1n }
      steps.push({ ...common, name: 'hostFill', request: { mapping, offset: at, ...filling }, end: over(0, answer) })
    } else if (does === 'guest-fill') {
      const place = { vcpu, gpa: request.gpa + at, timeout: request.timeout }
      steps.push({ ...common, name: 'guestFill', request: { ...place, ...filling }, end: over(errno, ofGuest) })
    } else if (does === 'host-look') {
      const answer = over(errno, { runs: BigInt(found.length) }, encodeLooks(found))
      steps.push({ ...common, name: 'hostScan', request: { mapping, offset: at, size }, end: answer })
    } else if (does === 'guest-look') {
      const place = { vcpu, gpa: request.gpa + at, size, timeout: request.timeout }
      const answer = over(errno, { ...ofGuest, runs: BigInt(found.length) }, encodeLooks(found))
      steps.push({ ...common, name: 'guestScan', request: place, end: answer })
    } else if (does === 'to-shared' || does === 'to-private') {
      const to = BigInt(pageStates.indexOf(does === 'to-private' ? 'private' : 'shared'))
      const { target, dialect, base } = request
      const conversion = { target, dialect, to, offset: base + at, size, errorOffset: 0n }
      steps.push({ ...common, name: 'convert', request: conversion, end: over(errno, noConversionEnd) })
    } else {
      const mode = BigInt(fallocateModes.keepSize | (does === 'punch' ? fallocateModes.punchHole : 0))
      const range = { file: request.file, mode, offset: at, length: size }
      steps.push({ ...common, name: 'fallocate', request: range, end: over(errno, {}) })
    }
  }
  return steps
}

/** Four words of 32 bits (harness/agent/wire/records.ts). */
const recordBytes = 16
const nothing: Buffer = Buffer.alloc(0)
const noHostEnd = { outcome: 0n, signalCode: 0n, faultOffset: 0n, addressBits: 0n, bytes: 0n }
const noGuestEnd = { outcome: 0n, exitReason: 0n, faultGpa: 0n, faultSize: 0n, faultFlags: 0n, bytes: 0n }
const noConversionEnd = { errorOffset: 0n, nanoseconds: 0n }

function over<Answer>(
  errno: number,
  answer: Answer,
  bytes: Buffer = nothing,
): { errno: number; answer: Answer; bytes: Buffer } {
  return { errno, answer, bytes }
}

function eachPage({ count, value }: { readonly count: number; readonly value: PageLook }): PageLook[] {
  return Array.from({ length: count }, () => value)
}

function encodeLooks(looks: readonly PageLook[]): Buffer {
  return encodeRecords(
    'pageRun',
    looks.map((value, first) =>
      typeof value === 'number'
        ? { first, count: 1, look: 'tag', tag: value }
        : { first, count: 1, look: value, tag: 0 },
    ),
  )
}

function expandRandom(step: Step<'convertMany'>): readonly Step[] {
  const { request, end, process } = step
  const pieces = Number((request.size - request.unit) / request.stride) + 1
  if (pieces > mostPieces) return [{ ...step }]
  const { target, dialect, to, unit: size, stride } = request
  const done = end === undefined ? pieces : Number(end.answer.done)
  return shuffled(pieces, request.seed)
    .slice(0, done + 1)
    .map((piece, index) => {
      const offset = request.offset + BigInt(piece) * stride
      const answer = { ...noConversionEnd, errorOffset: index < done ? 0n : (end?.answer.errorOffset ?? 0n) }
      const how = end === undefined ? undefined : over(index < done ? 0 : end.errno, answer)
      const conversion = { target, dialect, to, offset, size, errorOffset: 0n }
      return { name: 'convert', process, request: conversion, bytes: nothing, line: `piece ${piece}`, end: how }
    })
}
