/** How an instance ended. */
export type Ending = 'hit' | 'ran' | 'failed' | 'skipped' | 'cancelled';

/** What can happen in a run. The event log is these as NDJSON, and the only source of every view. */
export type RunEvent =
  | {
      readonly type: 'run.start';
      readonly run: string;
      readonly pipeline: string;
      readonly variant: string;
      readonly jobs: number;
      /** Version of ticketlab. */
      readonly version: string;
    }
  /** Once, before anything runs: the definitions in file order with the number of their instances. */
  | {
      readonly type: 'run.plan';
      readonly definitions: readonly { readonly definition: string; readonly instances: number }[];
      readonly instances: number;
    }
  | {
      readonly type: 'inst.start';
      readonly inst: string;
      readonly definition: string;
      readonly key: string;
      readonly worker: number;
    }
  /** Another client of the store is computing it: its result is waited for. */
  | {
      readonly type: 'inst.elsewhere';
      readonly inst: string;
      readonly definition: string;
      readonly key: string;
      readonly host: string;
      readonly pid: number;
    }
  | {
      readonly type: 'inst.progress';
      readonly inst: string;
      readonly unit: string;
      readonly done: number;
      readonly total: number;
      readonly values: Readonly<Record<string, number>>;
    }
  | {
      readonly type: 'inst.end';
      readonly inst: string;
      readonly definition: string;
      readonly how: Ending;
      readonly key?: string;
      readonly seconds?: number;
      /** For `failed`: one clear message. For `skipped`: because of which instance. */
      readonly message?: string;
      /** For `failed`: the last lines of its log. */
      readonly log?: readonly string[];
    }
  /** Expected seconds until the end, from time to time. */
  | { readonly type: 'run.estimate'; readonly seconds: number }
  /** A figure or table was written for the user. */
  | { readonly type: 'run.result'; readonly path: string }
  | { readonly type: 'warn'; readonly message: string; readonly inst?: string }
  | {
      readonly type: 'run.end';
      readonly hit: number;
      readonly ran: number;
      readonly failed: number;
      readonly skipped: number;
      readonly cancelled: number;
      readonly seconds: number;
      readonly exit: number;
    };

/** As it stands in events.jsonl and on stdout with `--ui json`: format version, sequence number, Unix milliseconds. */
export type LoggedEvent = { readonly v: 1; readonly seq: number; readonly t: number } & RunEvent;
