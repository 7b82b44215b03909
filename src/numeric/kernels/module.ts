/* eslint-disable @typescript-eslint/no-namespace, no-var -- a global can be declared in no other way */
// The part of WebAssembly's JavaScript interface that is used here: TypeScript has it in its DOM library only.
declare global {
  namespace WebAssembly {
    interface Memory {
      readonly buffer: ArrayBuffer | SharedArrayBuffer;
    }
    var Memory: new (descriptor: { initial: number; maximum: number; shared: boolean }) => Memory;
    interface Module {
      readonly [Symbol.toStringTag]: string;
    }
    var Module: new (bytes: Uint8Array) => Module;
    var Instance: new (
      module: Module,
      imports: { readonly env: { readonly memory: Memory } },
    ) => { readonly exports: Readonly<Record<string, unknown>> };
  }
}

const pageBytes = 65536;

/** Memory of a fixed size that threads can share; every kernel takes its memory from outside. */
export function createMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.max(1, Math.ceil(bytes / pageBytes));
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** The functions of a kernel (base64, from `generated/`) on `memory`. */
export function instantiate<Exports>(wasm: string, memory: WebAssembly.Memory): Exports {
  const bytes = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as Exports;
}
