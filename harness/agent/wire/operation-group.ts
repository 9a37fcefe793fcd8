// The base of each group of operations, such as those on files.
import type { Call } from './call.ts'

export abstract class OperationGroup {
  protected readonly call: Call

  constructor(call: Call) {
    this.call = call
  }
}
