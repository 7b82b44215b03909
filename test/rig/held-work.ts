import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface ProgressOrder {
  readonly unit: string;
  readonly done: number;
  readonly total: number;
  readonly values?: Readonly<Record<string, number>>;
}

/** What a held stage said when it started. */
interface Greeting {
  readonly name: string;
  readonly pid: number;
  readonly threads: number;
  readonly checkpoint?: string;
  readonly coords: readonly object[];
}

/** A running stage in a worker process: it waits for orders. */
export class HeldCall {
  readonly greeting: Greeting;
  readonly #socket: Socket;
  /** Resolves when its process or its run has ended. */
  readonly gone: Promise<unknown>;

  constructor(greeting: Greeting, socket: Socket) {
    this.greeting = greeting;
    this.#socket = socket;
    socket.on('error', () => undefined);
    this.gone = once(socket, 'close');
  }

  /** Without outputs: its name around what it read. A record of texts is a tree. */
  finish(outputs?: Readonly<Record<string, string | Readonly<Record<string, string>>>>): void {
    this.#order({ do: 'finish', outputs });
  }
  fail(message: string, kind: 'user' | 'fault' = 'fault'): void {
    this.#order({ do: 'fail', message, kind });
  }
  print(line: string): void {
    this.#order({ do: 'print', line });
  }
  log(line: string): void {
    this.#order({ do: 'log', line });
  }
  progress(progress: ProgressOrder): void {
    this.#order({ do: 'progress', progress });
  }
  checkpoint(generation: number, text: string): void {
    this.#order({ do: 'checkpoint', generation, text });
  }
  /** Throws outside the stage's own course. */
  crash(message: string): void {
    this.#order({ do: 'crash', message });
  }
  exit(code: number): void {
    this.#order({ do: 'exit', code });
  }
  /** Computes forever without a word and without ever looking up. */
  brood(): void {
    this.#order({ do: 'brood' });
  }
  /** The same, reporting progress. */
  spin(): void {
    this.#order({ do: 'spin' });
  }
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    process.kill(this.greeting.pid, signal);
  }

  #order(order: object): void {
    this.#socket.write(`${JSON.stringify(order)}\n`);
  }
}

/** The test's end of all held stages. */
export class HeldWork {
  readonly #server: Server;
  readonly #calls: HeldCall[] = [];
  readonly #waiting: { name: string; resolve: (call: HeldCall) => void }[] = [];
  readonly #counts = new Map<string, number>();
  readonly #sockets = new Set<Socket>();

  constructor(socketPath: string) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      const lines = createInterface({ input: socket });
      lines.once('line', (line) => this.#arrived(JSON.parse(line) as Greeting, socket));
      // It hands on what goes wrong with its input: workers are killed now and then.
      lines.on('error', () => undefined);
    }).listen(socketPath);
  }

  /** The next start of the stage of that name that was not asked for yet. */
  started(name: string): Promise<HeldCall> {
    const at = this.#calls.findIndex((call) => call.greeting.name === name);
    if (at >= 0) return Promise.resolve(this.#calls.splice(at, 1)[0]);
    return new Promise((resolve) => this.#waiting.push({ name, resolve }));
  }

  runCount(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #arrived(greeting: Greeting, socket: Socket): void {
    this.#counts.set(greeting.name, this.runCount(greeting.name) + 1);
    const call = new HeldCall(greeting, socket);
    const at = this.#waiting.findIndex(({ name }) => name === greeting.name);
    if (at >= 0) this.#waiting.splice(at, 1)[0].resolve(call);
    else this.#calls.push(call);
  }
}
