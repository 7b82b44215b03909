/** Images in a block: an activation is a row of this many float32, the images of the block side by side. */
export const BLOCK: usize = 16;

/** Bytes of a row; the pixel to the right is one row further on. */
export const ROW: usize = BLOCK * 4;
