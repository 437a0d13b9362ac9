/** How much of what is limited is in use. */

export interface BudgetCount {
  readonly used: number;
  readonly max: number;
}

/** Part of `GET /api/cameras`. Never holds an address. */
export interface BudgetInfo {
  /** Streams that are pulled, those that nobody watches any more included. */
  readonly streams: BudgetCount;
  readonly viewers: BudgetCount;
  /** Devices with a `maxSessions` that are in use, and the cameras of theirs that are. */
  readonly hosts: readonly (BudgetCount & { readonly cameras: readonly string[] })[];
}
