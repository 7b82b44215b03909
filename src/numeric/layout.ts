/**
 * The canonical flat layout of a network's parameters: modules in code-unit order of their names, inside a module
 * the bias before the kernel, each tensor row-major. Kernel axes: conv (kh, kw, c_in, c_out), dense (in, out).
 * (numerics: "Conventions".) Weights, masks and search distributions are all flat vectors in this layout.
 */
export interface TensorLayout {
  /** Full path, for example `Conv_0/kernel`. */
  readonly path: string;
  /** The module it belongs to, for example `Conv_0`. */
  readonly module: string;
  readonly kind: 'bias' | 'kernel';
  readonly shape: readonly number[];
  /** Index of the first entry in the flat vector. */
  readonly offset: number;
  readonly size: number;
}

export interface Layout {
  readonly tensors: readonly TensorLayout[];
  /** Length of the flat vector. */
  readonly size: number;
  /** Number of entries in kernels: only these can be pruned, biases never are. */
  readonly prunable: number;
}

/** The tensors of one module, as a network declares them. */
export interface ModuleShape {
  readonly module: string;
  readonly bias: readonly number[];
  readonly kernel: readonly number[];
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Lays out the modules' tensors; the order of the argument does not matter. */
export function layoutOf(modules: readonly ModuleShape[]): Layout {
  const sorted = [...modules].sort((a, b) => (a.module < b.module ? -1 : a.module > b.module ? 1 : 0));
  const tensors: TensorLayout[] = [];
  let offset = 0;
  let prunable = 0;
  for (const { module, bias, kernel } of sorted) {
    for (const [kind, shape] of [
      ['bias', bias],
      ['kernel', kernel],
    ] as const) {
      const size = product(shape);
      tensors.push({ path: `${module}/${kind}`, module, kind, shape, offset, size });
      offset += size;
      if (kind === 'kernel') prunable += size;
    }
  }
  return { tensors, size: offset, prunable };
}

/** One line that identifies a layout, for headers of files and for messages. */
export function layoutSignature(layout: Layout): string {
  return layout.tensors.map((t) => `${t.path}[${t.shape.join('x')}]`).join(' ');
}
